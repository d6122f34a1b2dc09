"""Economic operators: the EORI validation service of the EU (SOAP, public).

Source: EOS validation WSDL, namespace `http://eori.ws.eos.dds.s/`; status 0 is valid, 1 is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from xml.sax.saxutils import escape

from service.parties.eori import EoriForm, check_eori
from service.sources import Limits, UnreadablePaper, lexical
from service.sources.registers.answer_cache import AnswerCache
from service.sources.registers.exchange import Exchange, Silent
from service.sources.xml_document import Element, parse_xml, statements
from service.usecases.registers import Answer, EconomicOperator, RegisterAnswer

NAME = "eori"
NAMESPACE = "http://eori.ws.eos.dds.s/"
VALID, NOT_VALID = "0", "1"
EU = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
    }
)  # fmt: skip
"""Prefixes that the service knows; XI is Northern Ireland. Greece writes GR, not EL."""


class EoriRegister:
    """An `OperatorRegister` over HTTP."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        cache: AnswerCache[EconomicOperator],
        clock: Callable[[], datetime],
    ) -> None:
        self._exchange = exchange
        self._cache = cache
        self._clock = clock

    def look_up(self, eori: str) -> RegisterAnswer[EconomicOperator]:
        checked = check_eori(eori)
        bare = checked.eori
        if checked.form is EoriForm.NO_EORI:
            return self._answer(Answer.NOT_FOUND, reason="no EORI has this form")
        if bare[:2] not in EU:
            return self._answer(Answer.CANNOT_TELL, reason=f"{bare[:2]} is not asked here")
        kept = self._cache.get(bare)
        if kept is not None:
            return replace(kept, from_cache=True)
        try:
            entry = self._exchange.ask(
                _question(bare),
                content_type="text/xml; charset=utf-8",
                parse=lambda data: _operator(data, eori=bare),
            )
        except Silent as problem:
            return self._answer(Answer.CANNOT_TELL, reason=str(problem))
        answer = self._answer(Answer.NOT_FOUND if entry is None else Answer.FOUND, entry=entry)
        self._cache.put(bare, answer)
        return answer

    def _answer(
        self, answer: Answer, *, entry: EconomicOperator | None = None, reason: str = ""
    ) -> RegisterAnswer[EconomicOperator]:
        return RegisterAnswer(
            answer=answer, register=NAME, at=self._clock(), entry=entry, reason=reason
        )


def _question(eori: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<e:validateEORI xmlns:e="{NAMESPACE}"><e:eori>{escape(eori)}</e:eori></e:validateEORI>'
        "</s:Body></s:Envelope>"
    ).encode()


def _operator(data: bytes, *, eori: str) -> EconomicOperator | None:
    """The operator, None if the number is not valid. Raises: ValueError."""
    try:
        root = parse_xml(data, source=NAME, limits=Limits(max_bytes=len(data), max_depth=16))
    except UnreadablePaper as problem:
        raise ValueError(problem.reason) from problem
    results = [
        result
        for response in statements(root, frozenset({"validateeoriresponse"}))
        for result in response.all("return/result")
    ]
    if len(results) != 1 or _text(results[0], "eori").upper() != eori:
        raise ValueError("it is not about this number alone")
    status = _text(results[0], "status")
    if status == NOT_VALID:
        return None
    if status != VALID:
        raise ValueError(f"status {status!r}: {_text(results[0], 'statusDescr')}")
    parts = (_text(results[0], name) for name in ("street", "postalCode", "city"))
    address = _text(results[0], "address") or ", ".join(part for part in parts if part)
    return EconomicOperator(
        eori=eori,
        name=_text(results[0], "name"),
        address=address,
        country=_text(results[0], "country"),
    )


def _text(element: Element, name: str) -> str:
    found = element.first(name)
    return lexical.plain(found.text) if found is not None else ""
