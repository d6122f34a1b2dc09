"""Rule 14: packages in a regular stack, against the declared number."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import PackageCount

RULE = Rule(number=14, name="packages_counted", source=Source.XRAY, calibrates="z")
RULES = (RULE,)
HALF_WIDTH_90 = 1.645


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where nothing was counted. Goods of several kinds are no regular stack."""
    declared = _declared(case)
    outcomes = []
    for index, count in case.findings(PackageCount):
        limit = case.policy.limit(RULE.name, "z")
        spread = max((count.high - count.low) / 2 / HALF_WIDTH_90, 1.0)
        score: float | None = None
        if not count.accepted or declared is None or len(case.goods) != 1:
            result, key = Result.CANNOT_TELL, "unclear"
        else:
            score = abs(count.count - declared) / spread
            same = score <= limit
            result, key = (Result.MATCH, "same") if same else (Result.MISMATCH, "other")
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="packages",
                expected="not declared" if declared is None else str(declared),
                observed=f"{count.low} to {count.high}" if count.accepted else "not countable",
                sentence=say(
                    f"packages_counted.{key}",
                    low=count.low,
                    high=count.high,
                    declared=declared or 0,
                ),
                findings=(index,),
                score=score,
                limit=limit,
            )
        )
    return tuple(outcomes)


def _declared(case: Case) -> int | None:
    numbers = [goods.packages for goods in case.goods]
    known = [number for number in numbers if number is not None]
    if known and len(known) == len(numbers):
        return sum(known)
    return case.declaration.total_packages if case.declaration else None
