"""Which samples are a vehicle's, and which are its background."""

import numpy as np

from vision.radiation.occupancy import BACKGROUND_S, background, split
from vision.scan import CountSeries


def a_series(occupied: str, *, sample_s: float = 1.0, rate: float = 100.0) -> CountSeries:
    """One character a sample: "x" occupied, "." not."""
    marks = np.array([mark == "x" for mark in occupied])
    duration = np.full(marks.size, sample_s)
    return CountSeries(
        start_s=np.arange(marks.size) * sample_s,
        duration_s=duration,
        gamma=duration * rate,
        neutron=None,
        occupied=marks,
    )


def test_every_vehicle_of_a_day_is_one_occupancy() -> None:
    series = a_series("." * 40 + "x" * 8 + "." * 40 + "x" * 5 + "." * 10)
    found = split(series)
    assert [(o.number, o.first, o.last) for o in found] == [(1, 40, 47), (2, 88, 92)]


def test_a_beam_that_flickers_is_still_one_vehicle() -> None:
    series = a_series("." * 80 + "x" * 20 + "." * 2 + "x" * 20 + "." * 20, sample_s=0.2)
    assert len(split(series)) == 1


def test_background_is_what_lies_before_and_not_close_to_any_vehicle() -> None:
    series = a_series("." * 60 + "xxxx" + "." * 60 + "xxxx" + "." * 9)
    second = split(series)[1]
    starts = series.start_s[second.behind]
    assert starts.max() == 124 - 2 - 1
    near_the_first = (starts > 60 - 2 - 1) & (starts < 64 + 2)
    assert not near_the_first.any()


def test_background_is_no_older_than_two_minutes() -> None:
    series = a_series("." * 400 + "xxxx" + "." * 9)
    behind = background(series, split(series)[0])
    assert behind.duration_s <= BACKGROUND_S


def test_a_vehicle_that_comes_at_once_takes_its_background_from_after_it() -> None:
    series = a_series("..." + "xxxx" + "." * 60)
    only = split(series)[0]
    assert background(series, only).duration_s >= 20
    assert series.start_s[only.behind].max() > 7 + 2


def test_the_margin_around_a_vehicle_does_not_reach_into_the_next() -> None:
    series = a_series("." * 60 + "xx" + "." + "xx" + "." * 20)
    first, second = split(series)
    assert first.tested_last < second.first
    assert second.tested_first > first.last


def test_a_background_that_changes_is_noticed() -> None:
    series = a_series("." * 100 + "xxxx")
    rising = series.gamma * np.linspace(1, 2, series.gamma.size)
    changed = CountSeries(
        start_s=series.start_s,
        duration_s=series.duration_s,
        gamma=rising,
        neutron=None,
        occupied=series.occupied,
    )
    only = split(series)[0]
    assert abs(background(series, only).drift_z) < 1e-9
    assert background(changed, only).drift_z > 10


def test_without_marks_the_quieter_end_has_to_do() -> None:
    gamma = np.concatenate([np.full(50, 100.0), np.full(50, 300.0)])
    series = CountSeries(
        start_s=np.arange(100.0),
        duration_s=np.ones(100),
        gamma=gamma,
        neutron=None,
        occupied=None,
    )
    only = split(series)[0]
    assert only.number == 0
    assert only.estimated
    assert background(series, only).rate_cps == 100.0


def test_hours_of_samples_are_looked_at_in_pieces_that_leave_nothing_out() -> None:
    series = a_series("." * 5000)
    pieces = split(series)
    covered = np.concatenate([np.arange(p.tested_first, p.tested_last + 1) for p in pieces])
    assert np.array_equal(covered, np.arange(5000))
    assert max(p.tested_last - p.tested_first for p in pieces) < 1200
    parked = split(a_series("." * 100 + "x" * 3000 + "." * 20))
    assert {p.number for p in parked} == {1}
    assert parked[-1].last == 3099
