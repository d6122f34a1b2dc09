"""Rule 15: one load of a consignment looks unlike the others of it."""

from __future__ import annotations

from statistics import median

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import CargoEmbedding

RULE = Rule(number=15, name="lot_outlier", source=Source.HISTORY, calibrates="z")
RULES = (RULE,)
# Makes the median absolute deviation of normal values their standard deviation.
MAD_TO_SIGMA = 1.4826


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Robust z of this load's distance to the lot, against the distances within the lot.

    Distance of a load is one less its mean cosine to the others. Of one scanner only, and silent
    where the consignment has no other load; with fewer than `least` nobody can tell.
    """
    limits = case.policy.limits[RULE.name]
    outcomes = []
    for index, own in case.findings(CargoEmbedding):
        lot = [m.vector for m in case.history.lot if len(m.vector) == len(own.vector)]
        if not lot:
            continue
        score: float | None = None
        if len(lot) < limits["least"]:
            result, key = Result.CANNOT_TELL, "few"
        else:
            within = [_distance(one, [other for other in lot if other is not one]) for one in lot]
            middle = median(within)
            spread = MAD_TO_SIGMA * median(abs(value - middle) for value in within)
            score = (_distance(own.vector, lot) - middle) / max(spread, limits["least_spread"])
            usual = score < limits["z"]
            result, key = (Result.MATCH, "usual") if usual else (Result.MISMATCH, "unlike")
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="load within its consignment",
                expected=f"as the other {len(lot)}",
                observed="not compared" if score is None else f"z {score:.1f}",
                sentence=say(f"lot_outlier.{key}", count=len(lot)),
                findings=(index,),
                score=score,
                limit=limits["z"],
            )
        )
    return tuple(outcomes)


def _distance(one: tuple[float, ...], others: list[tuple[float, ...]]) -> float:
    cosines = [sum(a * b for a, b in zip(one, other, strict=True)) for other in others]
    return 1 - sum(cosines) / len(cosines)
