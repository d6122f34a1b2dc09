"""Times as tables and logs write them, beyond ISO 8601; all come back in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from service.sources import lexical

_EPOCH = re.compile(r"[0-9]{9,10}(?:\.[0-9]{1,9})?|[0-9]{12,13}")
_MILLISECONDS_DIGITS = 12
_COMPACT = re.compile(r"[0-9]{12}|[0-9]{14}")
_PARTED = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<sep>[./-])(?P<b>[0-9]{1,2})(?P=sep)(?P<c>[0-9]{1,4})"
    r"(?:[ T,]+(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,6}))?)?)?"
    r"\s?(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)
_MONTHS = 12
_YEAR_DIGITS = 4
_START = datetime(1970, 1, 1, tzinfo=UTC)


def clock_time(text: str, *, zone: tzinfo, day_first: bool | None = None) -> datetime:
    """An aware time in UTC; without a zone it is of `zone`, a day alone is its midnight.

    Read are ISO 8601, seconds or milliseconds since 1970, 31.12.2024 14:05:09, 2024/12/31 14:05
    and 20241231140509. 04/05/2024 is refused unless `day_first` says which is which.

    Raises:
        ValueError: none of these, or one that can be read in two ways.
    """
    text = text.strip()
    if not text.isascii():
        raise ValueError(f"expected a date and time, got {text[:40]!r}")
    if _EPOCH.fullmatch(text):
        whole, _, fraction = text.partition(".")
        seconds = int(whole) / 1000 if len(whole) >= _MILLISECONDS_DIGITS else int(whole)
        return _START + timedelta(seconds=seconds + float(f"0.{fraction or 0}"))
    if _COMPACT.fullmatch(text):
        return lexical.coded_instant(text, "203" if len(text) == 12 else "204", zone=zone)  # noqa: PLR2004
    parted = _PARTED.fullmatch(text)
    if parted is None or (parted["sep"] == "-" and len(parted["a"]) == _YEAR_DIGITS):
        return lexical.instant(text, zone=zone)
    year, month, day = _date(parted, text=text, day_first=day_first)
    clock = f"{int(parted['H'] or 0):02}:{parted['M'] or '00'}:{parted['S'] or '00'}"
    fraction = f".{parted['f']}" if parted["f"] else ""
    stated_zone = (parted["zone"] or "").replace("UTC", "Z")
    return lexical.instant(
        f"{year:04}-{month:02}-{day:02}T{clock}{fraction}{stated_zone}", zone=zone
    )


def _date(parted: re.Match[str], *, text: str, day_first: bool | None) -> tuple[int, int, int]:
    first, second, third = int(parted["a"]), int(parted["b"]), int(parted["c"])
    if len(parted["a"]) == _YEAR_DIGITS:
        return first, second, third
    if len(parted["c"]) != _YEAR_DIGITS:
        raise ValueError(f"expected a year of four digits, got {text!r}")
    # A date with points is written day first wherever it is written (DIN 1355, and customs).
    if day_first is None and parted["sep"] == ".":
        day_first = True
    if day_first is None and (first > _MONTHS) != (second > _MONTHS):
        day_first = first > _MONTHS
    if day_first is None and first != second:
        raise ValueError(f"expected a date, got {text!r}: the day or the month may come first")
    return (third, first, second) if day_first is False else (third, second, first)
