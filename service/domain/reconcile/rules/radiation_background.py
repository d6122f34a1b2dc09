"""Rule 32: the background that everything was compared with was steady and long enough."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import outcome, passings
from service.domain.reconcile.rule import Rule, Source
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=25, name="radiation_background", source=Source.RADIATION)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A background that is not known makes nobody guilty and nothing clear."""
    outcomes = []
    shortest = case.policy.radiation.background_s
    for passing in passings(case):
        for index, behind in passing.backgrounds:
            reasons = []
            if behind.estimated:
                reasons.append("the file has no unoccupied time")
            elif behind.duration_s < shortest:
                reasons.append(f"{behind.duration_s:.0f} s are short of {shortest:.0f} s")
            if not behind.steady:
                reasons.append(f"it was changing (z {behind.drift_z:.1f}), as in rain")
            outcomes.append(
                outcome(
                    case,
                    RULE,
                    Result.CANNOT_TELL if reasons else Result.MATCH,
                    subject=f"background{passing.label}",
                    expected=f"steady over {shortest:.0f} s",
                    observed=f"{behind.rate_cps:.0f} cps over {behind.duration_s:.0f} s",
                    sentence=f"The background{passing.label} is not certain: {'; '.join(reasons)}."
                    if reasons
                    else f"The background{passing.label} was steady.",
                    findings=(index,),
                )
            )
    return tuple(outcomes)
