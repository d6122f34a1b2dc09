"""On made-up days a certain join is nearly always right, and most true ones are found."""

from __future__ import annotations

import json

import pytest

from service.cli.evaluate_joins import evaluate_joins
from service.domain.papers.matching import JoinRules
from service.usecases.simulate_joins import simulate_joins


def test_certain_joins_of_a_day_are_right_and_most_are_found(
    capsys: pytest.CaptureFixture[str],
) -> None:
    evaluate_joins(days=1, visits=120, seed=3, as_json=True)
    slots = json.loads(capsys.readouterr().out)["slots"]
    assert set(slots) == {"shared", "gate_in", "scale", "appointment"}
    for name, row in slots.items():
        assert row["precision"] >= 0.98, name
        assert row["found_certain"] >= (0.6 if name == "scale" else 0.9), name
        assert row["papers"] >= row["certain_right"] + row["missed"]


def test_rules_that_join_on_little_are_wrong_oftener() -> None:
    careless = JoinRules(certain_from=2.0, margin=0.0)
    days = {"days": 1, "visits": 120, "seed": 3}
    strict, loose = (
        sum(t.certain - t.certain_right for t in simulate_joins(**days, rules=rules).values())
        for rules in (JoinRules(), careless)
    )
    assert loose > 3 * max(strict, 1)
