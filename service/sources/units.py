"""Units that papers use, by the codes of UN/ECE Recommendation 20 and by their usual names."""

from __future__ import annotations

import math
import re

from service.sources.lexical import KG_PER_UNIT

_POUND_KG = KG_PER_UNIT["LBR"]
_KG_PER_UNIT = KG_PER_UNIT | {
    "KILOGRAM": 1.0, "KILOGRAMS": 1.0, "TON": 1000.0, "TONNE": 1000.0, "TONNES": 1000.0,
    "STN": 2000 * _POUND_KG, "LTN": 2240 * _POUND_KG,
}  # fmt: skip

_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:[.,]\d{0,20})?|[.,]\d{1,20})")
"""Receivers write degrees with as many digits as a double has."""


def number(text: str) -> float:
    """A number with decimal point or decimal comma, without thousands marks (ISO 9735, 10.1).

    Raises:
        ValueError: anything else.
    """
    text = text.strip()
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise ValueError(f"expected a number, got {text[:40]!r}")
    return float(text.replace(",", "."))


def kilograms(value: float, unit: str) -> float:
    """A mass in kg, rounded to grams.

    Raises:
        ValueError: an unknown unit, or a mass that is not positive.
    """
    factor = _KG_PER_UNIT.get(unit.strip().upper())
    if factor is None:
        raise ValueError(f"unit of mass {unit!r} is not known")
    mass = round(value * factor, 3)
    if not (math.isfinite(mass) and mass > 0):
        raise ValueError(f"expected a mass above 0, got {value:g} {unit}")
    return mass


def celsius(value: float, unit: str) -> float:
    """A temperature in degrees Celsius, rounded to tenths.

    Raises:
        ValueError: an unknown unit.
    """
    match unit.strip().upper():
        case "CEL" | "C":
            return round(value, 1)
        case "FAH" | "F":
            return round((value - 32) * 5 / 9, 1)
        case "KEL" | "K":
            return round(value - 273.15, 1)
    raise ValueError(f"unit of temperature {unit!r} is not known")
