"""Rule 32: the background that everything was compared with was steady and long enough."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import outcome, passings
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say, together
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
                reasons.append(say("radiation_background.occupied"))
            elif behind.duration_s < shortest:
                reasons.append(
                    say(
                        "radiation_background.short",
                        seconds=f"{behind.duration_s:.0f}",
                        least=f"{shortest:.0f}",
                    )
                )
            if not behind.steady:
                reasons.append(say("radiation_background.drift", z=f"{behind.drift_z:.1f}"))
            outcomes.append(
                outcome(
                    case,
                    RULE,
                    Result.CANNOT_TELL if reasons else Result.MATCH,
                    subject=f"background{passing.label}",
                    expected=f"steady over {shortest:.0f} s",
                    observed=f"{behind.rate_cps:.0f} cps over {behind.duration_s:.0f} s",
                    sentence=say(
                        "radiation_background.uncertain", of=passing.of, why=together(reasons)
                    )
                    if reasons
                    else say("radiation_background.steady", of=passing.of),
                    findings=(index,),
                )
            )
    return tuple(outcomes)
