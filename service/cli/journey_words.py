"""A track in lines, for `tallyman papers show`."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.papers.journey import Journey, Stop
from service.domain.papers.track import Fix

MOST = 10


def journey_lines(journey: Journey) -> Iterator[tuple[str, str]]:
    """What, and where and when; of many stops and jumps the first ones."""
    yield "positions", f"{journey.fixes}, {journey.km:,.1f} km"
    yield "first", f"{_at(journey.first)} at {_place(journey.first)}"
    yield "last", f"{_at(journey.last)} at {_place(journey.last)}"
    for stop in journey.stops[:MOST]:
        silent = ", no position meanwhile" if stop.silent else ""
        until = f"{stop.until:%Y-%m-%d %H:%M}"
        yield "stood", f"{stop.since:%Y-%m-%d %H:%M} to {until} UTC at {_place(stop)}{silent}"
    for jump in journey.jumps[:MOST]:
        yield "jump", f"{_at(jump.after)}, {jump.km:,.0f} km at {jump.kmh:,.0f} km/h"
    for freeze in journey.freezes[:MOST]:
        since = f"{freeze.since:%Y-%m-%d %H:%M} UTC"
        yield "frozen", f"since {since}, {freeze.fixes} times one position"
    if journey.from_the_future:
        yield "clock", f"{journey.from_the_future} positions from the future"
    more = sum(max(0, len(found) - MOST) for found in (journey.stops, journey.jumps))
    if more:
        yield "", f"and {more} more stops and jumps; --json has them all"


def _at(fix: Fix) -> str:
    return f"{fix.at:%Y-%m-%d %H:%M} UTC"


def _place(where: Fix | Stop) -> str:
    return f"{where.latitude_deg:.4f}, {where.longitude_deg:.4f}"
