"""Tracks and messages about places: what moves so, what cannot, and what nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.papers.consignment import Equipment
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.places import place_of
from service.domain.papers.route import freezes, in_time, is_glitch, jumps, nearest_in_time
from service.domain.papers.track import Fix, Track, TrackedKind
from service.domain.reconcile.rules import track_here, track_possible
from service.domain.reconcile.visit_papers import VisitPapers
from service.usecases.history import sightings_in
from tests.builders import CODE, NOW, SHIPPED, a_case

HERE = (53.54, 9.98)


def a_fix(minutes: float, latitude: float = 53.54, longitude: float = 9.98) -> Fix:
    return Fix(at=NOW - timedelta(minutes=minutes), latitude_deg=latitude, longitude_deg=longitude)


def a_track(*fixes: Fix, kind: TrackedKind = TrackedKind.VEHICLE) -> Track:
    return Track(kind=kind, subject="B714RDX", fixes=fixes)


def judged(module: object, track: Track, *, position: tuple[float, float] | None = HERE) -> str:
    case = replace(
        a_case(policy=replace(SHIPPED, position=position)),
        papers=VisitPapers(tracks=(track,)),
        captured_at=NOW,
    )
    outcomes = module.judge(case)  # type: ignore[attr-defined]
    return outcomes[0].result.value if outcomes else "silent"


ROAD = (a_fix(60, 53.3, 10.3), a_fix(30, 53.45, 10.1), a_fix(2))


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        pytest.param(a_track(*ROAD), "match", id="a drive"),
        pytest.param(a_track(*ROAD[:2]), "cannot_tell", id="too few"),
        pytest.param(a_track(a_fix(70, 48.1, 11.6), *ROAD), "mismatch", id="a jump"),
        pytest.param(a_track(ROAD[0], a_fix(45, 1, 1), *ROAD[1:]), "cannot_tell", id="a glitch"),
        pytest.param(a_track(*ROAD, kind=TrackedKind.VESSEL), "silent", id="a vessel"),
    ],
)
def test_a_track_is_one_that_can_be_driven(track: Track, expected: str) -> None:
    assert judged(track_possible, track) == expected


@pytest.mark.parametrize(
    ("track", "expected"),
    [
        pytest.param(a_track(a_fix(2)), "match", id="here"),
        pytest.param(a_track(a_fix(2, 52.4, 9.7)), "mismatch", id="elsewhere"),
        pytest.param(a_track(a_fix(20, 53.45, 10.1)), "match", id="twenty minutes away before"),
        pytest.param(a_track(a_fix(90)), "cannot_tell", id="silent since"),
        pytest.param(a_track(), "cannot_tell", id="empty"),
    ],
)
def test_the_receiver_is_where_the_scan_is_made(track: Track, expected: str) -> None:
    assert judged(track_here, track) == expected
    assert judged(track_here, track, position=None) == "silent"


def test_only_what_says_that_it_moves_can_be_frozen() -> None:
    moving = [replace(a_fix(minutes), speed_kn=30.0) for minutes in range(20, 0, -1)]
    parked = [replace(fix, speed_kn=0.0) for fix in moving]
    mute = [replace(fix, speed_kn=None) for fix in moving]
    found = [freezes(f, least=10, moving_kmh=20) for f in (moving, parked, mute)]
    assert [len(f) for f in found] == [1, 0, 0]
    assert found[0][0].fixes == 20


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(-80, 80), st.floats(-170, 170))))
def test_the_order_in_which_fixes_arrive_does_not_matter(
    places: list[tuple[int, float, float]],
) -> None:
    fixes = tuple(a_fix(*place) for place in dict((p[0], p) for p in places).values())
    ordered = in_time(a_track(*fixes))
    assert in_time(a_track(*reversed(fixes))) == ordered
    found = jumps(ordered, most_kmh=200, least_km=5)
    assert all(jump.before.at < jump.after.at and jump.kmh > 200 for jump in found)
    assert is_glitch(ordered, found, least_km=5) in {True, False}
    assert (nearest_in_time(ordered, NOW) is None) == (not ordered)


def a_move(event: MovementEvent, place: str, *, hours_before: float = 5) -> Movement:
    return Movement(
        event=event,
        equipment=Equipment(code=CODE),
        at=NOW - timedelta(hours=hours_before),
        place=place,
    )


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        pytest.param(a_move(MovementEvent.LOADED, "CNSHA"), ["sea"], id="loaded"),
        pytest.param(a_move(MovementEvent.GATE_OUT, "NL RTM"), ["road"], id="with a blank"),
        pytest.param(a_move(MovementEvent.TO_LOAD, "CNSHA"), [], id="ordered"),
        pytest.param(a_move(MovementEvent.LOADED, "Shanghai"), [], id="no code"),
        pytest.param(a_move(MovementEvent.LOADED, "CNSHA", hours_before=-1), [], id="to come"),
        pytest.param(replace(a_move(MovementEvent.LOADED, "CNSHA"), at=None), [], id="no time"),
    ],
)
def test_a_message_says_where_a_box_was(move: Movement, expected: list[str]) -> None:
    assert [seen.mode for seen in sightings_in(move, before=NOW)] == expected


def test_ports_lie_where_they_lie() -> None:
    place = place_of("de ham")
    assert place is not None
    assert (place.name, place.latitude_deg, place.longitude_deg) == ("Hamburg", 53.55, 9.97)
    assert place_of("") is None
