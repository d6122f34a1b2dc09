"""Container handling and gate cycles in the manner of TIC4.0 (Terminal Industry Committee), JSON.

Accepted: a header `msg` with its timestamp, and arrays of subjects. `gate` subjects hold `cycle`
or `move` entries with a direction (in, out), a truck (`truck.plate`, `truck.trailer.plate`) and
`cargo`; `che` subjects (cranes, carriers) hold `cycle` or `move` entries with a type (load,
discharge, anything else is a move inside the terminal) and `cargo`. Cargo has `id`, `size.code`,
`weight` (a number in kg, or value and unit), `laden`, `seal`. Times are `endtimestamp`,
`timestamp` or `starttimestamp`. Keys count without case and underscores, one object is an array
of one, values may stand in `value`. What is planned or estimated (`pointofmeasurement`) is
refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import PaperKind, Revision
from service.sources import Batch, Limits, PaperFile, UnreadablePaper, lexical, units
from service.sources.clock_times import clock_time
from service.sources.events import event_of_words
from service.sources.intake import Intake
from service.sources.json_document import Json, parse_json, where
from service.sources.records.vocabulary import json_paths
from service.sources.statement import RefusedStatement
from vision.grammar.plate import normalise_plate

NAME = "tic40"
_SUBJECTS = ("gate", "che")
_MOVES = ("cycle", "move")
_NOT_YET = frozenset({"planned", "planning", "schedule", "scheduled", "estimated", "estimation"})
_DIRECTIONS = {
    **dict.fromkeys(("in", "gatein", "inbound", "entry"), MovementEvent.GATE_IN),
    **dict.fromkeys(("out", "gateout", "outbound", "exit"), MovementEvent.GATE_OUT),
}


class Node:
    """An object of the document and its place; keys are looked up without case."""

    def __init__(self, value: dict[str, Json], place: str) -> None:
        self.place = place
        self._members = {_key(key): (key, member) for key, member in value.items()}

    def text(self, *names: str) -> str:
        """The first of these that is there, as text; of an object its `value`, `code` or `id`."""
        for name in names:
            _, member = self._members.get(name, ("", None))
            if isinstance(member, dict):
                member = Node(member, "").text("value", "code", "id")
            if isinstance(member, bool):
                return "true" if member else "false"
            if isinstance(member, (str, int, float)) and str(member).strip():
                return self._plain(str(member), name)
        return ""

    def objects(self, name: str, intake: Intake) -> Iterator[Node]:
        """The objects under a key; what is none is refused by name."""
        key, member = self._members.get(name, ("", None))
        members = member if isinstance(member, list) else [] if member is None else [member]
        for index, item in enumerate(members):
            spot = where(key, index) if isinstance(member, list) else key
            place = f"{self.place}.{spot}".removeprefix(".")
            if isinstance(item, dict):
                yield Node(item, place)
            else:
                intake.refuse(place, "expected an object")

    def inner(self, name: str) -> Node:
        """The object under a key, or the first of several; empty if there is none."""
        key, member = self._members.get(name, (name, None))
        place = f"{self.place}.{key}".removeprefix(".")
        if isinstance(member, list) and member:
            member, place = member[0], f"{place}[0]"
        return Node(member if isinstance(member, dict) else {}, place)

    def _plain(self, text: str, name: str) -> str:
        try:
            return lexical.plain(text)
        except ValueError as problem:
            raise RefusedStatement(str(problem), where=f"{self.place}.{name}") from problem


class Tic40:
    """Reads handling and gate cycles."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        text = head.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n")
        if not text.startswith("{"):
            return False
        tops = {_key(path) for path in json_paths(text) if "." not in path}
        return "msg" in tops and bool(tops & set(_SUBJECTS))

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        intake = Intake(file, source=NAME, limits=limits)
        value = parse_json(file.data, source=NAME, limits=limits)
        if not isinstance(value, dict):
            raise UnreadablePaper(NAME, "expected an object")
        document = Node(value, "")
        for kind in _SUBJECTS:
            for subject in document.objects(kind, intake):
                for name in _MOVES:
                    for move in subject.objects(name, intake):
                        _take_move(document, kind, subject, move, intake)
        return intake.batch()


