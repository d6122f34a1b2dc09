"""Every sensor that the policy asks for was there, and everything of every sensor ran."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Ran

RULE = Rule(number=38, name="evidence_complete", source=Source.XRAY)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """One that the policy does not ask for is judged too if something of it failed."""
    required = case.policy.required_sensors
    coverage = case.analysis.coverage
    also = {entry.sensor for entry in coverage if entry.ran is Ran.FAILED} - set(required)
    outcomes = []
    for sensor in (*required, *sorted(also)):
        entries = [entry for entry in coverage if entry.sensor is sensor]
        failed = [f"{e.analysis}: {e.reason}" for e in entries if e.ran is Ran.FAILED]
        if case.analysis.complete_for(sensor):
            result, observed = Result.MATCH, "ran"
            sentence = say("evidence_complete.ran", sensor=say(f"term.sensor.{sensor.value}"))
        else:
            result = Result.CANNOT_TELL
            observed = "; ".join(failed) or ("nothing ran" if entries else "missing")
            key = "failed" if failed else "nothing_ran" if entries else "missing"
            sentence = say(
                f"evidence_complete.{key}",
                sensor=say(f"term.sensor.{sensor.value}"),
                failures=observed,
            )
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=sensor.value,
                expected="ran",
                observed=observed,
                sentence=sentence,
                source=sensor.value,
            )
        )
    return tuple(outcomes)
