"""One visit: the scenarios of `visit_scenarios.toml`, and what holds for every one of them."""

from __future__ import annotations

import re
import time
import tomllib
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from service.domain.papers.corrections import Action, Correction
from service.domain.papers.matching import Candidate, JoinRules, Slot, Visit
from service.domain.papers.visit import Join, Standing, joins_of
from tests.service.papers.paper_builders import NOON, at

RULES = JoinRules()
SCENARIOS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "visit_scenarios.toml").read_text(encoding="utf-8")
)["scenario"]
PAST = {"joins": Action.JOIN, "splits": Action.SPLIT, "undoes": Action.UNDO}


def texts(words: list[str], name: str) -> frozenset[str]:
    for word in words:
        key, _, value = word.partition("=")
        if key == name:
            return frozenset(value.split(","))
    return frozenset()


def clock(words: list[str]) -> datetime | None:
    days = next((int(w[:-1]) for w in words if re.fullmatch(r"-\d+d", w)), 0)
    found = next((at(w[1:]) for w in words if w.startswith("@")), None)
    return None if found is None else found + timedelta(days=days)


def a_visit(text: str) -> Visit:
    name, *words = text.split()
    when = clock(words)
    assert when is not None
    return Visit(
        id=name,
        at=when,
        containers=texts(words, "box"),
        guessed_containers=texts(words, "box?"),
        plates=texts(words, "plate"),
        documents=texts(words, "doc"),
        sensors=texts(words, "sensors"),
    )


def a_candidate(text: str) -> Candidate:
    slot, name, *words = text.split()
    window = next((w.split("-") for w in words if re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", w)), None)
    return Candidate(
        id=name,
        slot=Slot(slot),
        at=clock(words),
        window=None if window is None else (at(window[0]), at(window[1])),
        containers=texts(words, "box"),
        plates=texts(words, "plate"),
        documents=texts(words, "doc"),
        sensors=texts(words, "sensors"),
    )


def a_correction(text: str) -> Correction:
    number, visit, action, what = text.split()
    undoes = PAST[action] is Action.UNDO
    return Correction(
        number=int(number),
        visit_id=visit,
        subject="" if undoes else what,
        action=PAST[action],
        by="officer",
        at=NOON,
        undoes=int(what) if undoes else None,
    )


def joins(scenario: dict[str, Any], name: str) -> tuple[Join, ...]:
    visits = [a_visit(text) for text in scenario["visits"]]
    return joins_of(
        next(visit for visit in visits if visit.id == name),
        others=[visit for visit in visits if visit.id != name],
        candidates=[a_candidate(text) for text in scenario["candidates"]],
        corrections=[a_correction(text) for text in scenario.get("corrections", [])],
        rules=RULES,
    )


def expected(scenario: dict[str, Any]) -> dict[str, set[str]]:
    parted = (line.split(": ") for line in scenario["expected"])
    return {name: set(words.split(", ")) - {"nothing"} for name, words in parted}


@pytest.mark.parametrize("scenario", [pytest.param(s, id=s["name"]) for s in SCENARIOS])
def test_the_scenario_ends_as_its_table_says(scenario: dict[str, Any]) -> None:
    for name, wanted in expected(scenario).items():
        found = {f"{j.candidate} {j.standing.value}": j for j in joins(scenario, name)}
        seen = {words for words in found if not words.endswith("possible")}
        assert seen | (wanted & set(found)) == wanted


@pytest.mark.parametrize("scenario", [pytest.param(s, id=s["name"]) for s in SCENARIOS])
def test_the_order_of_the_candidates_does_not_matter(scenario: dict[str, Any]) -> None:
    name = scenario["visits"][0].split()[0]
    seen = {
        frozenset((j.candidate, j.standing) for j in joins({**scenario, "candidates": order}, name))
        for order in permutations(scenario["candidates"])
    }
    assert len(seen) == 1


@pytest.mark.parametrize("scenario", [pytest.param(s, id=s["name"]) for s in SCENARIOS])
def test_no_candidate_of_one_visit_is_joined_to_two(scenario: dict[str, Any]) -> None:
    names = [text.split()[0] for text in scenario["visits"]]
    taken = [
        join.candidate
        for name in names
        for join in joins(scenario, name)
        if join.standing in {Standing.CERTAIN, Standing.DOUBTFUL}
        and join.slot not in {Slot.SHARED, Slot.VEHICLE}
    ]
    assert len(taken) == len(set(taken))


def test_a_doubtful_join_names_between_what_it_was_not_clear() -> None:
    scenario = {
        "visits": ["A @08:00 plate=KR11111", "B @08:20 plate=KR11111"],
        "candidates": ["scale T1 @08:10 plate=KR11111", "scale T2 @08:11 plate=KR11111"],
    }
    doubtful = next(j for j in joins(scenario, "A") if j.standing is Standing.DOUBTFUL)
    assert (doubtful.rival_visits, doubtful.rival_candidates) == (("B",), ("T2",))
    assert doubtful.margin is not None
    assert doubtful.margin < RULES.margin


def test_every_join_says_why() -> None:
    scenario = {
        "visits": ["A @10:00 box=MSCU6639870 plate=KR11111"],
        "candidates": ["scale T1 @10:04 box=MSCU6639860 plate=KR11111"],
    }
    (join,) = joins(scenario, "A")
    assert [(r.because.value, r.detail) for r in join.match.reasons] == [
        ("similar_container", "MSCU6639860"),
        ("same_plate", "KR11111"),
        ("close_in_time", "4 min"),
    ]
    assert join.match.score == pytest.approx(4 + 8 + 3 * (1 - (4 / 20) ** 2))


def test_a_crowd_without_a_single_plate_is_paired_in_a_fraction_of_a_second() -> None:
    visits = [f"V{n} @10:{n:02d}" for n in range(60)]
    scenario = {"visits": visits, "candidates": [f"scale T{n} @10:{n:02d}" for n in range(60)]}
    began = time.perf_counter()
    joined = [j for j in joins(scenario, "V30") if j.standing is not Standing.POSSIBLE]
    assert time.perf_counter() - began < 1.0
    assert [(j.candidate, j.standing) for j in joined] == [("T30", Standing.DOUBTFUL)]
