"""One line of a table or one object, with its values by our names.

A number in a table is read by the decimal mark that the file gives away; one that can be read in
two ways ("12.345") refuses its record, unless only one of the two is plausible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from service.sources import lexical, units
from service.sources.clock_times import clock_time
from service.sources.records.vocabulary import Meaning, Vocabulary
from service.sources.statement import RefusedStatement
from vision.grammar.plate import normalise_plate

GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([.,])[0-9]{3})+")
_BLANKS = re.compile(r"(?<=[0-9])[ \u00a0\u2009\u202f'’](?=[0-9]{3})")
_TIME_OF_DAY = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")
_LIST = re.compile(r"[;|\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line or object. `cells` are those not empty, by our names."""

    place: str
    cells: Mapping[str, str]
    headings: Mapping[str, str]
    meanings: Mapping[str, Meaning]
    vocabulary: Vocabulary
    zone: tzinfo
    mark: str = "."

    def where(self, name: str) -> str:
        """For example "line 3 column Gross (kg)"."""
        heading = self.headings.get(name)
        return f"{self.place} {heading}".strip() if heading else self.place

    def text(self, name: str) -> str:
        """Empty if the cell is. Raises: RefusedStatement."""
        try:
            return lexical.plain(self.cells.get(name, ""))
        except ValueError as problem:
            raise self.refusal(name, problem) from problem

    def several(self, name: str) -> tuple[str, ...]:
        """Values separated by ; or |, or those of a JSON array."""
        parts = (part.strip() for part in _LIST.split(self.cells.get(name, "")))
        return tuple(dict.fromkeys(part for part in parts if part))

    def number(self, name: str) -> float | None:
        """None if the cell is empty. Raises: RefusedStatement."""
        if name not in self.cells:
            return None
        try:
            (value,) = self._readings(name)
        except ValueError as problem:
            raise self.refusal(name, problem) from problem
        return value

    def mass_kg(
        self, name: str, *, unit: str = "", plausible: tuple[float, float] | None = None
    ) -> float | None:
        """A mass above 0; `unit` is meant where neither heading nor the file names one.

        Args:
            name: the field.
            unit: a code of UN/ECE Recommendation 20.
            plausible: kilograms between which one of two readings must lie, and the other not.

        Raises:
            RefusedStatement: no mass, or one that can be read in two ways.
        """
        if name not in self.cells:
            return None
        stated = self.meanings[name].unit or unit
        low, high = plausible or (0.0, float("inf"))
        try:
            masses = [units.kilograms(value, stated) for value in self._readings(name, twice=True)]
        except ValueError as problem:
            raise self.refusal(name, problem) from problem
        fitting = [mass for mass in masses if low <= mass <= high] if len(masses) > 1 else masses
        if len(fitting) != 1:
            raise self.refusal(name, _in_two_ways(self.cells[name]))
        return fitting[0]

    def instant(self, name: str, *, date: str = "", clock: str = "") -> datetime | None:
        """A time; `date` and `clock` name the fields of day and time of day that stand apart.

        Raises:
            RefusedStatement: no time, or one that can be read in two ways.
        """
        stated, day = self.cells.get(name, "").strip(), self.cells.get(date, "").strip()
        if not stated:
            name = date if day else clock
            stated = f"{day} {self.cells.get(clock, '')}".strip()
        elif day and _TIME_OF_DAY.fullmatch(stated):
            stated = f"{day} {stated}"
        if not stated:
            return None
        try:
            return clock_time(stated, zone=self.zone, day_first=self.vocabulary.day_first)
        except ValueError as problem:
            raise self.refusal(name, problem) from problem

    def count(self, name: str) -> int | None:
        """A whole number. Raises: RefusedStatement."""
        text = self.text(name)
        try:
            return lexical.count(text) if text else None
        except ValueError as problem:
            raise self.refusal(name, problem) from problem

    def equipment_codes(self, name: str) -> tuple[str, ...]:
        """Container numbers. Raises: RefusedStatement."""
        try:
            return tuple(lexical.equipment_code(code) for code in self.several(name))
        except ValueError as problem:
            raise self.refusal(name, problem) from problem

    def plates(self, *names: str) -> tuple[str, ...]:
        """Plates in one spelling, each once."""
        stated = (normalise_plate(text) for name in names for text in self.several(name))
        return tuple(dict.fromkeys(plate for plate in stated if plate))

    def origins(self, **paths: str) -> dict[str, str]:
        """Where fields of the body came from: path to field, "." written as "__"."""
        return {
            path.replace("__", "."): self.where(name)
            for path, name in paths.items()
            if name in self.cells
        }

    def refusal(self, name: str, problem: ValueError | str) -> RefusedStatement:
        """To be raised."""
        return RefusedStatement(str(problem), where=self.where(name))

    def _readings(self, name: str, *, twice: bool = False) -> list[float]:
        text = _BLANKS.sub("", self.cells[name].strip())
        if name not in self.vocabulary.grouped:
            return [units.number(text)]
        if not self.mark and GROUPED.fullmatch(text):
            if not twice:
                raise ValueError(_in_two_ways(text))
            whole = re.sub(r"[.,]", "", text)
            return (
                [units.number(text), float(whole)]
                if len(text) == len(whole) + 1
                else [float(whole)]
            )
        if self.mark:
            thousands = "," if self.mark == "." else "."
            whole, mark, rest = text.partition(self.mark)
            if thousands in whole and not re.fullmatch(
                rf"[+-]?[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+", whole
            ):
                raise ValueError(f"expected a number, got {text!r}")
            text = whole.replace(thousands, "") + mark + rest
        return [units.number(text)]


def _in_two_ways(text: str) -> str:
    return f"expected a number, got {text!r}, which can be read in two ways; nothing tells which"


def decimal_mark_of(number: str) -> str:
    """The decimal mark that one number gives away, if it does."""
    number = _BLANKS.sub("", number.strip())
    marks = [char for char in number if char in ".,"]
    if len(set(marks)) > 1:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    if marks and not GROUPED.fullmatch(number):
        return marks[0]
    return ""
