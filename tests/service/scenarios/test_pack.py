"""The scenario pack: every scenario raises what it states and nothing else, no twin raises any."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.rules import NAMES
from service.domain.scenarios.run import case_of, doubted, fired, run
from service.domain.scenarios.scenario import Doubt, Picture, Scenario, doubts, scenarios, visits
from service.domain.scenarios.seen import analysis_of
from service.domain.verdict import Advice, Result

PACK = scenarios()
DOUBTS = doubts()
POLICY = read_policy()
# They say match or cannot tell, and are about evidence, not about the load.
NEVER_MISMATCH = {"evidence_complete", "registers_answered", "radiation_background"}
LEAST = 120
RISKS = {
    "drugs",
    "cigarettes",
    "weapons and explosives",
    "dual use",
    "counterfeit",
    "health and safety",
    "undervaluation and misclassification",
    "rip-off",
    "identity hijacking",
    "nuclear and radioactive",
    "stolen vehicles",
}


@pytest.mark.parametrize("scenario", PACK, ids=[s.title for s in PACK])
def test_a_scenario_raises_what_it_states_and_its_twin_nothing(scenario: Scenario) -> None:
    outcome = run(scenario, POLICY)
    assert outcome.fired == scenario.fires
    assert outcome.bad.advice is scenario.advice
    assert outcome.twin_fired == frozenset()


@pytest.mark.parametrize(("name", "picture"), visits().items(), ids=visits())
def test_the_clean_visits_are_released_or_wait_for_a_person(name: str, picture: Picture) -> None:
    verdict = reach_verdict(case_of(picture, POLICY))
    assert fired(verdict) == frozenset()
    # Class 7 goods are never released by a machine.
    expected = Advice.REVIEW if name == "medical_source" else Advice.RELEASE
    assert verdict.advice is expected


def test_the_pack_covers_every_risk_and_every_rule_that_can_mismatch() -> None:
    assert len(PACK) >= LEAST
    per_risk = Counter(scenario.risk for scenario in PACK)
    assert set(per_risk) == RISKS
    assert min(per_risk.values()) >= 10
    assert {rule for scenario in PACK for rule in scenario.fires} == NAMES - NEVER_MISMATCH
    assert len({scenario.title for scenario in PACK}) == len(PACK)


HELD = [scenario for scenario in PACK if scenario.advice is Advice.HOLD]


@pytest.mark.parametrize("scenario", HELD, ids=[s.title for s in HELD])
def test_no_advisory_rule_turns_a_hold_into_a_release(scenario: Scenario) -> None:
    """Whichever of its rules a site has made advisory, or all rules there are."""
    for advisory in (*({rule} for rule in scenario.fires), scenario.fires, NAMES):
        policy = replace(POLICY, advisory=frozenset(advisory))
        verdict = reach_verdict(case_of(scenario.bad, policy))
        assert verdict.advice is not Advice.RELEASE, advisory


def test_a_rule_for_review_alone_releases_once_it_is_advisory() -> None:
    """So that its budget is worth something."""
    freed = 0
    for scenario in PACK:
        policy = replace(POLICY, advisory=scenario.fires - POLICY.release_needs)
        verdict = reach_verdict(case_of(scenario.bad, policy))
        freed += scenario.advice is Advice.REVIEW and verdict.advice is Advice.RELEASE
    assert freed > 0


@pytest.mark.parametrize("doubt", DOUBTS, ids=[d.title for d in DOUBTS])
def test_a_rule_at_its_limit_says_that_it_cannot_tell(doubt: Doubt) -> None:
    assert doubt.rules <= doubted(doubt, POLICY)


def test_every_rule_has_a_case_in_which_it_cannot_tell() -> None:
    assert {rule for doubt in DOUBTS for rule in doubt.rules} == NAMES


def test_a_twin_is_another_visit_than_its_scenario() -> None:
    assert all(scenario.bad != scenario.twin for scenario in PACK)


@pytest.mark.parametrize("line", ["nonsense", "load full", "object weapon", "gamma loud x"])
def test_a_line_that_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=line):
        analysis_of([line])


def test_the_command_says_what_a_policy_would_miss(tmp_path: object) -> None:
    answer = CliRunner().invoke(app, ["evaluate", "scenarios", "--risk", "rip-off", "--json"])
    assert answer.exit_code == 0
    assert all(entry["as_stated"] for entry in json.loads(answer.stdout)["scenarios"])


def test_rules_are_listed_and_explained() -> None:
    listed = CliRunner().invoke(app, ["rules", "--json", "--language", "de"])
    entries = {entry["name"]: entry for entry in json.loads(listed.stdout)}
    assert set(entries) == NAMES
    assert entries["mass_on_scale"]["title"] == "Masse auf der Waage"
    assert entries["mass_on_scale"]["limits"]["kg"] == 500
    assert all(entry["asks"] for entry in entries.values())
    assert CliRunner().invoke(app, ["rules", "mass_on_scale"]).exit_code == 0


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ("sought 0.95 vehicle", set()),
        ("sought 0.95 vehicle weapon", {Result.MATCH}),
        ("sought 0.5 weapon", {Result.CANNOT_TELL}),
    ],
)
def test_a_detector_of_vehicles_alone_clears_no_load_of_threats(
    sought: str, expected: set[Result]
) -> None:
    clean = visits()["clothes"].changed([sought], {})
    outcomes = reach_verdict(case_of(clean, POLICY)).outcomes
    assert {o.result for o in outcomes if o.rule == "threat_object"} == expected
