"""Dangerous goods by UN number: what class, packing group and orange plate belong to it.

Sources: UN Model Regulations chapter 3.2, ADR chapters 3.2 and 5.3.2.3, IMDG Code chapter 3.2. The
shipped list holds the most carried numbers only, so an absent number is "cannot tell", not wrong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from service.csv_table import Row, read_csv_file
from service.errors import InvalidInput
from service.nomenclature.shipped import DATA

_UN = re.compile(r"(?:UN|ONU)?[\s.:#-]*(?:NO\.?|NR\.?)?[\s.:#-]*([0-9]{4})", re.IGNORECASE)
_CLASS = re.compile(r"1\.[1-6][A-HJKLNS]?|2(?:\.[1-3])?|3|4\.[1-3]|5\.[12]|6\.[12]|7|8|9")
_KEMLER = re.compile(r"X?[2-9][0-9]{1,2}")
_COLUMNS = ("un", "packing_group", "class", "subsidiary", "kemler", "name", "cas", "headings")
# ADR 5.3.2.3.1: what each figure of the hazard identification number stands for.
_HAZARDS = {
    "2": "gas",
    "3": "flammable liquid or gas",
    "4": "flammable or self-heating solid",
    "5": "oxidising",
    "6": "toxic or infectious",
    "7": "radioactive",
    "8": "corrosive",
    "9": "danger of violent reaction or miscellaneous danger",
}


def normalise_un(text: str) -> str:
    """Four digits: "UN 1203", "un1203", "1203" -> "1203".

    Raises:
        InvalidInput: anything else; "203" is not padded, for a digit may have been misread.
    """
    match = _UN.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"expected a UN number of four digits, got {text[:30]!r}")
    return match[1]


def hazards(kemler: str) -> tuple[str, ...]:
    """What an orange plate's upper number says, the main danger first; a doubled figure is worse.

    Raises:
        InvalidInput: not two or three figures, perhaps behind an X (must not touch water).
    """
    if not _KEMLER.fullmatch(kemler):
        raise InvalidInput(f"expected a hazard identification number, got {kemler[:10]!r}")
    figures = kemler.removeprefix("X")
    said = dict.fromkeys(_HAZARDS[figure] for figure in figures if figure != "0")
    doubled = ("intensified",) if len(set(figures)) < len(figures) else ()
    water = ("reacts dangerously with water",) if kemler.startswith("X") else ()
    return (*said, *doubled, *water)


@dataclass(frozen=True, kw_only=True, slots=True)
class DangerousGoods:
    """One row of the list; a UN number has one for each packing group.

    `kemler` is None where the regulations give none or our list does not know it.
    """

    un: str
    packing_group: str | None
    hazard_class: str
    subsidiary: tuple[str, ...]
    kemler: str | None
    name: str
    cas: str | None
    headings: tuple[str, ...]


class Agreement(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, kw_only=True, slots=True)
class DangerCheck:
    """Whether what is declared or seen fits the UN number, with the sentence for it."""

    agreement: Agreement
    reason: str


class DangerousGoodsList:
    """UN numbers and their rows."""

    def __init__(self, rows: Iterable[DangerousGoods]) -> None:
        found: dict[str, list[DangerousGoods]] = defaultdict(list)
        for row in rows:
            found[row.un].append(row)
        self._rows = {un: tuple(entries) for un, entries in found.items()}

    def __len__(self) -> int:
        return len(self._rows)

    def numbers(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def find(self, un: str) -> tuple[DangerousGoods, ...]:
        """All rows of a UN number; empty if the list does not have it.

        Raises:
            InvalidInput: not a UN number.
        """
        return self._rows.get(normalise_un(un), ())

    def with_cas(self, cas: str) -> tuple[DangerousGoods, ...]:
        """Rows of a substance by its CAS number, checked by its check digit.

        Raises:
            InvalidInput: not a CAS number.
        """
        if not is_cas(cas):
            raise InvalidInput(f"expected a CAS number, got {cas[:15]!r}")
        return tuple(row for rows in self._rows.values() for row in rows if row.cas == cas)

    def check(
        self,
        un: str,
        *,
        hazard_class: str | None = None,
        packing_group: str | None = None,
        kemler: str | None = None,
    ) -> DangerCheck:
        """Whether class, packing group and orange plate can stand beside this UN number.

        They must fit one row together: packing group III with the plate of group I differs.
        A class may be coarser or carry its compatibility group ("1", "1.4", "1.4G").

        Raises:
            InvalidInput: not a UN number.
        """
        number = normalise_un(un)
        rows = self.find(number)
        if not rows:
            return DangerCheck(
                agreement=Agreement.CANNOT_TELL, reason=f"UN {number} is not in the list."
            )
        unknown = False
        left = rows
        for what, value in (
            ("class", hazard_class),
            ("packing group", packing_group),
            ("hazard identification number", kemler),
        ):
            if value is None:
                continue
            fitting = tuple(row for row in left if _fits(row, what, value) is not False)
            if not fitting:
                known = " or ".join(dict.fromkeys(_value(row, what) or "none" for row in left))
                return DangerCheck(
                    agreement=Agreement.DIFFERS,
                    reason=f"UN {number} has {what} {known}, not {value}.",
                )
            unknown = unknown or all(_fits(row, what, value) is None for row in fitting)
            left = fitting
        if unknown:
            return DangerCheck(
                agreement=Agreement.CANNOT_TELL,
                reason=f"UN {number}: the list gives no hazard identification number.",
            )
        return DangerCheck(agreement=Agreement.AGREES, reason=f"UN {number}: {left[0].name}.")


def _value(row: DangerousGoods, what: str) -> str | None:
    if what == "class":
        return row.hazard_class
    return row.packing_group if what == "packing group" else row.kemler


def _fits(row: DangerousGoods, what: str, value: str) -> bool | None:
    """None where the row does not say."""
    known = _value(row, what)
    if what == "class":
        return row.hazard_class.startswith(value) or value.startswith(row.hazard_class)
    if known is None:
        return False if what == "packing group" else None
    return known == value.upper()


def is_cas(text: str) -> bool:
    """Whether a CAS registry number's check digit is right."""
    if not re.fullmatch(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]", text):
        return False
    digits = text.replace("-", "")
    total = sum(place * int(digit) for place, digit in enumerate(reversed(digits[:-1]), start=1))
    return total % 10 == int(digits[-1])


