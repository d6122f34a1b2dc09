"""How far a scanner's masses are off, from weighbridges."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import pytest

from service.domain.access import Caller
from service.domain.decision import DecisionOutcome
from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.visit import Standing
from service.domain.verdict import Result
from service.usecases.learn_scanners import learn_scanners
from service.usecases.ports import (
    CaseFile,
    InspectionFilter,
    InspectionSummary,
    Page,
    StoredAnalysis,
)
from tests.builders import (
    ADMIN,
    CODE,
    METHOD,
    NOW,
    a_decision,
    a_verdict,
    an_analysis,
    an_inspection,
    evidence,
)
from vision.findings import MassEstimate, ScanFingerprint

PRINT = ScanFingerprint(
    evidence=evidence("side.png"), provenance=METHOD, look="0" * 16, noise="", scanner="gantry-1"
)


def mass(kg: float | None, *, version: str = "1") -> MassEstimate:
    return MassEstimate(
        evidence=evidence("side.png"),
        provenance=replace(METHOD, version=version),
        mass_kg=kg,
        low_kg=0,
        high_kg=0,
        saturated_share=0.0,
    )


def weighed(net_kg: float, *, tare_kg: float | None = 2_200.0) -> Weighing:
    return Weighing(
        gross_kg=net_kg + (tare_kg or 0),
        method=next(iter(MassMethod)),
        at=NOW,
        container_code=CODE,
        tare_kg=tare_kg,
    )


@dataclass
class Site:
    """Released inspections with their masses and weighings."""

    cases: list[tuple[CaseFile, tuple[Weighing, ...]]] = field(default_factory=list)

    def scanned(
        self,
        *masses: MassEstimate,
        weighings: tuple[Weighing, ...],
        outcome: DecisionOutcome = DecisionOutcome.RELEASE,
        wrong: str = "",
    ) -> None:
        verdict = a_verdict()
        outcomes = tuple(
            replace(o, rule=wrong or o.rule, result=Result.MISMATCH if wrong else Result.MATCH)
            for o in verdict.verdict.outcomes
        )
        file = CaseFile(
            inspection=an_inspection(f"i{len(self.cases)}"),
            analyses=(
                StoredAnalysis(
                    number=1, finished_at=NOW, elapsed_s=1.0, analysis=an_analysis(PRINT, *masses)
                ),
            ),
            verdicts=(replace(verdict, verdict=replace(verdict.verdict, outcomes=outcomes)),),
            decisions=(a_decision(outcome=outcome),),
            declaration=None,
            registrations=(),
            events=(),
        )
        self.cases.append((file, weighings))

    def list_inspections(
        self, filters: InspectionFilter, *, cursor: str | None, limit: int, caller: Caller
    ) -> Page:
        return Page(
            items=tuple(
                InspectionSummary(
                    inspection=file.inspection,
                    advice=None,
                    reasons=(),
                    container_codes=(),
                    plates=(),
                )
                for file, _ in self.cases
            ),
            next_cursor=None,
        )

    def case_file(self, inspection_id: str, *, caller: Caller) -> CaseFile:
        return self.cases[int(inspection_id[1:])][0]

    def assemble(self, file: CaseFile) -> object:
        weighings = self.cases[int(file.inspection.id[1:])][1]
        return SimpleNamespace(
            joined=[
                SimpleNamespace(
                    join=SimpleNamespace(standing=Standing.CERTAIN),
                    history=SimpleNamespace(paper=SimpleNamespace(body=body)),
                )
                for body in weighings
            ]
        )

    def learnt(self):  # noqa: ANN201
        return learn_scanners(repository=self, assembler=self, caller=ADMIN)  # type: ignore[arg-type]


def test_the_gain_is_the_middle_of_weighed_over_estimated() -> None:
    site = Site()
    for number in range(12):
        off = 1.1 + 0.02 * (number % 3 - 1)
        site.scanned(mass(10_000), weighings=(weighed(10_000 * off),))
    site.scanned(mass(10_000), weighings=(weighed(30_000),))
    learnt = site.learnt()["gantry-1"]
    assert learnt.gain == pytest.approx(1.1)
    assert learnt.scans == 13
    assert 0.01 <= learnt.spread < 0.05


def test_a_gain_of_before_is_taken_out_first() -> None:
    site = Site()
    for _ in range(10):
        site.scanned(mass(12_000, version="1*1.2000"), weighings=(weighed(11_000),))
    assert site.learnt()["gantry-1"].gain == pytest.approx(1.1)


def test_fewer_than_ten_teach_nothing() -> None:
    site = Site()
    for _ in range(9):
        site.scanned(mass(10_000), weighings=(weighed(11_000),))
    assert site.learnt() == {}


def test_what_is_not_sure_does_not_count() -> None:
    site = Site()
    for _ in range(9):
        site.scanned(mass(10_000), weighings=(weighed(11_000),))
    site.scanned(mass(None), weighings=(weighed(11_000),))
    site.scanned(mass(10_000), mass(9_000), weighings=(weighed(11_000),))
    site.scanned(mass(10_000), weighings=(weighed(11_000, tare_kg=None),))
    site.scanned(mass(10_000), weighings=(weighed(11_000), weighed(12_000)))
    site.scanned(mass(10_000), weighings=(weighed(11_000),), outcome=DecisionOutcome.HOLD)
    site.scanned(mass(10_000), weighings=(weighed(11_000),), wrong="load_declared")
    assert site.learnt() == {}
    site.scanned(mass(10_000), weighings=(weighed(11_000),), wrong="mass_by_xray")
    assert site.learnt()["gantry-1"].scans == 10
