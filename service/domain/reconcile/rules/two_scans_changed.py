"""Rule 16: two scans of one box, of loading and discharge or of exit and entry, show one load."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ScanCompared

RULE = Rule(number=16, name="two_scans_changed", source=Source.XRAY, calibrates="door_share")
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """What changed at the doors; bulk settles and loads shift everywhere else.

    Silent without an earlier scan. Where everything changed it was loaded anew, or is another
    box, and nobody can tell which from the pictures.
    """
    limits = case.policy.limits[RULE.name]
    outcomes = []
    for index, found in case.findings(ScanCompared):
        poor = case.too_poor(found.evidence.scan_sha256)
        if not found.aligned or poor or found.changed_share > limits["share"]:
            result, key = Result.CANNOT_TELL, "unclear"
        elif found.changed_share_doors > limits["door_share"]:
            result, key = Result.MISMATCH, "doors"
        else:
            result, key = Result.MATCH, "same"
        percent = f"{100 * found.changed_share_doors:.0f}"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="load since the scan before",
                expected="unchanged at the doors",
                observed=f"{percent} % changed at the doors" if found.aligned else "not comparable",
                sentence=say(f"two_scans_changed.{key}", percent=percent),
                findings=(index,),
                score=found.changed_share_doors if found.aligned else None,
                limit=limits["door_share"],
            )
        )
    return tuple(outcomes)
