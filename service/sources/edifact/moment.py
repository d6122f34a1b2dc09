"""Dates and times by the format codes of UN/EDIFACT data element 2379."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_DATE2 = r"(?P<y>\d{2})(?P<m>\d{2})(?P<d>\d{2})"
_DATE4 = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_HM, _S = r"(?P<H>\d{2})(?P<M>\d{2})", r"(?P<S>\d{2})"
_NAMED = r"(?P<zone>[A-Z]{1,4}|[+-]\d{2}(?:\d{2})?)"
_OFFSET = r"(?P<zone>Z|[+-]\d{2}(?:\d{2})?)"

_FORMATS = {
    code: re.compile(pattern, re.ASCII)
    for code, pattern in {
        "101": _DATE2,
        "102": _DATE4,
        "201": _DATE2 + _HM,
        "202": _DATE2 + _HM + _S,
        "203": _DATE4 + _HM,
        "204": _DATE4 + _HM + _S,
        "205": _DATE4 + _HM + _OFFSET,
        "301": _DATE2 + _HM + _NAMED,
        "302": _DATE2 + _HM + _S + _NAMED,
        "303": _DATE4 + _HM + _NAMED,
        "304": _DATE4 + _HM + _S + _NAMED,
    }.items()
}

DATE_ONLY = frozenset({"101", "102"})

_NAMED_ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "UCT": 0, "WET": 0, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "EDT": -4, "EST": -5, "JST": 9,
}  # fmt: skip
"""Hours east. Names with two meanings are left out: CST is Chicago and China, BST and IST too."""

_PIVOT = 70
"""Two-digit years from here on are of the last century, as in POSIX."""


def moment(text: str, code: str, *, zone: tzinfo) -> datetime:
    """A time in UTC.

    A time without a zone is of `zone`; an hour that comes twice in autumn is taken as the first.
    A date alone is its midnight. 2400 is the midnight after.

    Raises:
        ValueError: a format that is not read, digits that are no time, an unknown zone.
    """
    pattern = _FORMATS.get(code)
    if pattern is None:
        raise ValueError(f"date format {code!r} is not read")
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"expected a time of format {code}, got {text!r}")
    parts = found.groupdict()
    year = int(parts["y"])
    if len(parts["y"]) == 2:  # noqa: PLR2004
        year += 1900 if year >= _PIVOT else 2000
    hour, day_after = int(parts.get("H") or 0), timedelta()
    if hour == 24 and int(parts["M"]) == 0:  # noqa: PLR2004
        hour, day_after = 0, timedelta(days=1)
    stated = parts.get("zone")
    try:
        at = datetime(
            year,
            int(parts["m"]),
            int(parts["d"]),
            hour,
            int(parts.get("M") or 0),
            int(parts.get("S") or 0),
            tzinfo=zone if stated is None else _zone(stated),
        )
        return (at + day_after).astimezone(UTC)
    except OverflowError as problem:
        raise ValueError(f"no time: {text!r}") from problem


def _zone(stated: str) -> tzinfo:
    if stated[0] in "+-":
        hours, minutes = int(stated[1:3]), int(stated[3:5] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if stated[0] == "+" else -offset)
    hours_east = _NAMED_ZONES.get(stated)
    if hours_east is None:
        raise ValueError(f"time zone {stated!r} is not known, or means several")
    return timezone(timedelta(hours=hours_east))
