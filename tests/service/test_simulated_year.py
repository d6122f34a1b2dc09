"""A simulated year: budgets keep false alarms down while traffic changes; fixed limits do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.usecases.simulate_year import BUDGET, FIXED, REGIMES, RULES, SITES, simulate_year


def test_a_short_year_is_the_same_every_time_and_counts_every_load() -> None:
    first = simulate_year(visits=1_000, seed=4, processes=1)
    again = simulate_year(visits=1_000, seed=4, processes=1)
    assert first == again
    assert [regime.name for regime in first] == list(REGIMES)
    for regime in first:
        assert regime.bad + regime.clean == 1_000
        assert len(regime.tallies) == len(SITES) * len(RULES) * 4
    assert len({(regime.bad, regime.clean) for regime in first}) == 1


@pytest.mark.slow
def test_in_a_year_of_200_000_visits_budgets_are_held_and_fixed_limits_are_not(
    tmp_path: Path,
) -> None:
    page = tmp_path / "year.html"
    answer = CliRunner().invoke(app, ["evaluate", "year", "--report", str(page), "--json"])
    assert answer.exit_code == 0, answer.output
    regimes = {r["regime"]: r for r in json.loads(answer.stdout)["regimes"]}
    held, fixed = regimes[BUDGET], regimes[FIXED]
    # One in forty intervals misses by chance alone.
    assert held["surely_over_budget"] <= held["rule_quarters"] / 40
    assert fixed["surely_over_budget"] > 10 * max(held["surely_over_budget"], 1)
    assert held["clean_loads_raised"] < fixed["clean_loads_raised"] / 4
    assert page.read_text(encoding="utf-8").count("<svg") == 2 * len(REGIMES)
