"""What a track shows that no vehicle does: jumps, frozen receivers, clocks that cannot be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from service.domain.geography import distance_km
from service.domain.papers.track import Fix, Track

KMH_PER_KN = 1.852
THERE_AND_BACK = 2
MOTORWAY_KMH = 130.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Two fixes, one after the other, that nothing drives between."""

    before: Fix
    after: Fix
    km: float
    kmh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """The very same position again and again while the receiver itself says that it moves."""

    since: datetime
    until: datetime
    fixes: int


def in_time(track: Track) -> tuple[Fix, ...]:
    """Its fixes in the order of their own clock; of two at one moment, the first received."""
    found: dict[datetime, Fix] = {}
    for fix in track.fixes:
        found.setdefault(fix.at, fix)
    return tuple(found[at] for at in sorted(found))


def apart_km(one: Fix, other: Fix) -> float:
    return distance_km(
        (one.latitude_deg, one.longitude_deg), (other.latitude_deg, other.longitude_deg)
    )


def jumps(fixes: Sequence[Fix], *, most_kmh: float, least_km: float) -> tuple[Jump, ...]:
    """Legs that are faster than anything of that kind goes, and longer than a fix errs."""
    found = []
    for before, after in pairwise(fixes):
        km = apart_km(before, after)
        hours = (after.at - before.at).total_seconds() / 3600
        kmh = km / max(hours, 1 / 3600)
        if km > least_km and kmh > most_kmh:
            found.append(Jump(before=before, after=after, km=km, kmh=kmh))
    return tuple(found)


def is_glitch(fixes: Sequence[Fix], found: Sequence[Jump], *, least_km: float) -> bool:
    """Whether the track is back after a single wrong fix: a receiver errs so now and then."""
    if len(found) != THERE_AND_BACK or found[0].after != found[-1].before:
        return False
    before, after = found[0].before, found[-1].after
    meanwhile_h = (after.at - before.at).total_seconds() / 3600
    return apart_km(before, after) <= least_km + MOTORWAY_KMH * meanwhile_h


def freezes(fixes: Sequence[Fix], *, least: int, moving_kmh: float) -> tuple[Freeze, ...]:
    """Runs of so many fixes at one position to the last digit, each said to be moving.

    One that stands still repeats itself too, so without a speed of its own nothing is frozen.
    """
    return tuple(
        Freeze(since=run[0].at, until=run[-1].at, fixes=len(run))
        for run in _runs(fixes)
        if len(run) >= least
        and all(fix.speed_kn is not None and fix.speed_kn * KMH_PER_KN >= moving_kmh for fix in run)
    )


def _runs(fixes: Sequence[Fix]) -> Iterator[list[Fix]]:
    for _, run in groupby(fixes, key=lambda fix: (fix.latitude_deg, fix.longitude_deg)):
        yield list(run)


def from_the_future(fixes: Sequence[Fix], *, allowed: timedelta) -> tuple[Fix, ...]:
    """Fixes that were received before they were measured: one of the clocks is set wrong."""
    return tuple(
        fix for fix in fixes if fix.received_at is not None and fix.at - fix.received_at > allowed
    )


def nearest_in_time(fixes: Sequence[Fix], at: datetime) -> Fix | None:
    return min(fixes, key=lambda fix: abs(fix.at - at), default=None)
