"""BAPLIE, bay plan: UN/EDIFACT 91.1 (SMDG 1.5), D.95B (2.0 to 2.2) and D.13B (3.0, 3.1).

Accepted: one LOC 147 group per cell, then the container's EQD with masses (MEA), goods (GDS, FTX,
DGS), temperature (TMP), ports (LOC 9, 11, 83), bill of lading (RFF BM) and line (NAD CA, CF).
In D.95B most of these stand before EQD, in D.13B behind it; both are read.
A plan's reference is the vessel call, its port of departure and the sender: a later plan of the
same call replaces the earlier one. Only whole plans are taken (functions 9, 5, 22, and 1 to
cancel); a part of a plan (2, 3, 4) is refused, as it would replace the whole.
A cell without a container number (reserved, break-bulk) is refused by name.
"""

from __future__ import annotations

from dataclasses import replace

from service.domain.papers.consignment import Transport
from service.domain.papers.movement import BayPlan, StowedContainer
from service.domain.papers.paper import Function, PaperKind
from service.sources.edifact.container import (
    NEXT_PORT,
    PLACE_OF_DEPARTURE,
    PLACES_OF_DESTINATION,
    PORT_OF_DISCHARGE,
    PORT_OF_LOADING,
    STOWAGE_CELL,
    Facts,
    Gatherer,
)
from service.sources.edifact.envelope import Message, Segment
from service.sources.edifact.movement import split_at, vessel_call
from service.sources.edifact.source import PARTIAL, EdifactSource, Head, read_head
from service.sources.intake import Intake
from service.sources.statement import RefusedStatement

_BEFORE_D_LOADING, _BEFORE_D_DISCHARGE = ("6",), ("12",)
"""LOC 3227 in plans of SMDG 1.5."""
_NO_BILL = frozenset({"", "1", "0"})
"""RFF BM is mandatory in D.95B; senders without a number write 1."""


def take_bay_plan(message: Message, intake: Intake) -> None:
    """One paper per message.

    Raises:
        RefusedStatement: no vessel, a part of a plan, or containers that stand in no cell.
    """
    first, cells = _cells(message.segments)
    head = read_head(message, first, intake)
    if head.function in PARTIAL:
        reason = f"a part of a plan (function {head.function}) is not taken, only whole plans"
        raise RefusedStatement(reason, where=message.start)
    stray = next((segment for segment in first if segment.tag == "EQD"), None)
    if stray is not None:
        # With EQD before its cell, each container would be read into its neighbour's.
        raise RefusedStatement("a container before any cell (LOC 147)", where=message.where(stray))
    gatherer = Gatherer(message, intake)
    common = gatherer.gather((s for s in first if s.tag in ("TDT", "LOC", "RFF")), Facts())
    transport = _transport(common, message)
    cancelled = head.revision.function is Function.CANCELLATION
    stowed: list[StowedContainer] = []
    origins = {name: where for name, where in common.origins.items() if name == "transport"}
    cell_of: dict[str, str] = {}
    for cell in () if cancelled else cells:
        for facts in _containers(cell, gatherer=gatherer, message=message, intake=intake):
            where, slot = facts.origins["equipment.code"], facts.places[STOWAGE_CELL]
            if facts.code in cell_of:
                others = f"{cell_of[facts.code]} and {slot}"
                intake.doubt(where, f"{facts.code} stands in two cells, {others}")
            cell_of[facts.code] = slot
            origins[f"containers.{len(stowed)}"] = where
            stowed.append(_stowed(facts))
    if not cancelled and not stowed:
        raise RefusedStatement("names no container", where=message.start)
    intake.take(
        None if cancelled else BayPlan(transport=transport, containers=tuple(stowed)),
        kind=PaperKind.BAY_PLAN,
        reference=_reference(transport, head=head, message=message),
        revision=head.revision,
        where=message.start,
        field_origins=origins,
    )


def _cells(segments: list[Segment]) -> tuple[list[Segment], list[list[Segment]]]:
    tagged = [
        replace(segment, tag="CELL")
        if segment.tag == "LOC" and segment.text(0) == STOWAGE_CELL
        else segment
        for segment in segments
    ]
    return split_at(tagged, "CELL")


def _containers(
    cell: list[Segment], *, gatherer: Gatherer, message: Message, intake: Intake
) -> list[Facts]:
    place = replace(cell[0], tag="LOC")
    shared, groups = split_at([place, *cell[1:]], "EQD")
    slot = gatherer.gather(shared, Facts())
    found = []
    for group in groups:
        try:
            found.append(gatherer.gather(group, slot.copy()))
        except RefusedStatement as problem:
            intake.refuse(problem.where, f"cell {place.text(1)}: {problem.reason}")
    if not groups:
        intake.refuse(message.where(place), f"cell {place.text(1)} names no container")
    return found


def _stowed(facts: Facts) -> StowedContainer:
    bill = facts.references.get("BM", "")
    return StowedContainer(
        equipment=facts.equipment(),
        slot=facts.places[STOWAGE_CELL],
        place_of_loading=facts.place(PORT_OF_LOADING, *_BEFORE_D_LOADING),
        place_of_discharge=facts.place(PORT_OF_DISCHARGE, *_BEFORE_D_DISCHARGE),
        place_of_destination=facts.place(*PLACES_OF_DESTINATION),
        operator=facts.parties.get("CA", "") or facts.parties.get("CF", ""),
        transport_document="" if bill in _NO_BILL else bill,
        remarks=tuple(facts.remarks),
    )


def _transport(common: Facts, message: Message) -> Transport:
    if common.vessel is None:
        raise RefusedStatement("expected the vessel (TDT 20)", where=message.start)
    return replace(
        common.vessel,
        voyage=common.vessel.voyage or common.references.get("VON", ""),
        place_of_loading=common.place(PLACE_OF_DEPARTURE),
        place_of_discharge=common.place(NEXT_PORT),
    )


def _reference(transport: Transport, *, head: Head, message: Message) -> str:
    call = vessel_call(transport)
    if not call:
        return head.document
    return "/".join((call, transport.place_of_loading or "-", message.sender or "-"))


BAPLIE = EdifactSource("baplie", "BAPLIE", take_bay_plan)
