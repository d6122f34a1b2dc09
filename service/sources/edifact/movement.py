"""Messages that list containers of one vessel call or gate: COPRAR, COARRI and CODECO.

Each container becomes one paper. Its reference is the event, the vessel call and the container,
so that an amendment finds it whatever number the message bears; without a vessel call the
message number stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from service.domain.papers.consignment import NOT_STATED, Transport
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import Function, PaperKind
from service.sources.edifact.container import (
    PLACES_OF_DESTINATION,
    PORT_OF_DISCHARGE,
    PORT_OF_LOADING,
    STOWAGE_CELL,
    Facts,
    Gatherer,
)
from service.sources.edifact.envelope import Message, Segment
from service.sources.edifact.moment import DATE_ONLY
from service.sources.edifact.source import Head, moment_of, read_head
from service.sources.intake import Intake
from service.sources.statement import RefusedStatement

_EQUIPMENT_TOTAL = "16"
"""CNT 6069: total number of equipment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerList:
    """How a message type says what happened: `events` by BGM 1001; `moments` the DTM
    qualifiers of its time and `places` the LOC qualifiers of its place, best first.
    """

    kind: PaperKind
    events: Mapping[str, MovementEvent]
    moments: tuple[str, ...]
    places: tuple[str, ...] = ()
    by_vessel_call: bool = True


def take_container_list(message: Message, intake: Intake, *, shape: ContainerList) -> None:
    """One paper per container.

    Raises:
        RefusedStatement: the message as a whole says nothing that can be taken.
    """
    first, groups = split_at(message.segments, "EQD")
    head = read_head(message, first, intake)
    event = shape.events.get(head.name)
    if event is None:
        known = ", ".join(f"{code} {event.value}" for code, event in shape.events.items())
        raise RefusedStatement(f"BGM 1001 {head.name!r} is none of {known}", where=message.start)
    check_total(message, groups)
    if not groups:
        raise RefusedStatement("names no container", where=message.start)
    gatherer = Gatherer(message, intake)
    common = gatherer.gather((s for s in first if s.tag in ("TDT", "LOC", "RFF")), Facts())

    def take(group: list[Segment], where: str, others: Seen) -> None:
        facts = gatherer.gather(group, Facts(places=dict(common.places)))
        others.check(facts.code)
        _take(facts, common, head=head, event=event, shape=shape, where=where,
              message=message, intake=intake)  # fmt: skip
        others.add(facts.code, where)

    for_each_container(groups, take, message=message, intake=intake)


class Seen:
    """The containers of a message that have been taken, and where."""

    def __init__(self) -> None:
        self._where: dict[str, str] = {}

    def check(self, code: str) -> None:
        """Raises: RefusedStatement if it has been taken."""
        if code in self._where:
            raise RefusedStatement(f"{code} stands already in {self._where[code]}", where="")

    def add(self, code: str, where: str) -> None:
        self._where[code] = where


def for_each_container(
    groups: list[list[Segment]],
    take: Callable[[list[Segment], str, Seen], None],
    *,
    message: Message,
    intake: Intake,
) -> None:
    """Take each group; one that raises `RefusedStatement` is refused and the others are not."""
    seen = Seen()
    for group in groups:
        where = message.where(group[0])
        try:
            take(group, where, seen)
        except RefusedStatement as problem:
            intake.refuse(problem.where or where, problem.reason)


def split_at(segments: list[Segment], leader: str) -> tuple[list[Segment], list[list[Segment]]]:
    """What stands before the first `leader`, and the groups that one begins."""
    first: list[Segment] = []
    groups: list[list[Segment]] = []
    for segment in segments:
        if segment.tag == leader:
            groups.append([segment])
        elif groups:
            groups[-1].append(segment)
        else:
            first.append(segment)
    return first, groups


def check_total(message: Message, groups: list[list[Segment]]) -> None:
    """Raises: RefusedStatement if CNT counts other containers than there are."""
    for segment in message.segments:
        if segment.tag == "CNT" and segment.text(0, 0) == _EQUIPMENT_TOTAL:
            stated = segment.text(0, 1)
            if (stated.lstrip("0") or "0") != str(len(groups)):
                raise RefusedStatement(
                    f"CNT counts {stated!r} containers, there are {len(groups)}",
                    where=message.where(segment),
                )


def _take(
    facts: Facts,
    common: Facts,
    *,
    head: Head,
    event: MovementEvent,
    shape: ContainerList,
    where: str,
    message: Message,
    intake: Intake,
) -> None:
    vessel = facts.vessel or common.vessel
    if vessel is not None and not vessel.voyage and common.references.get("VON"):
        vessel = replace(vessel, voyage=common.references["VON"])
    call = vessel_call(vessel) if shape.by_vessel_call else ""
    moment = next((facts.moments[q] for q in shape.moments if q in facts.moments), None)
    try:
        at = moment_of(moment, intake) if moment is not None else None
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=where) from problem
    times = {"at": message.where(moment)} if moment is not None else {}
    if moment is not None and moment.text(0, 2) in DATE_ONLY:
        intake.doubt(where, "a date without a time, taken as its midnight")
    cancelled = head.revision.function is Function.CANCELLATION
    movement = Movement(
        event=event,
        equipment=facts.equipment(),
        at=at,
        place=facts.place(*shape.places),
        transport=transport_of(facts, vessel),
        slot=facts.places.get(STOWAGE_CELL, ""),
        transport_document=facts.references.get("BM", ""),
        booking=facts.references.get("BN", ""),
        detail=head.name,
    )
    intake.take(
        None if cancelled else movement,
        kind=shape.kind,
        reference=f"{event.value}/{call or head.document}/{facts.code}",
        revision=head.revision,
        where=where,
        field_origins={**common.origins, **facts.origins, **times},
    )


def transport_of(facts: Facts, vessel: Transport | None) -> Transport:
    """The means of transport with the places of one container."""
    return replace(
        vessel or NOT_STATED,
        plates=tuple(facts.plates),
        place_of_loading=facts.place(PORT_OF_LOADING),
        place_of_discharge=facts.place(PORT_OF_DISCHARGE),
        place_of_destination=facts.place(*PLACES_OF_DESTINATION),
    )


def vessel_call(vessel: Transport | None) -> str:
    """Vessel and voyage, for example "9321483/023E"; "" unless both are known."""
    if vessel is None or not vessel.voyage:
        return ""
    name = vessel.vessel_imo or vessel.vessel_call_sign or vessel.vessel
    return f"{name}/{vessel.voyage}" if name else ""
