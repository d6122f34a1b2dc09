from __future__ import annotations

import pytest

from vision.evaluation.object_trial import (
    LOWEST,
    Trial,
    best_score,
    tables,
    threshold_at,
    wilson,
)
from vision.geometry import Box
from vision.xray.objects import Candidate

HERE = Box(x1=0, y1=0, x2=10, y2=10)


def a_trial(score: float, *, size_m: float = 1.0) -> Trial:
    return Trial(
        label="weapon", shape="rifles", score=score, size_m=size_m, cover=1.0, contrast=0.5
    )


def a_candidate(score: float, label: str = "weapon", box: Box = HERE) -> Candidate:
    return Candidate(label=label, score=score, box=box)


def test_a_threshold_lets_through_the_allowed_number_and_no_more() -> None:
    scores = [0.9, 0.8, 0.7, 0.6]
    limit = threshold_at(scores, scans=100, false_alarms=0.02)
    assert sum(score >= limit for score in scores) == 2
    assert threshold_at(scores, scans=100, false_alarms=0.5) == LOWEST


def test_wilson_of_forty_of_forty_begins_at_0_912() -> None:
    # The interval that the card of container-finder states.
    assert wilson(40, 40)["interval_95"] == [pytest.approx(0.912, abs=5e-4), 1.0]


def test_only_the_same_class_at_the_same_place_is_a_find() -> None:
    away = Box(x1=50, y1=0, x2=60, y2=10)
    candidates = [a_candidate(0.4), a_candidate(0.9, box=away), a_candidate(0.8, "bag")]
    assert best_score(candidates, "weapon", HERE) == 0.4
    assert best_score([], "weapon", HERE) == 0.0


def test_tables_count_finds_alarms_and_sizes() -> None:
    trials = [a_trial(0.9, size_m=1.0), a_trial(0.6, size_m=0.5), a_trial(0.1, size_m=0.2)]
    clean = [[a_candidate(0.7)], [], [], []]
    own = tables(trials, clean, serving={"weapon": 0.5})["weapon"]
    assert own["serving"]["detected"]["count"] == 2
    assert own["serving"]["clean_scans_alarmed"]["share"] == 0.25
    assert [cell["count"] for cell in own["serving"]["by_size_m"].values()] == [0, 1, 1]
    # Without any false alarm only the best object remains.
    assert own["by_false_alarms_per_scan"]["0.002"]["count"] == 1


def test_a_class_that_is_not_served_abstains_but_keeps_its_curve() -> None:
    own = tables([a_trial(0.9)], [[]], serving={})["weapon"]
    assert own["serving"] == "abstains"
    assert own["by_false_alarms_per_scan"]["0.002"]["count"] == 1
