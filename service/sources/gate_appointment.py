"""Gate appointments of truck visits as CSV and as JSON.

Accepted: one record per booked visit with its number, a window (from and to, or from and a
duration, or one time and the usual window of an hour), a direction (in or out; delivery and
pick-up are the truck's: a delivered container comes in) and a plate or a container.
`status` of cancelled or no-show cancels, of amended or rescheduled amends.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.papers.movement import Appointment, MovementEvent
from service.domain.papers.paper import Function, PaperKind, Revision
from service.sources.functions import function_of
from service.sources.intake import Intake
from service.sources.records.record import Record
from service.sources.records.source import RecordSource
from service.sources.records.vocabulary import Vocabulary
from service.sources.statement import RefusedStatement

_VOCABULARY = Vocabulary(
    {
        "appointment": (
            "appointment id", "appointment number", "appointment no", "booking slot",
            "slot booking", "slot id", "visit id", "truck visit id", "tas id", "tas reference",
            "reservation", "reservation number", "Terminnummer", "Slotnummer", "rendez-vous",
        ),
        "window_from": (
            "from", "window start", "slot start", "start", "start time", "time from", "slot from",
            "appointment from", "appointment time", "appointment start", "not before", "von",
            "début", "window.begin", "timewindow.start",
        ),
        "window_to": (
            "to", "window end", "slot end", "end", "end time", "time to", "slot to",
            "appointment to", "appointment end", "not after", "bis", "fin", "timewindow.end",
        ),
        "date": ("day", "appointment date", "slot date", "Datum"),
        "minutes": ("duration", "duration minutes", "duration min", "window minutes"),
        "direction": (
            "move", "move type", "transaction type", "gate direction", "in out", "type",
            "appointment type", "Richtung", "sens",
        ),
        "plate": (
            "truck plate", "vehicle plate", "licence plate", "license plate", "truck", "vehicle",
            "vehicle registration", "tractor", "tractor plate", "Kennzeichen", "immatriculation",
            "kenteken", "truck.license", "truck.licence",
        ),
        "trailer": ("trailer plate", "trailer registration", "chassis plate"),
        "container": (
            "containers", "container number", "container no", "container numbers", "container code",
            "container codes", "container id", "unit", "unit number", "equipment number",
            "Containernummer", "conteneur", "container.id", "container.number",
        ),
        "document": (
            "transport document", "bill of lading", "bl number", "b/l", "booking",
            "booking number", "release", "release number", "pin", "reference document",
        ),
        "status": ("appointment status", "state", "function"),
        "revision": ("version", "revision number"),
        "issued_at": ("issued", "created at", "updated at", "modified at", "last change"),
    },
    lists=frozenset({"appointments", "visits", "truck visits", "slots", "records", "data"}),
)  # fmt: skip

USUAL_WINDOW = timedelta(hours=1)
MAX_WINDOW = timedelta(days=14)

_DIRECTIONS = {
    MovementEvent.GATE_IN: (
        "in", "gatein", "ingate", "delivery", "deliver", "dropoff", "drop", "receive", "receival",
        "export", "fullin", "emptyin", "di", "re", "anlieferung",
    ),
    MovementEvent.GATE_OUT: (
        "out", "gateout", "outgate", "pickup", "pick", "collect", "collection", "import", "fullout",
        "emptyout", "dm", "de", "abholung",
    ),
}  # fmt: skip
_BY_WORD = {word: event for event, words in _DIRECTIONS.items() for word in words}


def _claims(fields: frozenset[str]) -> bool:
    return {"appointment", "window_from"} <= fields and bool(fields & {"plate", "container"})


def _take(record: Record, intake: Intake) -> None:
    number = record.text("appointment")
    if not number:
        raise RefusedStatement("expected the number of the appointment", where=record.place)
    function = function_of(record, "status")
    cancelled = function is Function.CANCELLATION
    intake.take(
        None if cancelled else _appointment(record, intake),
        kind=PaperKind.GATE_APPOINTMENT,
        reference=number,
        revision=Revision(
            function=function,
            number=record.count("revision"),
            issued_at=record.instant("issued_at"),
        ),
        where=record.place,
        field_origins=record.origins(
            window_from="window_from",
            window_to="window_to",
            direction="direction",
            plates="plate",
            container_codes="container",
            transport_document="document",
        ),
    )


def _appointment(record: Record, intake: Intake) -> Appointment:
    window_from, window_to = _window(record, intake)
    text = record.text("direction")
    direction = _BY_WORD.get("".join(char for char in text.casefold() if char.isalpha()))
    if direction is None:
        raise record.refusal("direction", f"expected in or out, got {text[:40]!r}")
    plates, codes = record.plates("plate", "trailer"), record.equipment_codes("container")
    if not plates and not codes:
        raise RefusedStatement("expected a plate or a container, found none", where=record.place)
    return Appointment(
        window_from=window_from,
        window_to=window_to,
        direction=direction,
        plates=plates,
        container_codes=codes,
        transport_document=record.text("document"),
    )


def _window(record: Record, intake: Intake) -> tuple[datetime, datetime]:
    opens = record.instant("window_from", date="date")
    closes = record.instant("window_to", date="date")
    if opens is None:
        raise RefusedStatement("expected the begin of the window", where=record.place)
    minutes = record.number("minutes")
    if closes is None and minutes is not None:
        if not 0 < minutes <= MAX_WINDOW.total_seconds() / 60:
            raise record.refusal("minutes", f"expected a duration, got {minutes:g} minutes")
        closes = opens + timedelta(minutes=minutes)
    if closes is None:
        intake.doubt(record.place, "no end of the window; taken as an hour")
        closes = opens + USUAL_WINDOW
    if not opens < closes <= opens + MAX_WINDOW:
        raise record.refusal(
            "window_to", f"the window ends {closes - opens} after its begin; at most {MAX_WINDOW}"
        )
    return opens, closes


GATE_APPOINTMENT = RecordSource(
    name="gate_appointment", vocabulary=_VOCABULARY, claims=_claims, take=_take
)
