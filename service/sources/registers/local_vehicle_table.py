"""Vehicles from a CSV table: a national extract, or what a port keeps of its regular customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from service.domain.registration import Registration
from service.sources import Limits, Refusal, lexical
from service.sources.registers.audited import Auditor
from service.sources.registers.register_table import Entries, read_entries
from service.usecases.registers import Answer, Purpose, RegisterAnswer
from vision.grammar.plate import normalise_plate

NAME = "local_vehicle_table"
COLUMNS = {
    "plate": ("registration number", "licence plate", "kennzeichen", "immatriculation", "targa"),
    "country": ("land", "pays", "paese"),
    "make": ("brand", "marke", "marque", "marca"),
    "model": ("commercial name", "modell", "modèle", "modello", "typ"),
    "colour": ("color", "farbe", "couleur", "colore"),
    "category": ("eu category", "klasse", "catégorie", "categoria"),
    "first registration": ("first registered", "erstzulassung", "première immatriculation"),
    "valid until": ("gültig bis", "valable jusqu'au"),
    "stolen": ("gestohlen", "volé"),
    "exported": ("exportiert", "exporté"),
    "vin": ("chassis number", "fahrgestellnummer", "fin"),
}
FLAGS = {
    "yes": True, "true": True, "1": True, "y": True, "ja": True, "oui": True,
    "no": False, "false": False, "0": False, "n": False, "nein": False, "non": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalVehicleTable:
    """A `VehicleRegister` in memory."""

    entries: Entries[Registration]
    auditor: Auditor
    clock: Callable[[], datetime]
    by_plate: Mapping[str, tuple[Registration, ...]]
    countries: frozenset[str]

    @property
    def refused(self) -> tuple[Refusal, ...]:
        return self.entries.refused

    def look_up(
        self, plate: str, *, country: str | None, site: str, purpose: Purpose
    ) -> RegisterAnswer[Registration]:
        """Absence counts only if every line could be read and the country is one of the table."""
        bare = normalise_plate(plate)
        query = self.auditor.asked(f"plate {bare} {country or '?'}", purpose)
        found = [
            entry
            for entry in self.by_plate.get(bare, ())
            if country is None or entry.country in {None, country}
        ]
        reason = ""
        if not found:
            foreign = country is None or country not in self.countries
            reason = self.entries.gap or (f"nothing of country {country or '?'}" if foreign else "")
        elif len(found) > 1:
            reason = f"{len(found)} entries, of {', '.join(e.country or '?' for e in found)}"
        told = Answer.FOUND if found else Answer.NOT_FOUND
        answer = Answer.CANNOT_TELL if reason else told
        self.auditor.answered(query, outcome=answer.value, reason=reason)
        return RegisterAnswer(
            answer=answer,
            register=NAME,
            at=self.clock(),
            entry=replace(found[0], site=site) if answer is Answer.FOUND else None,
            reason=reason,
        )


def read_vehicle_table(
    data: bytes, *, auditor: Auditor, clock: Callable[[], datetime], limits: Limits
) -> LocalVehicleTable:
    """Raises: UnreadablePaper."""
    entries = read_entries(
        data,
        source=NAME,
        columns=COLUMNS,
        required=("plate",),
        convert=_registration,
        limits=limits,
    )
    by_plate: dict[str, tuple[Registration, ...]] = {}
    for entry in dict.fromkeys(entries.taken):
        by_plate[entry.reference] = (*by_plate.get(entry.reference, ()), entry)
    return LocalVehicleTable(
        entries=entries,
        auditor=auditor,
        clock=clock,
        by_plate=by_plate,
        countries=frozenset(entry.country for entry in entries.taken if entry.country),
    )


def _registration(cells: Mapping[str, str]) -> Registration:
    bare = normalise_plate(cells["plate"])
    if not bare:
        raise ValueError(f"expected a plate, got {cells['plate'][:60]!r}")
    return Registration(
        reference=bare,
        site="",
        plate=lexical.plain(cells["plate"], longest=20),
        country=lexical.country(cells["country"]) if cells["country"] else None,
        make=lexical.plain(cells["make"], longest=100),
        model=lexical.plain(cells["model"], longest=100),
        colour=lexical.plain(cells["colour"], longest=50),
        category=lexical.plain(cells["category"], longest=10),
        valid_until=_day(cells["valid until"]),
        stolen=_flag(cells["stolen"]),
        vin=lexical.plain(cells["vin"], longest=30),
        first_registration=_day(cells["first registration"]),
        exported=_flag(cells["exported"]),
    )


def _day(text: str) -> date | None:
    """ISO, or day.month.year, which no one writes with the month first."""
    if not text:
        return None
    parts = text.split(".")
    try:
        if len(parts) == len(("day", "month", "year")):
            day, month, year = (int(part) for part in parts)
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as problem:
        raise ValueError(f"expected a date (2024-05-31), got {text[:60]!r}") from problem


def _flag(text: str) -> bool | None:
    """Nothing means that no one knows."""
    if not text:
        return None
    if text.casefold() not in FLAGS:
        raise ValueError(f"expected yes or no, got {text[:60]!r}")
    return FLAGS[text.casefold()]
