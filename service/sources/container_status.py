"""Container status messages (CSM, Regulation (EC) 515/97 article 18c) as CSV and as JSON.

Accepted: one record per event with a container, an event and its time; place, vessel, voyage,
full or empty, seals, documents. Events in plain words ("Gate in"), by UN/ECE Recommendation 24,
ANSI X12 or DCSA codes, and the events of article 18a(6). What was planned or estimated is refused:
it has not happened. Track and Trace events as DCSA writes them have a source of their own.
"""

from __future__ import annotations

import re
from datetime import datetime

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import Function, PaperKind, Revision
from service.sources.dcsa_events import is_dcsa
from service.sources.events import event_of_words
from service.sources.functions import function_of
from service.sources.intake import Intake
from service.sources.records.record import Record
from service.sources.records.source import RecordSource
from service.sources.records.vocabulary import Vocabulary
from service.sources.ship_numbers import imo_number
from service.sources.statement import RefusedStatement

_VOCABULARY = Vocabulary(
    {
        "container": (
            "container number", "container no", "container id", "container code", "conteneur",
            "equipment number", "equipment id", "equipment reference", "unit number",
            "Containernummer",
        ),
        "event": (
            "event code", "event name", "status code", "container status", "movement", "move",
            "activity", "equipment event type code", "transport event type code",
            "event description", "csm event", "csm code",
        ),
        "event_type": ("event type",),
        "classifier": ("event classifier code", "event classifier", "actual or planned"),
        "at": ("event date time", "event timestamp", "date time", "datetime", "timestamp"),
        "date": ("event date", "date of event", "status date"),
        "clock": ("time", "event time", "time of event", "status time"),
        "place": (
            "location", "event location", "location code", "un location code", "unlocode",
            "un/locode", "port", "facility", "terminal", "place of event", "location name",
            "event location code",
        ),
        "load": (
            "full empty", "full/empty", "load status", "empty indicator", "empty indicator code",
            "laden", "empty full indicator", "loaded empty", "status full empty",
        ),
        "size_type": ("iso code", "size type", "iso equipment code", "container type", "iso type"),
        "vessel": ("vessel name", "ship", "ship name", "vessel.vessel name"),
        "imo": ("vessel imo", "imo number", "imo", "vessel imo number", "lloyds number"),
        "voyage": (
            "voyage number", "voyage no", "carrier voyage number", "carrier export voyage number",
            "export voyage number",
        ),
        "plate": ("truck", "truck plate", "licence plate", "license plate", "vehicle plate"),
        "carrier": ("carrier code", "carrier scac", "operator", "line", "reporting carrier"),
        "bill": ("bill of lading", "bl number", "b/l", "bill of lading number", "bill",
                 "transport document", "transport document reference"),
        "booking": ("booking number", "booking reference", "carrier booking reference"),
        "seals": ("seal", "seal number", "seal numbers"),
        "gross": ("gross weight", "gross mass", "weight"),
        "loading": ("port of loading", "pol", "place of loading"),
        "discharge": ("port of discharge", "pod", "place of discharge"),
        "reference": ("event id", "message id", "csm id", "report number", "message reference"),
        "status": ("record status", "function", "message function"),
        "issued_at": ("event created date time", "reported at", "created at", "issued",
                      "report time"),
    },
    lists=frozenset({"events", "containers", "messages", "csms", "records", "data", "statuses"}),
    grouped=frozenset({"gross"}),
)  # fmt: skip

_LOADS = {
    **dict.fromkeys(("e", "empty", "mt", "4", "mty", "leer", "vide"), DeclaredLoad.EMPTY),
    **dict.fromkeys(
        ("f", "full", "l", "laden", "loaded", "5", "fcl", "lcl", "voll", "plein"),
        DeclaredLoad.LOADED,
    ),
}
_ACTUAL = frozenset({"", "act", "actual", "a"})
_NEAR = (
    (re.compile(r"arriv\w+ at .*(facility|terminal|depot)"), MovementEvent.GATE_IN),
    (re.compile(r"depart\w+ from .*(facility|terminal|depot)"), MovementEvent.GATE_OUT),
    (re.compile(r"\b(un|dis)(load|charg)\w* from"), MovementEvent.DISCHARGED),
    (re.compile(r"\bload\w* (to|on|onto) "), MovementEvent.LOADED),
    (re.compile(r"confirm\w* stuff|stuff\w* confirm"), MovementEvent.STUFFED),
    (re.compile(r"confirm\w* strip|strip\w* confirm"), MovementEvent.STRIPPED),
)
"""Events of article 18a(6) in its words; bookings, inspections, repairs and moves inside a terminal
are OTHER."""


def _claims(fields: frozenset[str]) -> bool:
    return fields >= {"container", "event"} and bool(fields & {"at", "date", "clock"})


def _take(record: Record, intake: Intake) -> None:
    classifier = record.text("classifier")
    if classifier.casefold() not in _ACTUAL:
        reason = f"{classifier[:40]!r} is no event that has happened"
        raise record.refusal("classifier", reason)
    code = next(iter(record.equipment_codes("container")), "")
    if not code:
        raise RefusedStatement("expected a container number", where=record.place)
    words = record.text("event")
    if not words:
        raise RefusedStatement("expected an event", where=record.place)
    at = record.instant("at", date="date", clock="clock")
    if at is None:
        raise RefusedStatement("expected the time of the event", where=record.place)
    function = function_of(record, "status")
    movement = _movement(record, event=_event(words), code=code, at=at, detail=words)
    number = record.text("reference") or f"{code}/{words}/{at:%Y%m%dT%H%M%SZ}"
    intake.take(
        None if function is Function.CANCELLATION else movement,
        kind=PaperKind.STATUS_EVENT,
        reference=number,
        revision=Revision(function=function, issued_at=record.instant("issued_at")),
        where=record.place,
        field_origins=record.origins(
            event="event",
            equipment__code="container",
            equipment__seals="seals",
            equipment__load="load",
            at="at" if "at" in record.cells else "date",
            place="place",
            transport="vessel",
        ),
    )


def _movement(
    record: Record, *, event: MovementEvent, code: str, at: datetime, detail: str
) -> Movement:
    return Movement(
        event=event,
        equipment=Equipment(
            code=code,
            size_type=record.text("size_type").upper() or None,
            load=_load(record),
            seals=record.several("seals"),
            gross_mass_kg=record.mass_kg("gross", unit="KGM"),
        ),
        at=at,
        place=record.text("place"),
        transport=Transport(
            plates=record.plates("plate"),
            vessel=record.text("vessel"),
            vessel_imo=imo_number(record.text("imo")),
            voyage=record.text("voyage"),
            carrier=record.text("carrier"),
            place_of_loading=record.text("loading"),
            place_of_discharge=record.text("discharge"),
        ),
        transport_document=record.text("bill"),
        booking=record.text("booking"),
        detail=detail,
    )


def _load(record: Record) -> DeclaredLoad | None:
    text = record.text("load")
    if not text:
        return None
    load = _LOADS.get(text.casefold())
    if load is None:
        raise record.refusal("load", f"expected full or empty, got {text[:40]!r}")
    return load


def _event(words: str) -> MovementEvent:
    event = event_of_words(words)
    text = words.casefold()
    if event is MovementEvent.OTHER:
        event = next((near for shape, near in _NEAR if shape.search(text)), event)
    return event


CONTAINER_STATUS = RecordSource(
    name="container_status", vocabulary=_VOCABULARY, claims=_claims, take=_take, unless=is_dcsa
)