def _take_move(document: Node, kind: str, subject: Node, move: Node, intake: Intake) -> None:
    try:
        event = _event(kind, move)
        at = _time(move, document, intake)
    except RefusedStatement as problem:
        intake.refuse(problem.where, problem.reason)
        return
    moved = list(move.objects("cargo", intake))
    for cargo in moved:
        try:
            _take_cargo(cargo, subject, move, event=event, at=at, kind=kind, intake=intake)
        except RefusedStatement as problem:
            intake.refuse(problem.where, problem.reason)
    if not moved:
        intake.refuse(move.place, "a cycle that moved no cargo")


def _event(kind: str, move: Node) -> MovementEvent:
    point = _key(move.text("pointofmeasurement", "pom"))
    if point in _NOT_YET:
        raise RefusedStatement(f"{point} is no cycle that has happened", where=move.place)
    if kind == "gate":
        stated = move.text("direction", "type")
        event = _DIRECTIONS.get(_key(stated))
        if event is None:
            raise RefusedStatement(f"expected in or out, got {stated[:40]!r}", where=move.place)
        return event
    return event_of_words(move.text("type", "name", "activity"))


def _time(move: Node, document: Node, intake: Intake) -> datetime | None:
    stated = move.text("endtimestamp", "timestamp", "starttimestamp")
    if not stated:
        stated = document.inner("msg").text("timestamp", "creationtimestamp")
        if stated:
            intake.doubt(move.place, "a cycle without a time; taken as that of the message")
    try:
        return clock_time(stated, zone=intake.file.local_zone) if stated else None
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=move.place) from problem


def _take_cargo(
    cargo: Node,
    subject: Node,
    move: Node,
    *,
    event: MovementEvent,
    at: datetime | None,
    kind: str,
    intake: Intake,
) -> None:
    try:
        equipment = Equipment(
            code=lexical.equipment_code(cargo.text("id", "number")),
            size_type=cargo.inner("size").text("code").upper() or cargo.text("iso").upper() or None,
            load=_load(cargo),
            seals=tuple(seal for seal in (cargo.text("seal"),) if seal),
            gross_mass_kg=_mass_kg(cargo),
        )
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=cargo.place) from problem
    number = move.text("id") or (f"{at:%Y%m%dT%H%M%SZ}" if at else "")
    if not number:
        raise RefusedStatement("expected the cycle's id or its time", where=move.place)
    truck = move.inner("truck")
    plates = (truck.text("plate", "licenseplate", "id"), truck.inner("trailer").text("plate"))
    visit = cargo.inner("carriervisit")
    intake.take(
        Movement(
            event=event,
            equipment=equipment,
            at=at,
            place=subject.text("id", "name"),
            transport=Transport(
                plates=tuple(plate for text in plates if (plate := normalise_plate(text))),
                vessel=visit.text("name", "id"),
                voyage=visit.text("voyage"),
            ),
            slot=cargo.text("slot", "position"),
            transport_document=cargo.text("billoflading", "document"),
            booking=cargo.text("booking"),
            detail=move.text("type", "name", "activity", "direction"),
        ),
        kind=_kind(kind, event),
        reference=f"{subject.text('id', 'name') or kind}/{number}/{equipment.code}",
        revision=Revision(),
        where=cargo.place,
        field_origins={"at": move.place, "transport.plates": truck.place},
    )


def _kind(kind: str, event: MovementEvent) -> PaperKind:
    if kind == "gate":
        return PaperKind.GATE_MOVE
    on_board = event in (MovementEvent.LOADED, MovementEvent.DISCHARGED, MovementEvent.RESTOWED)
    return PaperKind.LOADING_REPORT if on_board else PaperKind.STATUS_EVENT


def _load(cargo: Node) -> DeclaredLoad | None:
    stated = _key(cargo.text("laden", "load"))
    if not stated:
        return None
    if stated in ("true", "laden", "full", "1"):
        return DeclaredLoad.LOADED
    if stated in ("false", "unladen", "empty", "0"):
        return DeclaredLoad.EMPTY
    raise ValueError(f"expected laden or not, got {stated[:40]!r}")


def _mass_kg(cargo: Node) -> float | None:
    stated = cargo.text("weight", "grossweight")
    unit = cargo.inner("weight").text("unit") or cargo.inner("grossweight").text("unit") or "kg"
    return units.kilograms(units.number(stated), unit) if stated else None


def _key(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


TIC40 = Tic40()
