"""Rule 18: floor, walls and roof are as thick as those of other containers of the type."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import StructureMeasured

RULE = Rule(number=18, name="structure_normal", source=Source.XRAY, calibrates="z")
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where nothing was measured. Thinner than usual is rust or another type, not a hide."""
    outcomes = []
    limit = case.policy.limit(RULE.name, "z")
    for index, part in case.findings(StructureMeasured):
        if case.too_poor(part.evidence.scan_sha256):
            result, key = Result.CANNOT_TELL, "unclear"
        elif part.residual_z <= limit:
            result, key = Result.MATCH, "normal"
        else:
            result, key = Result.MISMATCH, "thick"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=part.zone.value.replace("_", " "),
                expected="as others of the type",
                observed=f"z {part.residual_z:.1f}",
                sentence=say(
                    f"structure_normal.{key}",
                    part=say(f"term.zone.{part.zone.value}"),
                    z=f"{part.residual_z:.1f}",
                ),
                findings=(index,),
                score=part.residual_z,
                limit=limit,
            )
        )
    return tuple(outcomes)
