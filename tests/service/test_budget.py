"""Budgets of false alarms: exact intervals, limits with a guarantee, rules that go advisory."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.budget.binomial import beta_cdf, exact_interval
from service.domain.budget.conformal import conformal_limit, least_clean
from service.domain.budget.standing import (
    Budget,
    CleanResult,
    Standing,
    State,
    drift_of,
    standing_of,
    with_standings,
)
from service.domain.reconcile.policy_file import read_policy

POLICY = read_policy()
BUDGET = Budget(rate=0.01, window=2_000, least=100)


@pytest.mark.parametrize(
    ("count", "trials", "low", "high"),
    [
        # Published tables of the Clopper-Pearson interval.
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (10, 10, 0.6915, 1.0),
        (20, 29_989, 0.000407, 0.001030),
    ],
)
def test_intervals_are_those_of_the_tables(
    count: int, trials: int, low: float, high: float
) -> None:
    found = exact_interval(count, trials)
    assert found == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


def test_nothing_tried_is_nothing_known() -> None:
    assert exact_interval(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="3 of 2"):
        exact_interval(3, 2)


@given(a=st.floats(0.5, 400), b=st.floats(0.5, 400), x=st.floats(0.001, 0.999))
def test_the_beta_distribution_is_symmetric(a: float, b: float, x: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(1 - beta_cdf(1 - x, b, a), abs=1e-9)


def test_a_limit_for_one_in_500_needs_499_clean_loads() -> None:
    assert least_clean(1 / 500) == 499
    assert conformal_limit([1.0] * 498, 1 / 500) is None
    assert conformal_limit([float(n) for n in range(499)], 1 / 500) == 498


def test_the_guarantee_holds_whatever_the_distribution() -> None:
    """Over many calibrations the next clean score is beyond the limit no oftener than promised."""
    rng = random.Random(5)  # noqa: S311 - a simulation
    draws = {
        "normal": lambda: rng.gauss(0, 1),
        "heavy tail": lambda: rng.paretovariate(1.1),
        "few values": lambda: float(rng.randrange(4)),
    }
    for name, draw in draws.items():
        beyond = trials = 0
        for _ in range(400):
            limit = conformal_limit([draw() for _ in range(60)], 0.05)
            assert limit is not None
            beyond += sum(draw() > limit for _ in range(20))
            trials += 20
        low, _ = exact_interval(beyond, trials)
        assert low <= 0.05, name


def results(alarms: int, clean: int) -> list[CleanResult]:
    return [CleanResult(false_alarm=number < alarms) for number in range(clean)]


@pytest.mark.parametrize(
    ("alarms", "clean", "expected"),
    [
        pytest.param(0, 500, State.ACTIVE, id="quiet"),
        pytest.param(9, 500, State.ACTIVE, id="over by chance, perhaps"),
        pytest.param(12, 500, State.ADVISORY, id="surely over"),
        pytest.param(50, 50, State.ACTIVE, id="too few to say"),
    ],
)
def test_a_rule_that_is_surely_over_budget_goes_to_advisory(
    alarms: int, clean: int, expected: State
) -> None:
    standing = standing_of("dwell_outlier", results(alarms, clean), budget=BUDGET)
    assert standing.state is expected
    assert standing.observed_low <= alarms / clean <= standing.observed_high


def test_it_comes_back_when_it_is_quiet_again_unless_a_person_set_it() -> None:
    over = standing_of("dwell_outlier", results(40, 500), budget=BUDGET)
    still = standing_of("dwell_outlier", results(7, 1_000), budget=BUDGET, before=over)
    quiet = standing_of("dwell_outlier", results(4, 1_000), budget=BUDGET, before=over)
    assert (still.state, quiet.state) == (State.ADVISORY, State.ACTIVE)
    by_person = replace(over, by="ada")
    kept = standing_of("dwell_outlier", results(0, 2_000), budget=BUDGET, before=by_person)
    assert (kept.state, kept.by) == (State.ADVISORY, "ada")


def test_only_the_newest_loads_count() -> None:
    old = [CleanResult(false_alarm=False)] * 2_000 + results(500, 500)
    assert standing_of("dwell_outlier", old, budget=BUDGET).false_alarms == 0


def a_standing(rule: str, **parts: object) -> Standing:
    base = Standing(
        rule=rule,
        state=State.ACTIVE,
        promised=0.01,
        clean=100,
        false_alarms=0,
        observed_low=0.0,
        observed_high=0.04,
    )
    return replace(base, **parts)  # type: ignore[arg-type]


def test_a_sites_standings_change_its_policy_and_its_label() -> None:
    own = with_standings(
        POLICY,
        [
            a_standing("mass_by_xray", limit=4.5),
            a_standing("dwell_outlier", state=State.ADVISORY),
        ],
    )
    assert own.limit("mass_by_xray", "z") == 4.5
    assert "dwell_outlier" in own.advisory
    assert own.label == f"{POLICY.label}+dwell_outlier=advisory,mass_by_xray.z=4.5"
    assert with_standings(POLICY, [a_standing("mass_by_xray")]) == POLICY


def test_a_calibrated_limit_never_makes_a_rule_louder_than_its_policy() -> None:
    own = with_standings(POLICY, [a_standing("mass_by_xray", limit=0.5)])
    assert own.limit("mass_by_xray", "z") == POLICY.limit("mass_by_xray", "z")


def test_every_calibrated_limit_is_one_of_the_policy() -> None:
    assert all(name in POLICY.limits[rule] for rule, name in POLICY.calibrated.items())


def test_drift_is_seen_and_steady_traffic_is_not_called_drifting() -> None:
    rng = random.Random(8)  # noqa: S311 - a simulation
    steady = [abs(rng.gauss(0, 1)) for _ in range(3_000)]
    grown = [1.5 * abs(rng.gauss(0, 1)) for _ in range(600)] + steady[600:]
    calm, moved = drift_of(steady), drift_of(grown)
    assert calm is not None
    assert moved is not None
    assert abs(calm) < 4 < moved
    assert drift_of([1.0] * 3_000) == 0.0
    assert drift_of([1.0] * 100) is None
