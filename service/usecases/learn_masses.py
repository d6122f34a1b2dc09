"""Mass per unit and density of each heading from a site's own history.

Only papers of inspections that were released and whose rules found no mismatch count: what a
control found wrong, or nobody has decided on, teaches nothing. A declaration of many containers,
which many visits share, counts once.
"""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.access import Caller
from service.domain.decision import DecisionOutcome
from service.domain.inspection import InspectionState
from service.domain.papers.consignment import Consignment, GoodsItem
from service.domain.papers.declaration_of import DECLARING
from service.domain.papers.visit import Standing
from service.domain.verdict import Result
from service.nomenclature.mass_file import unit_of
from service.nomenclature.table import Level
from service.nomenclature.unit_mass import GoodsMass, HistoryRow, learn
from service.usecases.assemble_visit import AssembledVisit, Assembler
from service.usecases.ports import CaseFile, InspectionFilter, Repository

PAGE = 200


def learn_masses(
    *, repository: Repository, assembler: Assembler, caller: Caller
) -> dict[str, GoodsMass]:
    """Percentiles by heading; headings with too few lines are left out."""
    return learn(_history(repository, assembler, caller))


def _history(repository: Repository, assembler: Assembler, caller: Caller) -> Iterator[HistoryRow]:
    seen: set[str] = set()
    for file in _released(repository, caller):
        for subject, body in _declared(assembler.assemble(file)):
            if subject not in seen:
                seen.add(subject)
                yield from filter(None, map(_row, body.goods))


def _released(repository: Repository, caller: Caller) -> Iterator[CaseFile]:
    filters = InspectionFilter(states=frozenset({InspectionState.DECIDED}))
    cursor = None
    while True:
        page = repository.list_inspections(filters, cursor=cursor, limit=PAGE, caller=caller)
        for summary in page.items:
            file = repository.case_file(summary.inspection.id, caller=caller)
            if _nothing_wrong(file):
                yield file
        cursor = page.next_cursor
        if cursor is None:
            return


def _nothing_wrong(file: CaseFile) -> bool:
    if not file.verdicts or not file.decisions:
        return False
    results = {outcome.result for outcome in file.verdicts[-1].verdict.outcomes}
    return file.decisions[-1].outcome is DecisionOutcome.RELEASE and Result.MISMATCH not in results


def _declared(assembled: AssembledVisit) -> Iterator[tuple[str, Consignment]]:
    for joined in assembled.joined:
        history = joined.history
        if (
            history is not None
            and joined.join.standing is Standing.CERTAIN
            and history.id.kind in DECLARING
            and not history.state.cancelled
            and isinstance(history.paper.body, Consignment)
        ):
            yield f"{history.id.site}/{joined.join.candidate}", history.paper.body


def _row(item: GoodsItem) -> HistoryRow | None:
    """None for what says nothing of mass: papers state no volume, so densities stay as started."""
    code, mass_kg = item.hs_code or "", item.net_mass_kg
    if len(code) < Level.HEADING or not mass_kg or not item.quantity or not item.quantity_unit:
        return None
    return HistoryRow(
        heading=code, net_mass_kg=mass_kg, unit=unit_of(item.quantity_unit), units=item.quantity
    )
