"""Track and Trace events of DCSA, version 2 and 3, as their interface gives or sends them.

Accepted: one event, an array of events, or an object that holds it in `events`. Equipment,
transport and reefer or IoT events of a container: what (`equipmentEventTypeCode` and its like, or
the words of version 3), when, where (UN/LOCODE before name), vessel and voyage, seals, full or
empty, bill of lading and booking. A transport event names its containers in `references` (EQ).
What is planned or estimated is refused, and so is an event of a document (SHIPMENT) or of a
vessel alone: neither says that a container was anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.movement import Movement
from service.domain.papers.paper import Function, PaperKind, Revision
from service.sources import Batch, Limits, PaperFile, lexical
from service.sources.events import event_of_words
from service.sources.intake import Intake
from service.sources.json_document import Json, opening_keys, parse_json, where
from service.sources.ship_numbers import imo_number
from service.sources.statement import RefusedStatement
from vision.grammar.plate import normalise_plate

NAME = "dcsa_events"
_MARKS = ("eventClassifierCode", "eventClassification")
_OF_DOCUMENTS = "SHIPMENT"
_ACTUAL = frozenset({"ACT", "ACTUAL"})
_CODES = (
    "equipmentEventTypeCode", "transportEventTypeCode", "equipmentEventType",
    "transportEventType", "reeferEventType", "iotEventType",
)  # fmt: skip
_BILLS = frozenset({"TRD", "BOL", "TRANSPORT_DOCUMENT"})
_BOOKINGS = frozenset({"BKG", "BOOKING"})
_EQUIPMENT = frozenset({"EQ", "EQUIPMENT_REFERENCE"})
_LOADS = {"EMPTY": DeclaredLoad.EMPTY, "LADEN": DeclaredLoad.LOADED}


def is_dcsa(head: bytes) -> bool:
    """Whether a file begins with events in the words of DCSA."""
    keys = opening_keys(head)
    if "events" in keys:
        return any(f'"{mark}"'.encode() in head for mark in _MARKS)
    return "eventID" in keys and bool(keys & set(_MARKS))


class DcsaEvents:
    """Reads events of containers."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        return is_dcsa(head)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        intake = Intake(file, source=NAME, limits=limits)
        for place, event in _events(parse_json(file.data, source=NAME, limits=limits)):
            try:
                _take(event, place, intake)
            except RefusedStatement as problem:
                intake.refuse(problem.where, problem.reason)
            except ValueError as problem:
                intake.refuse(place, str(problem))
        return intake.batch()


def _events(value: Json) -> Iterator[tuple[str, Json]]:
    held = value.get("events", value) if isinstance(value, dict) else value
    prefix: tuple[str, ...] = ("events",) if held is not value else ()
    if not isinstance(held, list):
        held = [held]
    for index, event in enumerate(held):
        yield where(*prefix, index), event


def _take(event: Json, place: str, intake: Intake) -> None:
    if not isinstance(event, dict):
        raise RefusedStatement("expected an object", where=place)
    classified = _object(event, "eventClassification") or event
    kind = _text(classified, "eventType").upper()
    if kind == _OF_DOCUMENTS:
        raise RefusedStatement("an event of a document, not of a container", where=place)
    classifier = _text(classified, "eventClassifierCode") or _text(classified, "eventClassifier")
    if classifier.upper() not in _ACTUAL:
        reason = f"{classifier[:40]!r} is no event that has happened"
        raise RefusedStatement(reason, where=place)
    words = next((text for name in _CODES if (text := _text(classified, name))), "")
    if not words:
        raise RefusedStatement(f"expected the type of the event ({kind})", where=place)
    at = _instant(event, "eventDateTime", intake)
    if at is None:
        raise RefusedStatement("expected the time of the event", where=place)
    codes = _containers(event)
    if not codes:
        raise RefusedStatement("names no container", where=place)
    number = _text(event, "eventID")
    for code in codes:
        named = number if len(codes) == 1 else f"{number}/{code}"
        retracted = event.get("isRetracted") is True
        intake.take(
            None if retracted else _movement(event, code=code, words=words, at=at),
            kind=PaperKind.STATUS_EVENT,
            reference=named if number else f"{code}/{words}/{at:%Y%m%dT%H%M%SZ}",
            revision=Revision(
                function=Function.CANCELLATION if retracted else Function.ORIGINAL,
                issued_at=_instant(event, "eventUpdatedDateTime", intake)
                or _instant(event, "eventCreatedDateTime", intake),
            ),
            where=place,
            field_origins={"equipment.code": place, "at": f"{place}.eventDateTime"},
        )


