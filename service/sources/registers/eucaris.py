"""Vehicles of other countries through a gateway to EUCARIS.

EUCARIS' own schemas are for its members. This adapter speaks a small XML profile that a national
gateway maps to them: it asks for the data elements that Directive 1999/37/EC numbers (A plate,
B first registration, D.1 make, D.3 commercial name, E VIN, J category, R colour), and whether the
vehicle is stolen or exported. The answer must be about the query and the vehicle that were asked
for; if it is not, the register cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from xml.sax.saxutils import escape

from service.domain.registration import Registration
from service.sources import Limits, UnreadablePaper, lexical
from service.sources.registers.answer_cache import AnswerCache
from service.sources.registers.audited import Auditor
from service.sources.registers.exchange import Exchange, Silent
from service.sources.xml_document import Element, parse_xml
from service.usecases.registers import Answer, Purpose, RegisterAnswer
from vision.grammar.plate import normalise_plate

NAME = "eucaris"
NAMESPACE = "urn:tallyman:vehicle-register:1"
FLAGS = {"true": True, "false": False, "unknown": None, "": None}
EXPORTED = "exported"


class Eucaris:
    """A `VehicleRegister` over HTTP."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        auditor: Auditor,
        cache: AnswerCache[Registration],
        clock: Callable[[], datetime],
    ) -> None:
        self._exchange = exchange
        self._auditor = auditor
        self._cache = cache
        self._clock = clock

    def look_up(
        self, plate: str, *, country: str | None, site: str, purpose: Purpose
    ) -> RegisterAnswer[Registration]:
        """Ask, or give what was answered a while ago; both are written to the audit log.

        What was found earlier is given without "not stolen": that was true then.
        """
        bare = normalise_plate(plate)
        query = self._auditor.asked(f"plate {bare} {country or '?'}", purpose)
        answer = self._answer(bare, country, site, query.query_id)
        outcome = f"{answer.answer.value}{' from cache' if answer.from_cache else ''}"
        self._auditor.answered(query, outcome=outcome, reason=answer.reason)
        return answer

    def _answer(
        self, plate: str, country: str | None, site: str, query_id: str
    ) -> RegisterAnswer[Registration]:
        if not plate or country is None:
            what = "plate" if not plate else "country of the plate"
            return self._cannot_tell(f"the {what} is not known, and the register needs it")
        kept = self._cache.get((plate, country))
        if kept is not None:
            entry = kept.entry and replace(
                kept.entry, site=site, stolen=True if kept.entry.stolen else None
            )
            return replace(kept, entry=entry, from_cache=True)
        try:
            entry = self._exchange.ask(
                _question(query_id, plate, country),
                content_type="application/xml",
                parse=lambda data: _entry(
                    data,
                    query_id=query_id,
                    plate=plate,
                    country=country,
                    site=site,
                    today=self._clock().date(),
                ),
            )
        except Silent as problem:
            return self._cannot_tell(str(problem))
        answer = RegisterAnswer(
            answer=Answer.NOT_FOUND if entry is None else Answer.FOUND,
            register=NAME,
            at=self._clock(),
            entry=entry,
        )
        self._cache.put((plate, country), answer)
        return answer

    def _cannot_tell(self, reason: str) -> RegisterAnswer[Registration]:
        return RegisterAnswer(
            answer=Answer.CANNOT_TELL, register=NAME, at=self._clock(), reason=reason
        )


def _question(query_id: str, plate: str, country: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><VehicleRequest xmlns="{NAMESPACE}">'
        f"<QueryId>{escape(query_id)}</QueryId><Country>{escape(country)}</Country>"
        f"<Plate>{escape(plate)}</Plate></VehicleRequest>"
    ).encode()


def _entry(
    data: bytes, *, query_id: str, plate: str, country: str, site: str, today: date
) -> Registration | None:
    """The entry, None if the register says that there is none.

    Raises:
        ValueError: the answer is damaged, about something else, or contradicts itself.
    """
    try:
        root = parse_xml(data, source=NAME, limits=Limits(max_bytes=len(data), max_depth=8))
    except UnreadablePaper as problem:
        raise ValueError(problem.reason) from problem
    if root.name != "VehicleResponse":
        raise ValueError(f"expected VehicleResponse, got {root.name}")
    if _text(root, "QueryId") != query_id:
        raise ValueError("it answers another query")
    result, vehicle = _text(root, "Result"), root.first("Vehicle")
    if result == "not_found" and vehicle is None:
        return None
    if result != "found" or vehicle is None:
        raise ValueError(f"result {result!r} with {'a' if vehicle else 'no'} vehicle")
    if normalise_plate(_text(vehicle, "Plate")) != plate or _text(vehicle, "Country") != country:
        raise ValueError("it is about another vehicle")
    first = _day(vehicle, "FirstRegistration")
    if first is not None and first > today:
        raise ValueError(f"first registered on {first}, which is in the future")
    status = _text(vehicle, "Status")
    return Registration(
        reference=plate,
        site=site,
        plate=plate,
        country=country,
        make=_text(vehicle, "Make"),
        model=_text(vehicle, "CommercialName"),
        colour=_text(vehicle, "Colour"),
        category=_text(vehicle, "Category"),
        valid_until=_day(vehicle, "ValidUntil"),
        stolen=_flag(vehicle, "Stolen"),
        vin=_text(vehicle, "Vin"),
        first_registration=first,
        exported=None if not status else status == EXPORTED,
    )


def _text(element: Element, name: str) -> str:
    found = element.all(name)
    if len(found) > 1:
        raise ValueError(f"{name} is stated {len(found)} times")
    return lexical.plain(found[0].text, longest=200) if found else ""


def _day(element: Element, name: str) -> date | None:
    text = _text(element, name)
    return date.fromisoformat(text) if text else None


def _flag(element: Element, name: str) -> bool | None:
    text = _text(element, name).lower()
    if text not in FLAGS:
        raise ValueError(f"{name}: expected true, false or unknown, got {text!r}")
    return FLAGS[text]
