"""What a track shows a person: ways, stops and what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.papers.journey import journey_of
from service.domain.papers.track import Fix, Track, TrackedKind

START = datetime(2026, 11, 24, 6, tzinfo=UTC)
DEGREE_KM = 111.19


def a_fix(minutes: float, north: float, *, speed_kn: float | None = None) -> Fix:
    """So many degrees north of a place on one meridian."""
    return Fix(
        at=START + timedelta(minutes=minutes),
        latitude_deg=50 + north,
        longitude_deg=10.0,
        speed_kn=speed_kn,
    )


def a_track(*fixes: Fix, kind: TrackedKind = TrackedKind.VEHICLE) -> Track:
    return Track(kind=kind, subject="B714RDX", fixes=fixes)


def test_a_journey_has_its_ends_its_way_and_its_long_stops() -> None:
    driving = [a_fix(n, n / 100) for n in range(0, 60, 10)]
    resting = [a_fix(60 + n, 0.5 + 0.0005 * (n % 2)) for n in range(0, 50, 10)]
    on = [a_fix(110 + n, 0.6 + n / 100) for n in range(0, 30, 10)]
    journey = journey_of(a_track(*reversed([*driving, *resting, *on])))
    assert journey is not None
    assert (journey.first.at, journey.last.at) == (START, START + timedelta(minutes=130))
    assert journey.km == pytest.approx(0.8 * DEGREE_KM, abs=0.2)
    (stop,) = journey.stops
    assert (stop.since, stop.until) == (
        START + timedelta(minutes=50),
        START + timedelta(minutes=100),
    )
    assert stop.latitude_deg == 50.5
    assert (journey.jumps, journey.freezes, journey.from_the_future) == ((), (), 0)


def test_an_hour_of_silence_at_one_place_is_a_stop_that_nobody_saw() -> None:
    journey = journey_of(a_track(a_fix(0, 0), a_fix(60, 0.001), a_fix(61, 0.02)))
    assert journey is not None
    assert [stop.silent for stop in journey.stops] == [True]


def test_a_jump_is_no_way_that_was_driven() -> None:
    journey = journey_of(a_track(a_fix(0, 0), a_fix(10, 0.1), a_fix(11, 3), a_fix(21, 3.1)))
    assert journey is not None
    (jump,) = journey.jumps
    assert jump.km == pytest.approx(2.9 * DEGREE_KM, rel=0.01)
    assert journey.km == pytest.approx(0.2 * DEGREE_KM, abs=0.2)


def test_a_vessel_jumps_at_speeds_that_a_lorry_reaches() -> None:
    fixes = (a_fix(0, 0), a_fix(60, 1.3))
    assert journey_of(a_track(*fixes)).jumps == ()  # type: ignore[union-attr]
    assert len(journey_of(a_track(*fixes, kind=TrackedKind.VESSEL)).jumps) == 1  # type: ignore[union-attr]


def test_a_track_without_positions_has_no_journey() -> None:
    assert journey_of(a_track()) is None
