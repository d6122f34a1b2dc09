"""Decisions and control results become budgets that are held and shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from service.cli import app
from service.domain.access import Role
from service.domain.budget.standing import State
from service.domain.decision import ControlOutcome, ControlResult, DecisionOutcome, is_clean
from service.domain.learning.known_load import KnownLoad
from service.domain.reconcile.judge import KEEPS, blocking
from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.rules import NAMES
from service.domain.verdict import Result, Severity
from service.store.budgets import SqlBudgetStore
from service.usecases.budgets import RuleResult, results_of
from tests.builders import ADMIN, NOW, SHIPPED, a_decision, an_outcome
from tests.conftest import Database
from tests.service.web.stand_ins import CODE, Site
from tests.service.web.test_inspections import judged


def a_result(outcome: ControlOutcome, number: int = 1) -> ControlResult:
    return ControlResult(number=number, outcome=outcome, by="ada", at=NOW, what="x")


R, H = DecisionOutcome.RELEASE, DecisionOutcome.HOLD
FOUND, NOT_FOUND, NOT_OPENED = ControlOutcome


@pytest.mark.parametrize(
    ("decided", "controlled", "expected"),
    [
        ([], [], None),
        ([R], [], True),
        ([H], [], None),
        ([H, R], [], True),
        ([H], [NOT_FOUND], True),
        ([R], [FOUND], False),
        ([H], [NOT_OPENED], None),
        ([R], [NOT_OPENED], True),
        ([H], [FOUND, NOT_FOUND], True),
        ([H], [FOUND, NOT_OPENED], False),
    ],
)
def test_a_load_is_clean_if_it_was_opened_and_was_or_else_if_it_was_released(
    decided: list[DecisionOutcome], controlled: list[ControlOutcome], expected: bool | None
) -> None:
    decisions = [a_decision(n, outcome) for n, outcome in enumerate(decided, start=1)]
    results = [a_result(outcome, n) for n, outcome in enumerate(controlled, start=1)]
    assert is_clean(decisions, results) is expected


def test_a_rule_has_one_result_of_a_load_and_none_if_it_could_not_tell() -> None:
    outcomes = [
        an_outcome(Result.MATCH, rule="views_agree"),
        an_outcome(Result.MISMATCH, rule="views_agree"),
        an_outcome(Result.CANNOT_TELL, rule="scan_quality"),
        an_outcome(Result.MATCH, rule="number_valid"),
    ]
    assert {(r.rule, r.mismatch) for r in results_of(outcomes)} == {
        ("views_agree", True),
        ("number_valid", False),
    }


def test_what_is_known_of_an_inspection_replaces_what_was_known(database: Database) -> None:
    store = SqlBudgetStore(database.engine)
    said = [RuleResult(rule="dwell_outlier", mismatch=True, score=2.5)]
    store.keep_results(a_known_load("a"), said)
    store.keep_results(a_known_load("a"), said)
    store.keep_results(a_known_load("b", site="south"), said)
    assert store.sites() == ("north", "south")
    assert [r.score for r in store.clean_results("north", "dwell_outlier", limit=9)] == [2.5]
    store.forget_results("a")
    assert store.sites() == ("south",)


def a_known_load(inspection_id: str, *, site: str = "north", **parts: object) -> KnownLoad:
    base = KnownLoad(
        inspection_id=inspection_id, site=site, at=NOW, clean=True, opened=False, raised=False
    )
    return replace(base, **parts)  # type: ignore[arg-type]


def test_a_result_that_replaces_the_newest_one_is_news(database: Database) -> None:
    """Or a correction would never reach the standings."""
    store = SqlBudgetStore(database.engine)
    said = [RuleResult(rule="dwell_outlier", mismatch=True, score=2.5)]
    store.keep_results(a_known_load("a"), said)
    before = store.newest("north")
    store.keep_results(a_known_load("a", clean=False), said)
    assert store.newest("north") > before


def test_opened_loads_stand_for_those_that_were_not(database: Database) -> None:
    store = SqlBudgetStore(database.engine)
    quiet = [RuleResult(rule="dwell_outlier", mismatch=False, score=0.2)]
    loud = [RuleResult(rule="dwell_outlier", mismatch=True, score=2.5)]
    store.keep_results(a_known_load("chance", opened=True, chance=0.05), quiet)
    store.keep_results(a_known_load("released"), quiet)
    for number in range(4):
        opened = number == 0
        store.keep_results(
            a_known_load(f"raised-{number}", opened=opened, raised=True, clean=not opened), loud
        )
    counts = store.counts({"north"})["dwell_outlier"]
    assert (counts.clean, counts.clean_mismatch) == (pytest.approx(20), 0)
    assert (counts.found, counts.found_mismatch) == (pytest.approx(4), pytest.approx(4))
    assert sorted((c.found, c.propensity) for c in store.controlled({"north"})) == [
        (False, 0.05),
        (True, 0.25),
    ]
    assert store.controlled({"south"}) == ()


def decide(api: TestClient, url: str, outcome: str) -> None:
    answer = api.post(f"{url}/decisions", json={"outcome": outcome, "note": "looked"})
    assert answer.status_code == 201, answer.text


def test_a_rule_that_is_over_budget_is_advisory_from_the_next_verdict_on(
    api: TestClient, site: Site
) -> None:
    papers = json.dumps({"reference": "26DE1", "containers": [{"code": CODE}], "plates": ["XX1"]})
    first = judged(api, site, declaration=papers)
    budgets = site.tallyman.services.budgets
    loud = next(o for o in first["verdict"]["verdict"]["outcomes"] if o["result"] == "mismatch")
    for number in range(300):
        result = RuleResult(rule=loud["rule"], mismatch=number % 3 == 0, score=None)
        budgets.store.keep_results(a_known_load(f"past-{number}", site="main"), [result])
    budgets.follow()
    second = judged(api, site, declaration=papers)
    (again,) = [
        o
        for o in second["verdict"]["verdict"]["outcomes"]
        if (o["rule"], o["subject"]) == (loud["rule"], loud["subject"])
    ]
    assert (loud["advisory"], again["advisory"]) == (False, True)
    assert again["sentence"] not in second["verdict"]["verdict"]["reasons"]
    assert f"{loud['rule']}=advisory" in second["verdict"]["verdict"]["policy"]


def test_control_results_are_recorded_counted_and_shown(
    api: TestClient, officer: TestClient, site: Site
) -> None:
    inspection = judged(api, site)
    url = f"{inspection['url']}/control-results"
    body: dict[str, Any] = {"outcome": "not_found"}
    early = api.post(url, json=body)
    assert early.status_code == 409, early.text
    decide(api, inspection["url"], "hold")
    assert api.post(url, json={"outcome": "found"}).status_code == 422
    assert api.post(url, json=body).status_code == 201
    assert [r["outcome"] for r in api.get(url).json()] == ["not_found"]
    listed = api.get("/v1/budgets").json()
    told = {
        o["rule"]
        for o in inspection["verdict"]["verdict"]["outcomes"]
        if o["result"] != "cannot_tell"
    }
    assert {entry["rule"] for entry in listed} == told
    page = officer.get("/budgets").text
    assert "1 in 500" in page
    assert "Nothing found" in officer.get(f"/inspections/{inspection['id']}").text


def test_a_person_switches_a_rule_and_says_why(site: Site) -> None:
    budgets = site.tallyman.services.budgets
    word = budgets.set_state(
        "main", "dwell_outlier", state=State.ADVISORY, reason="strike", caller=ADMIN
    )
    assert (word.by, word.cause) == (ADMIN.name, "strike")
    budgets.bring_up_to_date("main")
    assert "dwell_outlier" in budgets.policy_of("main").advisory
    budgets.set_state("main", "dwell_outlier", state=State.ACTIVE, reason="over", caller=ADMIN)
    assert "dwell_outlier" not in budgets.policy_of("main").advisory
    assert budgets.policy_of("other") == budgets.policy


def test_a_persons_active_holds_against_the_record_until_it_is_taken_back(
    anyone: TestClient, site: Site
) -> None:
    budgets = site.tallyman.services.budgets
    for number in range(300):
        loud = RuleResult(rule="dwell_outlier", mismatch=number % 3 == 0, score=None)
        budgets.store.keep_results(a_known_load(f"past-{number}", site="main"), [loud])
    budgets.bring_up_to_date("main")
    assert "dwell_outlier" in budgets.policy_of("main").advisory
    anyone.headers.update(site.key(Role.ADMIN, name="ada"))
    place = "/v1/budgets/main/dwell_outlier"
    for state, advisory in (("active", False), ("automatic", True)):
        answer = anyone.post(place, json={"state": state, "reason": "new queue"})
        assert answer.status_code == 200, answer.text
        budgets.follow()
        assert ("dwell_outlier" in budgets.policy_of("main").advisory) is advisory
    past = [(entry["state"], entry["by"], entry["said_by"]) for entry in anyone.get(place).json()]
    assert past == [
        ("advisory", "", ""),
        ("active", "", "ada"),
        ("active", "ada", "ada"),
        ("advisory", "", ""),
    ]


@pytest.mark.parametrize("rule", sorted(SHIPPED.release_needs | KEEPS))
def test_an_advisory_rule_that_a_release_needs_still_refuses_the_release(rule: str) -> None:
    """Over budget or not: a machine does not clear what a rule of safety objects to."""
    policy = replace(SHIPPED, advisory=frozenset(NAMES))
    objection = an_outcome(Result.MISMATCH, rule=rule, severity=Severity.HOLD_NOW)
    with_objection = replace(objection, advisory=True)
    assert blocking(policy, (with_objection,))


def test_control_results_teach_what_a_rule_is_worth(
    api: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    papers = json.dumps({"reference": "26DE1", "containers": [{"code": CODE}], "plates": ["XX1"]})
    inspection = judged(api, site, declaration=papers)
    decide(api, inspection["url"], "hold")
    url = f"{inspection['url']}/control-results"
    assert api.post(url, json={"outcome": "found", "what": "cigarettes"}).status_code == 201
    store = site.tallyman.services.budgets.store
    for number in range(40):
        quiet = RuleResult(rule="plate_declared", mismatch=False, score=None)
        store.keep_results(a_known_load(f"clean-{number}", site="main", opened=True), [quiet])
    monkeypatch.setenv("TALLYMAN_DATA_DIR", str(site.tallyman.services.settings.data_dir))
    out = tmp_path / "learned.toml"
    answer = CliRunner().invoke(app, ["learn", "--json", "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    (lesson,) = [entry for entry in report["rules"] if entry["rule"] == "plate_declared"]
    assert (lesson["found"], lesson["found_mismatch"], lesson["clean"]) == (1, 1, 40)
    assert lesson["mismatch"] > lesson["stated"]
    assert (report["controlled"], report["base_rate"]) == (41, pytest.approx(1 / 41))
    proposed = read_policy(out)
    assert proposed.weights.rules["plate_declared"][0] == pytest.approx(lesson["mismatch"])
    assert proposed.severities == SHIPPED.severities
