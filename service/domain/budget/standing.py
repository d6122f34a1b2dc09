"""Whether a rule keeps to its budget at a site: promised and observed, side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.domain.budget.binomial import exact_interval
from service.domain.budget.conformal import conformal_limit
from service.domain.reconcile.policy import Policy

LEAST_FOR_DRIFT = 40


class State(StrEnum):
    """ACTIVE moves verdicts. ADVISORY is shown and moves none: over budget, or by a person."""

    ACTIVE = "active"
    ADVISORY = "advisory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """`rate` is the share of clean loads that a rule may call mismatch. `window` is how many of
    the newest clean loads count, `least` how many it takes to judge a rule at all. Limits are set
    for `aim` times the rate: traffic changes after the loads that they were set on.
    """

    rate: float = 1 / 500
    window: int = 5_000
    least: int = 200
    confidence: float = 0.95
    aim: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanResult:
    """What a rule said of one clean load: mismatch is a false alarm. `score` as in RuleOutcome."""

    false_alarm: bool
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One rule at one site. `limit` is calibrated there, None: the policy's own holds.

    `observed_low` and `observed_high` are the exact interval of the observed rate. `by` is the
    person whose word the state is, "" if it follows from the rule's own record; `said_by` is who
    has changed it last, if a person did, and `at` when that was.
    """

    rule: str
    state: State
    promised: float
    clean: int
    false_alarms: int
    observed_low: float
    observed_high: float
    limit: float | None = None
    calibrated_on: int = 0
    drift_z: float | None = None
    by: str = ""
    said_by: str = ""
    cause: str = ""
    at: datetime | None = None

    @property
    def observed(self) -> float | None:
        return self.false_alarms / self.clean if self.clean else None


def standing_of(
    rule: str,
    results: Iterable[CleanResult],
    *,
    budget: Budget,
    before: Standing | None = None,
    calibrates: bool = False,
) -> Standing:
    """From the newest results on clean loads, newest first.

    A rule goes to advisory once even the lower end of its interval is over the promised rate; it
    comes back by itself when the observed rate is at most half of it. What a person has set, a
    person sets back.
    """
    newest = [result for _, result in zip(range(budget.window), results, strict=False)]
    alarms = sum(result.false_alarm for result in newest)
    low, high = exact_interval(alarms, len(newest), confidence=budget.confidence)
    state, cause, by = State.ACTIVE, "", ""
    if before is not None:
        state, cause, by = before.state, before.cause, before.by
    if not by and len(newest) >= budget.least:
        if low > budget.rate:
            state, cause = State.ADVISORY, f"{alarms} false alarms on {len(newest)} clean loads"
        elif state is State.ADVISORY and alarms <= budget.rate / 2 * len(newest):
            state, cause = State.ACTIVE, f"{alarms} false alarms on the last {len(newest)}"
    scores = [result.score for result in newest if result.score is not None]
    return Standing(
        rule=rule,
        state=state,
        promised=budget.rate,
        clean=len(newest),
        false_alarms=alarms,
        observed_low=low,
        observed_high=high,
        limit=conformal_limit(scores, budget.aim * budget.rate) if calibrates else None,
        calibrated_on=len(scores) if calibrates else 0,
        drift_z=drift_of(scores) if calibrates else None,
        by=by,
        cause=cause,
    )


def drift_of(scores: Sequence[float]) -> float | None:
    """Normal deviate of the Mann-Whitney test of the newest fifth of the scores, newest first,
    against the rest: positive if they have grown. None with too few to say.
    """
    new = len(scores) // 5
    old = len(scores) - new
    if new < LEAST_FOR_DRIFT:
        return None
    order = sorted(range(len(scores)), key=lambda i: scores[i])
    ranks = [0.0] * len(scores)
    ties, start = 0.0, 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and scores[order[end + 1]] == scores[order[start]]:
            end += 1
        for place in range(start, end + 1):
            ranks[order[place]] = (start + end) / 2 + 1
        tied = end - start + 1
        ties += tied**3 - tied
        start = end + 1
    total = new + old
    excess = sum(ranks[:new]) - new * (total + 1) / 2
    variance = new * old / 12 * (total + 1 - ties / (total * (total - 1)))
    return excess / math.sqrt(variance) if variance > 0 else 0.0


def with_standings(policy: Policy, standings: Iterable[Standing]) -> Policy:
    """The policy as it holds at a site: calibrated limits in, rules over budget advisory.

    Its label says so, so that a verdict can be replayed under the very same.
    """
    limits = {rule: dict(named) for rule, named in policy.limits.items()}
    advisory, marks = set(policy.advisory), []
    for standing in sorted(standings, key=lambda s: s.rule):
        name = policy.calibrated.get(standing.rule)
        if standing.limit is not None and name is not None:
            # A limit below the policy's own would raise what nobody asked for.
            limit = max(standing.limit, policy.limits[standing.rule][name])
            limits[standing.rule][name] = limit
            marks.append(f"{standing.rule}.{name}={limit:g}")
        if standing.state is State.ADVISORY:
            advisory.add(standing.rule)
            marks.append(f"{standing.rule}=advisory")
    if not marks:
        return policy
    return replace(
        policy,
        label=f"{policy.label}+{','.join(marks)}",
        limits=limits,
        advisory=frozenset(advisory),
    )
