"""How far each scanner's masses are off, from weighings that came to released inspections later.

Like `learn_masses`, only inspections count that were released and whose rules found no mismatch,
and of these such with one container, one estimate and one net mass: gross less a stated tare.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from service.domain.access import Caller
from service.domain.decision import DecisionOutcome
from service.domain.inspection import InspectionState
from service.domain.papers.measurement import Weighing
from service.domain.papers.visit import Standing
from service.domain.verdict import Result
from service.usecases.assemble_visit import Assembler
from service.usecases.ports import CaseFile, InspectionFilter, Repository
from vision.findings import MassEstimate, ScanFingerprint
from vision.xray.calibration import LearntMass
from vision.xray.mass import gain_of

PAGE = 200
FEWEST = 10
# Makes the median absolute deviation of normal values their standard deviation.
MAD_TO_SIGMA = 1.4826
LEAST_SPREAD = 0.01
LIGHTEST_KG = 1000.0


def learn_scanners(
    *, repository: Repository, assembler: Assembler, caller: Caller
) -> dict[str, LearntMass]:
    """Gain and spread by scanner ("" for scans that name none); none with fewer than `FEWEST`."""
    ratios: dict[str, list[float]] = {}
    for file in _released(repository, caller):
        found = _estimate(file)
        weighed = _net_kg(file, assembler) if found else None
        if found is not None and weighed is not None:
            ratios.setdefault(found[0], []).append(weighed / found[1])
    return {scanner: _learnt(values) for scanner, values in ratios.items() if len(values) >= FEWEST}


def _learnt(ratios: list[float]) -> LearntMass:
    gain = median(ratios)
    spread = MAD_TO_SIGMA * median(abs(ratio / gain - 1) for ratio in ratios)
    return LearntMass(gain=gain, spread=max(spread, LEAST_SPREAD), scans=len(ratios))


def _released(repository: Repository, caller: Caller) -> Iterator[CaseFile]:
    filters = InspectionFilter(states=frozenset({InspectionState.DECIDED}))
    cursor = None
    while True:
        page = repository.list_inspections(filters, cursor=cursor, limit=PAGE, caller=caller)
        for summary in page.items:
            file = repository.case_file(summary.inspection.id, caller=caller)
            if file.verdicts and file.decisions and file.analyses and _nothing_wrong(file):
                yield file
        cursor = page.next_cursor
        if cursor is None:
            return


def _nothing_wrong(file: CaseFile) -> bool:
    """The rule on mass by X-ray itself does not count: it is what is to be put right."""
    wrong = {
        outcome.rule
        for outcome in file.verdicts[-1].verdict.outcomes
        if outcome.result is Result.MISMATCH
    }
    return file.decisions[-1].outcome is DecisionOutcome.RELEASE and wrong <= {"mass_by_xray"}


def _estimate(file: CaseFile) -> tuple[str, float] | None:
    """(scanner, mass before any gain), of the only container."""
    findings = file.analyses[-1].analysis.findings
    masses = [f for f in findings if isinstance(f, MassEstimate)]
    if len(masses) != 1 or masses[0].mass_kg is None or masses[0].mass_kg < LIGHTEST_KG:
        return None
    sha256 = masses[0].evidence.scan_sha256
    scanner = next(
        (
            f.scanner
            for f in findings
            if isinstance(f, ScanFingerprint) and f.evidence.scan_sha256 == sha256
        ),
        "",
    )
    return scanner, masses[0].mass_kg / gain_of(masses[0].provenance)


def _net_kg(file: CaseFile, assembler: Assembler) -> float | None:
    nets = {
        body.gross_kg - body.tare_kg
        for joined in assembler.assemble(file).joined
        if joined.history is not None and joined.join.standing is Standing.CERTAIN
        for body in [joined.history.paper.body]
        if isinstance(body, Weighing) and body.tare_kg is not None and body.container_code
    }
    net = next(iter(nets)) if len(nets) == 1 else 0.0
    return net if net >= LIGHTEST_KG else None