def _movement(event: dict[str, Json], *, code: str, words: str, at: datetime) -> Movement:
    details = _object(event, "equipmentDetails") or event
    # Some carriers put vessel, voyage and place beside the event, not into its call.
    call = _object(_object(event, "transportDetails") or event, "transportCall") or event
    documents = dict(_documents(event))
    return Movement(
        event=event_of_words(words),
        equipment=Equipment(
            code=code,
            size_type=_text(details, "ISOEquipmentCode").upper() or None,
            load=_LOADS.get(
                (_text(details, "emptyIndicatorCode") or _text(details, "emptyIndicator")).upper()
            ),
            seals=tuple(dict.fromkeys(_seals(details))),
        ),
        at=at,
        place=_place(_object(event, "eventLocation"))
        or _place(call)
        or _place(_object(call, "location")),
        transport=_transport(call),
        transport_document=documents.get("bill", "") or _text(event, "transportDocumentReference"),
        booking=documents.get("booking", "") or _text(event, "carrierBookingReference"),
        detail=words,
    )


def _transport(call: dict[str, Json]) -> Transport:
    vessel = _object(call, "vessel") or _object(call, "vesselTransport")
    voyage = next(
        (
            text
            for name in ("exportVoyageNumber", "carrierVoyageNumber", "importVoyageNumber")
            if (text := _text(call, name))
        ),
        "",
    ) or _text(_object(call, "exportVoyageNumberOrReference"), "carrierVoyageNumber")
    plate = normalise_plate(_text(_object(call, "truckTransport"), "licensePlate"))
    return Transport(
        plates=(plate,) if plate else (),
        vessel=_text(vessel, "vesselName") or _text(call, "vesselName"),
        vessel_imo=imo_number(_text(vessel, "vesselIMONumber") or _text(call, "vesselIMONumber")),
        voyage=voyage,
    )


def _containers(event: dict[str, Json]) -> tuple[str, ...]:
    """Raises: ValueError for a number that is none."""
    details = _object(event, "equipmentDetails") or event
    own = _text(details, "equipmentReference")
    named = [own] if own else []
    for entry in () if own else _objects(event, "references"):
        if (_text(entry, "referenceType") or _text(entry, "type")).upper() in _EQUIPMENT:
            named.append(_text(entry, "referenceValue") or _text(entry, "reference"))
    return tuple(dict.fromkeys(lexical.equipment_code(code) for code in named if code))


def _documents(event: dict[str, Json]) -> Iterator[tuple[str, str]]:
    details = _object(event, "shipmentDetails")
    entries = [*_objects(event, "documentReferences"), _object(details, "documentReference")]
    for entry in [*entries, *_objects(details, "additionalDocumentReferences")]:
        kind = (_text(entry, "documentReferenceType") or _text(entry, "type")).upper()
        number = _text(entry, "documentReferenceValue") or _text(entry, "reference")
        if number and kind in _BILLS:
            yield "bill", number
        elif number and kind in _BOOKINGS:
            yield "booking", number


def _seals(details: dict[str, Json]) -> Iterator[str]:
    for entry in _objects(details, "seals"):
        number = _text(entry, "sealNumber") or _text(entry, "number")
        if number and number.upper() not in lexical.NO_SEAL:
            yield number


def _place(location: dict[str, Json]) -> str:
    return _text(location, "UNLocationCode") or _text(location, "locationName")


def _instant(event: dict[str, Json], name: str, intake: Intake) -> datetime | None:
    """Raises: ValueError."""
    text = _text(event, name)
    return lexical.instant(text, zone=intake.file.local_zone) if text else None


def _object(value: dict[str, Json], name: str) -> dict[str, Json]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _objects(value: dict[str, Json], name: str) -> Iterator[dict[str, Json]]:
    found = value.get(name)
    for member in found if isinstance(found, list) else ():
        if isinstance(member, dict):
            yield member


def _text(value: dict[str, Json], name: str) -> str:
    """Raises: ValueError."""
    found = value.get(name)
    return lexical.plain(found) if isinstance(found, str) else ""


DCSA_EVENTS = DcsaEvents()
