"""Orange plates of ADR 5.3.2: hazard identification number above UN number."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

_TABLE = "un_kemler.csv"


@cache
def pairs() -> frozenset[tuple[str, str]]:
    """(hazard identification number, UN number) as ADR table A has them; the most shipped only."""
    text = (resources.files("vision.grammar") / _TABLE).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset((row["kemler"], row["un"]) for row in csv.DictReader(lines))


def hazard_number(prefix: str) -> str:
    """What may follow in a hazard identification number: X or not, then two or three figures."""
    figures = prefix.removeprefix("X")
    if not prefix:
        return "X23456789"
    if len(figures) >= 3:
        return ""
    return "23456789" if not figures else "0123456789"


def un_number(prefix: str) -> str:
    """What may follow in a UN number: four figures, the first 0 to 3."""
    if not prefix:
        return "0123"
    return "0123456789" if len(prefix) < 4 else ""
