"""Reliability by bins."""

import pytest

from vision.evaluation.reliability import reliability


def test_what_is_right_as_often_as_it_says_has_no_error() -> None:
    pairs = [(0.75, n < 75) for n in range(100)]
    assert reliability(pairs).expected_calibration_error == pytest.approx(0)


def test_overconfidence_is_the_distance_to_the_frequency() -> None:
    pairs = [(0.97, n < 50) for n in range(100)] + [(0.05, False)] * 100
    found = reliability(pairs)
    assert found.expected_calibration_error == pytest.approx(0.5 * 0.47 + 0.5 * 0.05)
    assert [(own.low, own.n) for own in found.bins] == [(0.0, 100), (0.95, 100)]


def test_certainty_falls_into_the_last_bin() -> None:
    assert reliability([(1.0, True)]).bins[-1].n == 1
