"""Vehicles and documents sought by the police: hit or no hit, asked anew each time.

JSON over HTTPS to a national gateway (SIS, Interpol's stolen vehicles and travel documents). There
is no cache on purpose: yesterday's "no hit" says nothing of today. Every answer, a hit or not, is
for two persons to view.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from service.sources import Limits, UnreadablePaper
from service.sources.json_document import Json, parse_json
from service.sources.registers.audited import Auditor
from service.sources.registers.exchange import Exchange, Silent
from service.usecases.registers import DocumentKind, Hit, HitAnswer, Outcome, Purpose
from vision.grammar.plate import normalise_plate

NAME = "stolen_objects"
LIMITS = Limits(max_bytes=1024 * 1024, max_depth=8)


class StolenObjectsRegister:
    """A `StolenObjects` over HTTP."""

    def __init__(
        self, exchange: Exchange, *, auditor: Auditor, clock: Callable[[], datetime]
    ) -> None:
        self._exchange = exchange
        self._auditor = auditor
        self._clock = clock

    def vehicle(
        self, plate: str, *, country: str | None, purpose: Purpose, vin: str = ""
    ) -> HitAnswer:
        bare = normalise_plate(plate)
        asked = {"kind": "vehicle", "plate": bare, "country": country or "", "vin": vin}
        if not bare and not vin:
            return self._ask(asked, purpose, missing="neither plate nor VIN is known")
        return self._ask(asked, purpose)

    def document(
        self, number: str, *, kind: DocumentKind, country: str | None, purpose: Purpose
    ) -> HitAnswer:
        bare = "".join(number.split()).upper()
        asked = {"kind": kind.value, "number": bare, "country": country or ""}
        return self._ask(asked, purpose, missing="" if bare else "the number is not known")

    def _ask(self, asked: Mapping[str, str], purpose: Purpose, *, missing: str = "") -> HitAnswer:
        subject = " ".join(value for value in asked.values() if value)
        query = self._auditor.asked(subject, purpose)
        hit: Hit | None = None
        reason = missing
        if not reason:
            question = {
                "query_id": query.query_id,
                "object": asked,
                "purpose": purpose.reason,
                "user": purpose.user,
                "case": purpose.case,
            }
            try:
                hit = self._exchange.ask(
                    json.dumps(question).encode(),
                    content_type="application/json",
                    parse=lambda data: _hit(data, query_id=query.query_id, asked=asked),
                )
            except Silent as problem:
                reason = str(problem)
        outcome = Outcome.CANNOT_TELL if reason else Outcome.HIT if hit else Outcome.NO_HIT
        self._auditor.answered(query, outcome=outcome.value, reason=reason)
        return HitAnswer(outcome=outcome, register=NAME, at=self._clock(), hit=hit, reason=reason)


def _hit(data: bytes, *, query_id: str, asked: Mapping[str, str]) -> Hit | None:
    """The hit, None for no hit.

    Raises:
        ValueError: the answer is damaged, about something else, or contradicts itself.
    """
    try:
        answer = parse_json(data, source=NAME, limits=LIMITS)
    except UnreadablePaper as problem:
        raise ValueError(problem.reason) from problem
    if not isinstance(answer, dict) or answer.get("query_id") != query_id:
        raise ValueError("it answers another query")
    if answer.get("object") != asked:
        raise ValueError("it is about another object")
    result, hit = answer.get("result"), answer.get("hit")
    if result == "no_hit" and hit is None:
        return None
    if result != "hit" or not isinstance(hit, dict):
        raise ValueError(f"result {result!r} with {'a' if hit else 'no'} hit")
    reference = _word(hit.get("reference"))
    if not reference:
        raise ValueError("a hit without a reference")
    return Hit(
        reference=reference, category=_word(hit.get("category")), action=_word(hit.get("action"))
    )


def _word(value: Json) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {type(value).__name__}")  # noqa: TRY004 (input)
    return value[:1000]