@cache
def shipped_dangerous_goods() -> DangerousGoodsList:
    """The list that comes with the service."""
    rows = read_csv_file(DATA / "un_numbers.csv", columns=_COLUMNS)
    return DangerousGoodsList([_goods(row) for row in rows])


def _goods(row: Row) -> DangerousGoods:
    un, kemler, cas = row["un"], row["kemler"], row["cas"]
    if not re.fullmatch(r"[0-9]{4}", un):
        raise row.wrong(f"un: expected four digits, got {un!r}")
    if not _CLASS.fullmatch(row["class"]):
        raise row.wrong(f"class: no such class {row['class']!r}")
    if row["packing_group"] not in {"", "I", "II", "III"}:
        raise row.wrong(f"packing_group: expected I, II or III, got {row['packing_group']!r}")
    if kemler and not _KEMLER.fullmatch(kemler):
        raise row.wrong(f"kemler: no such number {kemler!r}")
    if cas and not is_cas(cas):
        raise row.wrong(f"cas: check digit of {cas!r} is wrong")
    return DangerousGoods(
        un=un,
        packing_group=row["packing_group"] or None,
        hazard_class=row["class"],
        subsidiary=tuple(row["subsidiary"].split()),
        kemler=kemler or None,
        name=row["name"],
        cas=cas or None,
        headings=tuple(row["headings"].split()),
    )
