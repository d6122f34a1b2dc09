"""Numbers, masses, times and codes as papers write them. Every function raises ValueError with
what was expected and what came; none of them guesses.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from vision.grammar.iso6346 import normalise_code

MAX_TEXT = 4000
MAX_REFERENCE = 200
MAX_MASS_KG = 1e9
MAX_COUNT = 10**9
SHOWN = 60

KG_PER_UNIT = {
    "": 1.0,
    "KGM": 1.0,
    "KG": 1.0,
    "KGS": 1.0,
    "KILO": 1.0,
    "GRM": 0.001,
    "G": 0.001,
    "TNE": 1000.0,
    "T": 1000.0,
    "TO": 1000.0,
    "MT": 1000.0,
    "DTN": 100.0,
    "LBR": 0.45359237,
    "LB": 0.45359237,
    "LBS": 0.45359237,
    "ONZ": 0.028349523125,
    "HKM": 100.0,
}
"""UN/ECE Recommendation 20 and what is written instead of it; empty means kilograms."""

NO_SEAL = frozenset(
    {"NA", "N/A", "SI", "YES", "NO", "NIL", "NONE", "NO SEAL", "NOSEAL", "UNKNOWN", "TBA", "TBN"}
)
"""What senders write where a seal number belongs: whether there is one, not which."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,12})?|[+-]?\.[0-9]{1,12}")
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?))?"
    r"\s?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_CODED_INSTANT = {
    "102": (r"[0-9]{8}", "%Y%m%d"),
    "203": (r"[0-9]{12}", "%Y%m%d%H%M"),
    "204": (r"[0-9]{14}", "%Y%m%d%H%M%S"),
    "205": (r"[0-9]{12}[+-][0-9]{4}", "%Y%m%d%H%M%z"),
    "208": (r"[0-9]{14}[+-][0-9]{4}", "%Y%m%d%H%M%S%z"),
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EQUIPMENT = re.compile(r"[A-Z0-9]{4,17}")


def plain(text: str, *, longest: int = MAX_TEXT) -> str:
    """Free text: blanks made single, nothing cut off."""
    if _CONTROL.search(text):
        raise ValueError("expected text, got control characters")
    joined = " ".join(text.split())
    if len(joined) > longest:
        raise ValueError(f"expected at most {longest} characters, got {len(joined)}")
    return joined


def reference(text: str) -> str:
    """A document's own number, not empty."""
    stated = plain(text, longest=MAX_REFERENCE)
    if not stated:
        raise ValueError("expected a reference, got nothing")
    return stated


def number(text: str) -> Decimal:
    """A decimal with a point and no thousands separators, as XML and JSON write it."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise ValueError(f"expected a number, got {_short(text)}")
    return Decimal(stripped)


def count(text: str) -> int:
    """A whole number, not negative; "10.0" is one."""
    value = number(text)
    if value != value.to_integral_value() or not 0 <= value <= MAX_COUNT:
        raise ValueError(f"expected a whole number from 0 to {MAX_COUNT}, got {_short(text)}")
    return int(value)


def amount(text: str) -> float:
    """A quantity, not negative."""
    value = float(number(text))
    if not value >= 0:
        raise ValueError(f"expected a quantity of at least 0, got {_short(text)}")
    return value


def mass_kg(text: str, unit: str = "") -> float:
    """A mass in kilograms, not negative; `unit` as in `KG_PER_UNIT`."""
    factor = KG_PER_UNIT.get(unit.strip().upper())
    if factor is None:
        raise ValueError(f"expected a unit of mass, got {_short(unit)}")
    value = float(number(text)) * factor
    if not 0 <= value <= MAX_MASS_KG:
        raise ValueError(f"expected a mass from 0 to {MAX_MASS_KG:.0f} kg, got {_short(text)}")
    return value


def instant(text: str, *, zone: tzinfo = UTC) -> datetime:
    """ISO 8601, in UTC. A time without an offset is one of `zone`, a day alone its midnight."""
    match = _INSTANT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected a date and time (ISO 8601), got {_short(text)}")
    year, month, day, clock, offset = match.groups()
    try:
        stated = datetime.fromisoformat(f"{year}-{month}-{day}T{clock or '00:00'}{offset or ''}")
        return _in_utc(stated, zone)
    except (ValueError, OverflowError) as problem:
        raise ValueError(f"expected a date and time, got {_short(text)}: {problem}") from problem


def coded_instant(text: str, code: str, *, zone: tzinfo = UTC) -> datetime:
    """A time by a format of UN/EDIFACT code list 2379 (102, 203, 204, 205, 208, 304), in UTC."""
    stripped = text.strip()
    if code == "304":
        # 304 is CCYYMMDDHHMMSS and a zone, written as Z, +01 or +0100; 208 is the last of these.
        stripped = re.sub(r"Z$", "+0000", stripped)
        code = "208" if "+" in stripped or "-" in stripped else "204"
        stripped = re.sub(r"([+-][0-9]{2})$", r"\g<1>00", stripped)
    shape, pattern = _CODED_INSTANT.get(code, ("", ""))
    if not pattern:
        raise ValueError(f"expected a known time format, got {_short(code)}")
    if not re.fullmatch(shape, stripped):
        raise ValueError(f"expected a time in format {code}, got {_short(text)}")
    try:
        return _in_utc(datetime.strptime(stripped, pattern), zone)  # noqa: DTZ007 (aware there)
    except (ValueError, OverflowError) as problem:
        raise ValueError(f"expected a time in format {code}, got {_short(text)}") from problem


def _in_utc(stated: datetime, zone: tzinfo) -> datetime:
    return (stated if stated.tzinfo else stated.replace(tzinfo=zone)).astimezone(UTC)


def hs_code(text: str) -> str:
    """2 to 10 digits; blanks and points between them go."""
    return _shaped(re.sub(r"[\s.]", "", text), r"[0-9]{2,10}", "2 to 10 digits of HS", text)


def un_number(text: str) -> str:
    """Four digits, with or without "UN" before them."""
    bare = re.sub(r"^UN\s*", "", text.strip().upper())
    return _shaped(bare, r"[0-9]{4}", "a UN number of four digits", text)


def country(text: str) -> str:
    """ISO 3166 alpha-2."""
    return _shaped(text.strip().upper(), r"[A-Z]{2}", "a country of two letters", text)


def currency(text: str) -> str:
    """ISO 4217."""
    return _shaped(text.strip().upper(), r"[A-Z]{3}", "a currency of three letters", text)


def cus_code(text: str) -> str:
    """Seven digits and a check digit or letter, as the ECICS writes it, with or without dash."""
    return _shaped(text.strip(), r"[0-9]{7}-?[0-9A-Z]", "a CUS code", text)


def equipment_code(text: str) -> str:
    """A container or trailer number, upper case without blanks and dashes.

    The check digit is not judged: a paper with a wrong one is evidence, not noise.
    """
    return _shaped(
        normalise_code(text), _EQUIPMENT, "a container number of 4 to 17 letters and digits", text
    )


def _shaped(bare: str, shape: str | re.Pattern[str], expected: str, text: str) -> str:
    if not re.fullmatch(shape, bare):
        raise ValueError(f"expected {expected}, got {_short(text)}")
    return bare


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
