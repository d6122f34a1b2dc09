"""Every sensor that the policy asks for was there, and everything of it ran."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Ran

RULE = "evidence_complete"


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    outcomes = []
    for sensor in case.policy.required_sensors:
        entries = [e for e in case.analysis.coverage if e.sensor is sensor]
        failed = [f"{e.analysis}: {e.reason}" for e in entries if e.ran is Ran.FAILED]
        if case.analysis.complete_for(sensor):
            result, observed = Result.MATCH, "ran"
            sentence = f"{sensor.value}: everything ran."
        else:
            result = Result.CANNOT_TELL
            observed = "; ".join(failed) or ("nothing ran" if entries else "missing")
            sentence = f"{sensor.value}: {observed}. That is not clear, it is unknown."
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
