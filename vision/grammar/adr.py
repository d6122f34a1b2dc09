"""What can stand on an orange plate: a hazard identification number above a UN number.

Sources: ADR 2023, 5.3.2.2 and 5.3.2.3 (the plate and its numbers), chapter 3.2 table A (pairs).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib import resources

UN_LENGTH = 4


class Pair(StrEnum):
    """How a hazard number and a UN number stand to each other."""

    LISTED = "listed"
    UN_WITHOUT_HAZARD = "un_without_hazard"
    OTHER_HAZARD = "other_hazard"
    UN_NOT_LISTED = "un_not_listed"


@cache
def hazard_numbers() -> frozenset[str]:
    """Every upper line that has a meaning, "X886" and of explosives "1.1D" too."""
    listed = {row["hazard"] for row in _rows("hazard_numbers.csv")}
    return frozenset(listed.union(*un_hazards().values()))


@cache
def un_hazards() -> dict[str, frozenset[str]]:
    """Upper lines by UN number; an empty set where we know none."""
    return {row["un"]: frozenset(row["hazard"].split()) for row in _rows("un_plates.csv")}


def pair_of(hazard: str, un: str) -> Pair:
    """Whether the upper line "33" may stand above "1203"."""
    known = un_hazards().get(un)
    if known is None:
        return Pair.UN_NOT_LISTED
    if not known:
        return Pair.UN_WITHOUT_HAZARD
    return Pair.LISTED if hazard in known else Pair.OTHER_HAZARD


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("vision.grammar") / name).read_text(encoding="utf-8")
    yield from csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
