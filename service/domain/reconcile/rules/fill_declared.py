"""Rule 13: the declared mass fits into the volume that the load fills."""

from __future__ import annotations

from service.domain.declaration import DeclaredLoad
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.rules.mass_on_scale import declared_mass_kg
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import FillProfile

RULE = Rule(number=13, name="fill_declared", source=Source.XRAY)
RULES = (RULE,)
# Inner volume by first character of the size-type code, m³ (ISO 1496-1 dry boxes, rounded).
VOLUME_M3 = {"2": 33.0, "4": 67.0, "L": 86.0}


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Mean density of the load, from the bounds of its volume. One container alone.

    No goods are denser than `most_kg_m3` with their packing, and none that fill a box are lighter
    than `least_kg_m3`. Part loads are no matter: what is not filled does not count.
    """
    profiles = case.findings(FillProfile)
    if not profiles:
        return ()
    declared = declared_mass_kg(case, None)
    box = case.declared[0] if len(case.declared) == 1 else None
    volume = VOLUME_M3.get(box.size_type[0]) if box and box.size_type else None
    outcomes = []
    for index, fill in profiles:
        unclear = declared is None or volume is None or case.too_poor(fill.evidence.scan_sha256)
        empty = box is not None and box.load is DeclaredLoad.EMPTY
        low = high = 0.0
        if unclear or empty or declared is None or volume is None or fill.high <= 0:
            result, key = Result.CANNOT_TELL, "unclear"
        else:
            low = declared / (volume * fill.high)
            high = declared / (volume * fill.low) if fill.low > 0 else float("inf")
            if low > case.policy.limit(RULE.name, "most_kg_m3"):
                result, key = Result.MISMATCH, "too_dense"
            elif high < case.policy.limit(RULE.name, "least_kg_m3"):
                result, key = Result.MISMATCH, "too_light"
            else:
                result, key = Result.MATCH, "fits"
        share = f"{100 * fill.filled_share:.0f}"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="filled volume",
                expected="not declared" if declared is None else f"{declared:.0f} kg",
                observed=f"{share} % filled",
                sentence=say(
                    f"fill_declared.{key}", percent=share, declared=f"{declared or 0:.0f}"
                ),
                findings=(index,),
            )
        )
    return tuple(outcomes)
