"""One probability of all outcomes, ratios from control results, and loads chosen at random."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.learning.ratios import Counts, learned_ratio
from service.domain.learning.sampling import Controlled, base_rate, is_chosen
from service.domain.reconcile.fusion import Weights, suspicion_of
from service.domain.reconcile.judge import reach_verdict
from service.domain.verdict import Advice, Result, RuleOutcome, Severity
from tests.builders import SHIPPED, a_case, a_declaration, a_registration, an_outcome, what_agrees

WEIGHTS = Weights()
X, M, Q = Result.MISMATCH, Result.MATCH, Result.CANNOT_TELL


def said(
    result: Result, *findings: int, source: str = "photo", rule: str = "number_declared"
) -> RuleOutcome:
    return replace(an_outcome(result, rule=rule, source=source), findings=findings)


def log_odds(*outcomes: RuleOutcome) -> float:
    probability = suspicion_of(outcomes, WEIGHTS).probability
    return math.log(probability / (1 - probability)) - math.log(0.002 / 0.998)


def test_nothing_said_leaves_the_prior() -> None:
    assert suspicion_of((), WEIGHTS).probability == pytest.approx(0.002)
    assert log_odds(said(Q, 1)) == pytest.approx(0)


def test_independent_sources_add_and_the_same_finding_counts_once() -> None:
    one = log_odds(said(X, 1))
    assert one == pytest.approx(WEIGHTS.mismatch[Severity.SERIOUS])
    assert log_odds(said(X, 1), said(X, 1, rule="views_agree")) == pytest.approx(one)
    assert log_odds(said(X, 1), said(X, 1, source="xray")) == pytest.approx(2 * one)


def test_findings_that_hang_together_by_others_are_one_group() -> None:
    chain = [said(X, 1, 2), said(X, 3, 4), said(X, 2, 3)]
    assert log_odds(*chain) == pytest.approx(log_odds(said(X, 1)))


def test_a_source_says_no_more_than_its_cap() -> None:
    many = [said(X, number) for number in range(20)]
    assert log_odds(*many) == pytest.approx(WEIGHTS.cap)


def test_an_advisory_rule_weighs_nothing() -> None:
    assert log_odds(replace(said(X, 1), advisory=True)) == pytest.approx(0)


@given(st.lists(st.sampled_from([X, M, Q]), max_size=12))
def test_one_more_mismatch_never_makes_a_load_less_suspicious(results: list[Result]) -> None:
    outcomes = [said(result, number) for number, result in enumerate(results)]
    assert log_odds(*outcomes, said(X, 99, source="xray")) >= log_odds(*outcomes)


def test_the_verdict_says_how_suspicious_a_load_is_and_why() -> None:
    verdict = reach_verdict(a_case(*what_agrees(), declaration=a_declaration()))
    assert verdict.suspicion is not None
    assert 0 < verdict.suspicion.probability < 0.01


def test_without_controls_a_rule_is_worth_what_the_policy_says() -> None:
    nothing = Counts(found=0, found_mismatch=0, clean=0, clean_mismatch=0)
    learned = learned_ratio(nothing, stated=3.0, rate=0.002)
    assert learned.mismatch == pytest.approx(3.0)
    assert learned.mismatch_low < 3.0 < learned.mismatch_high


def test_controls_move_the_ratio_and_make_it_surer() -> None:
    good = Counts(found=200, found_mismatch=120, clean=20_000, clean_mismatch=20)
    bad = Counts(found=200, found_mismatch=1, clean=20_000, clean_mismatch=100)
    useful = learned_ratio(good, stated=3.0, rate=0.002)
    useless = learned_ratio(bad, stated=3.0, rate=0.002)
    assert useful.mismatch == pytest.approx(math.log(0.55 / 0.001), abs=0.15)
    assert useful.mismatch_low > 5.5
    assert useless.mismatch < 1.2
    assert useful.match < useless.match < 0


def test_the_base_rate_is_found_although_controls_are_chosen_by_suspicion() -> None:
    rng = random.Random(3)  # noqa: S311 - a simulation
    truth, controls = 0.02, []
    for _ in range(60_000):
        bad = rng.random() < truth
        propensity = 1.0 if rng.random() < (0.7 if bad else 0.01) else 0.05
        if rng.random() < propensity:
            controls.append(Controlled(found=bad, propensity=propensity))
    found = base_rate(controls)
    assert found is not None
    assert found.low < truth < found.high
    naive = sum(load.found for load in controls) / len(controls)
    assert abs(found.rate - truth) < abs(naive - truth) / 5
    assert base_rate([]) is None


def test_nothing_found_in_few_controls_is_not_nothing_there() -> None:
    ten = base_rate([Controlled(found=False, propensity=0.05)] * 10)
    assert ten is not None
    assert (ten.rate, ten.low) == (0.0, 0.0)
    assert ten.high == pytest.approx(0.3085, abs=1e-4)
    all_bad = base_rate([Controlled(found=True, propensity=1.0)] * 10)
    assert all_bad is not None
    assert (all_bad.low, all_bad.high) == (pytest.approx(0.6915, abs=1e-4), 1.0)


def test_the_share_that_is_chosen_is_the_share_that_was_asked_for() -> None:
    ids = [f"inspection-{number}" for number in range(20_000)]
    chosen = {i for i in ids if is_chosen(i, rate=0.05, salt="s")}
    assert len(chosen) == pytest.approx(1_000, abs=120)
    assert chosen == {i for i in ids if is_chosen(i, rate=0.05, salt="s")}
    assert len(chosen & {i for i in ids if is_chosen(i, rate=0.05, salt="t")}) < 120
    assert not any(is_chosen(i, rate=0.0, salt="s") for i in ids[:100])


def test_a_load_that_was_chosen_is_looked_into_and_says_why() -> None:
    policy = replace(SHIPPED, random_control=1.0, salt="s")
    case = a_case(
        *what_agrees(),
        policy=policy,
        declaration=a_declaration(),
        registrations=(a_registration(),),
    )
    verdict = reach_verdict(replace(case, inspection_id="a"))
    assert verdict.advice is Advice.REVIEW
    assert verdict.chosen_at_random == 1.0
    assert "Chosen at random" in verdict.reasons[-1]
    assert reach_verdict(case).advice is Advice.RELEASE


def test_the_worst_objection_sets_what_is_at_stake() -> None:
    hold = replace(said(X, 1), severity=Severity.HOLD_NOW)
    quiet, loud = suspicion_of((said(M, 1),), WEIGHTS), suspicion_of((hold,), WEIGHTS)
    assert quiet.low < quiet.probability < quiet.high
    assert quiet.expected_loss == pytest.approx(
        quiet.probability * WEIGHTS.loss[Severity.NOTICE], abs=0.01
    )
    assert loud.expected_loss == pytest.approx(
        loud.probability * WEIGHTS.loss[Severity.HOLD_NOW], abs=0.01
    )
