"""What loads of each heading look like, from a site's own decided inspections.

Only inspections count that were released with nothing found wrong, of one declared heading, one
container in the picture and one vector: what several kinds of goods look like together teaches
nothing about either.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.access import Caller
from service.domain.decision import DecisionOutcome
from service.domain.inspection import InspectionState
from service.domain.verdict import Result
from service.usecases.ports import CaseFile, InspectionFilter, Repository
from vision.findings import CargoEmbedding, ScanFingerprint
from vision.xray.cargo_library import MOST_REFERENCES, CargoLibrary, Reference

PAGE = 200
HEADING_DIGITS = 4


def learn_cargo(*, repository: Repository, caller: Caller) -> CargoLibrary:
    """The newest references, at most `MOST_REFERENCES`."""
    found: list[Reference] = []
    for file in _decided(repository, caller):
        reference = _reference(file)
        if reference is not None:
            found.append(reference)
        if len(found) == MOST_REFERENCES:
            break
    return CargoLibrary(references=tuple(found))


def _decided(repository: Repository, caller: Caller) -> Iterator[CaseFile]:
    filters = InspectionFilter(states=frozenset({InspectionState.DECIDED}))
    cursor = None
    while True:
        page = repository.list_inspections(filters, cursor=cursor, limit=PAGE, caller=caller)
        for summary in page.items:
            yield repository.case_file(summary.inspection.id, caller=caller)
        cursor = page.next_cursor
        if cursor is None:
            return


def _reference(file: CaseFile) -> Reference | None:
    if not (file.verdicts and file.decisions and file.analyses and file.declaration):
        return None
    results = {outcome.result for outcome in file.verdicts[-1].verdict.outcomes}
    wrong = file.decisions[-1].outcome is not DecisionOutcome.RELEASE or Result.MISMATCH in results
    boxes = file.declaration.containers
    headings = {g.hs_code[:HEADING_DIGITS] for box in boxes for g in box.goods}
    findings = file.analyses[-1].analysis.findings
    looks = [f for f in findings if isinstance(f, CargoEmbedding)]
    if wrong or len(headings) != 1 or len(looks) != 1 or len(boxes) != 1:
        return None
    heading = next(iter(headings))
    if len(heading) < HEADING_DIGITS:
        return None
    scanner = next((f.scanner for f in findings if isinstance(f, ScanFingerprint)), "")
    return Reference(
        inspection_id=file.inspection.id,
        site=file.inspection.site,
        scanner=scanner,
        heading=heading,
        version=looks[0].provenance.version,
        vector=looks[0].vector,
        container=boxes[0].code,
    )
