"""Authorised economic operators, from the list that the Commission publishes.

That list names holders, not their EORI; a table that has the EORI answers by it. By name only the
very same name counts, and another one proves nothing: names are spelt in many ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from service.sources import Limits, lexical
from service.sources.registers.register_table import Entries, read_entries
from service.usecases.registers import AeoCertificate, Answer, RegisterAnswer

NAME = "aeo"
COLUMNS = {
    "holder": ("name", "holder name", "authorisation holder"),
    "country": ("issuing country", "country code"),
    "kind": ("authorisation type", "certificate type", "type"),
    "since": ("effective date", "start date"),
    "eori": ("eori number",),
}
KINDS = frozenset({"AEOC", "AEOS", "AEOF"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AeoList:
    """An `AeoRegister` in memory."""

    entries: Entries[AeoCertificate]
    clock: Callable[[], datetime]
    by_eori: Mapping[str, AeoCertificate]
    by_name: Mapping[tuple[str, str], AeoCertificate]

    def look_up(
        self, *, eori: str = "", name: str = "", country: str = ""
    ) -> RegisterAnswer[AeoCertificate]:
        number = "".join(eori.split()).upper()
        entry = self.by_eori.get(number) or self.by_name.get((_plain_name(name), country.upper()))
        if entry is not None and (entry.since is None or entry.since <= self.clock().date()):
            return self._answer(Answer.FOUND, entry=entry)
        if entry is not None:
            return self._answer(Answer.NOT_FOUND, reason=f"valid only from {entry.since}")
        if self.entries.gap:
            return self._answer(Answer.CANNOT_TELL, reason=self.entries.gap)
        if number and self.by_eori:
            return self._answer(Answer.NOT_FOUND)
        reason = "the list is by name, and no holder has exactly this name"
        return self._answer(Answer.CANNOT_TELL, reason=reason)

    def _answer(
        self, answer: Answer, *, entry: AeoCertificate | None = None, reason: str = ""
    ) -> RegisterAnswer[AeoCertificate]:
        return RegisterAnswer(
            answer=answer, register=NAME, at=self.clock(), entry=entry, reason=reason
        )


def read_aeo_list(data: bytes, *, clock: Callable[[], datetime], limits: Limits) -> AeoList:
    """Raises: UnreadablePaper."""
    entries = read_entries(
        data,
        source=NAME,
        columns=COLUMNS,
        required=("holder", "country", "kind"),
        convert=_certificate,
        limits=limits,
    )
    return AeoList(
        entries=entries,
        clock=clock,
        by_eori={entry.eori: entry for entry in entries.taken if entry.eori},
        by_name={(_plain_name(e.holder), e.country): e for e in entries.taken},
    )


def _certificate(cells: Mapping[str, str]) -> AeoCertificate:
    kind = cells["kind"].upper()
    if kind not in KINDS:
        raise ValueError(f"expected AEOC, AEOS or AEOF, got {cells['kind'][:20]!r}")
    since = cells["since"]
    return AeoCertificate(
        holder=lexical.reference(cells["holder"]),
        country=lexical.country(cells["country"]),
        kind=kind,
        since=_day(since) if since else None,
        eori="".join(cells["eori"].split()).upper(),
    )


def _day(text: str) -> date:
    """ISO, or day/month/year as the Commission's list has it."""
    parts = text.split("/")
    try:
        if len(parts) == len(("day", "month", "year")):
            day, month, year = (int(part) for part in parts)
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"expected a date (2024-05-31), got {text[:60]!r}") from problem


def _plain_name(name: str) -> str:
    return " ".join(name.casefold().replace(".", " ").replace(",", " ").split())
