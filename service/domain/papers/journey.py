"""What a person looks at in a track: where it began and ended, how far, where it stood, what
cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from service.domain.papers.route import (
    Freeze,
    Jump,
    apart_km,
    freezes,
    from_the_future,
    in_time,
    jumps,
)
from service.domain.papers.track import Fix, Track, TrackedKind

LONG_STOP = timedelta(minutes=45)
"""As long as the break that a driver must make (Regulation (EC) 561/2006, article 7)."""
STOP_KM = 0.3
"""A receiver at rest wanders, and a yard is not a point."""
JUMP_KM = 5.0
MOST_KMH = {TrackedKind.VEHICLE: 200.0, TrackedKind.SEAL: 200.0, TrackedKind.VESSEL: 110.0}
FROZEN_FIXES, MOVING_KMH = 10, 20.0
CLOCK_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where it stood, and from when to when; `silent` where no position came meanwhile."""

    since: datetime
    until: datetime
    latitude_deg: float
    longitude_deg: float
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Facts of one track, fixes in the order of their own clock. `km` leaves jumps out."""

    fixes: int
    first: Fix
    last: Fix
    km: float
    stops: tuple[Stop, ...]
    jumps: tuple[Jump, ...]
    freezes: tuple[Freeze, ...]
    from_the_future: int


def journey_of(track: Track) -> Journey | None:
    """None for a track without a position."""
    fixes = in_time(track)
    if not fixes:
        return None
    found = jumps(fixes, most_kmh=MOST_KMH[track.kind], least_km=JUMP_KM)
    jumped = {(jump.before, jump.after) for jump in found}
    legs = (apart_km(one, other) for one, other in pairwise(fixes) if (one, other) not in jumped)
    return Journey(
        fixes=len(fixes),
        first=fixes[0],
        last=fixes[-1],
        km=round(sum(legs), 1),
        stops=tuple(stops(fixes, least=LONG_STOP, within_km=STOP_KM)),
        jumps=found,
        freezes=freezes(fixes, least=FROZEN_FIXES, moving_kmh=MOVING_KMH),
        from_the_future=len(from_the_future(fixes, allowed=CLOCK_APART)),
    )


def stops(fixes: Sequence[Fix], *, least: timedelta, within_km: float) -> Iterator[Stop]:
    """Times of at least `least` in which all fixes are within `within_km` of the first of them."""
    at = 0
    while at < len(fixes):
        end = at
        while end + 1 < len(fixes) and apart_km(fixes[at], fixes[end + 1]) <= within_km:
            end += 1
        if fixes[end].at - fixes[at].at >= least:
            yield Stop(
                since=fixes[at].at,
                until=fixes[end].at,
                latitude_deg=fixes[at].latitude_deg,
                longitude_deg=fixes[at].longitude_deg,
                silent=end == at + 1,
            )
            at = end + 1
        else:
            # From the last fix near the first one on: each is looked at twice, however many.
            at = max(end, at + 1)
