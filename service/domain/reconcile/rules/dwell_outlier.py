"""Rule 33: the way from the gate to the scan took far longer than it takes others."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=33, name="dwell_outlier", source=Source.HISTORY, calibrates="iqr")
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Beyond the upper quartile by `iqr` interquartile ranges of the same lane and hour (AJNA).

    Silent without a known dwell; with fewer than `least` others nobody can tell.
    """
    dwell = case.history.dwell
    if dwell is None:
        return ()
    limits = case.policy.limits[RULE.name]
    spread = max(dwell.upper_quartile - dwell.lower_quartile, limits["least_minutes"])
    longest = dwell.upper_quartile + limits["iqr"] * spread
    if dwell.count < limits["least"]:
        result, key = Result.CANNOT_TELL, "few"
    elif dwell.minutes <= longest:
        result, key = Result.MATCH, "usual"
    else:
        result, key = Result.MISMATCH, "long"
    return (
        case.outcome(
            RULE,
            result,
            subject="time on the way",
            expected=f"at most {longest:.0f} min",
            observed=f"{dwell.minutes:.0f} min",
            sentence=say(
                f"dwell_outlier.{key}",
                minutes=f"{dwell.minutes:.0f}",
                longest=f"{longest:.0f}",
                count=dwell.count,
            ),
            score=(dwell.minutes - dwell.upper_quartile) / spread,
            limit=limits["iqr"],
        ),
    )
