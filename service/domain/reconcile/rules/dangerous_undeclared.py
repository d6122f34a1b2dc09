"""Rule 30: objects that are dangerous goods, and no UN number that says so."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.objects_case import DANGEROUS, objects, was_sought
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=30, name="dangerous_undeclared", source=Source.XRAY)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where no detector of such objects ran.

    Fewer than `least` may be an exempted quantity, or the vehicle's own fire extinguisher.
    """
    declared = sorted({goods.un_number for goods in case.goods if goods.un_number})
    found = objects(case, *DANGEROUS)
    if not found:
        if not was_sought(case, *DANGEROUS):
            return ()
        result, key = Result.MATCH, "none"
    elif declared:
        result, key = Result.MATCH, "declared"
    elif case.declaration is None or len(found) < case.policy.limit(RULE.name, "least"):
        result, key = Result.CANNOT_TELL, "few"
    else:
        result, key = Result.MISMATCH, "undeclared"
    names = sorted({item.label.replace("_", " ") for _, item in found})
    return (
        case.outcome(
            RULE,
            result,
            subject="dangerous goods in the load",
            expected=", ".join(f"UN {number}" for number in declared) or "none declared",
            observed=f"{len(found)}: {', '.join(names)}" if found else "none",
            sentence=say(
                f"dangerous_undeclared.{key}",
                count=len(found),
                what=", ".join(names),
                numbers=", ".join(declared),
            ),
            findings=tuple(index for index, _ in found),
            score=float(len(found)),
            limit=case.policy.limit(RULE.name, "least"),
        ),
    )
