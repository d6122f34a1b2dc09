"""Rule 10: the mass that the X-ray image shows is the declared one."""

from __future__ import annotations

import math

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.rules.mass_on_scale import declared_mass_kg
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import MassEstimate

RULE = Rule(number=10, name="mass_by_xray", source=Source.XRAY, calibrates="z")
RULES = (RULE,)
# Half a width of a 90 % interval, in standard deviations.
HALF_WIDTH_90 = 1.645


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Z of estimate against declaration, with the spread of both. Silent without an estimate.

    A view shows all containers, so their masses are compared as a sum; a view in which one of
    them could not be estimated says nothing. Never is the declared mass put in for a missing one.
    """
    views: dict[str, list[tuple[int, MassEstimate]]] = {}
    for index, mass in case.findings(MassEstimate):
        views.setdefault(mass.evidence.scan_sha256, []).append((index, mass))
    return tuple(_view(case, sha256, pairs) for sha256, pairs in views.items())


def _view(case: Case, sha256: str, pairs: list[tuple[int, MassEstimate]]) -> RuleOutcome:
    declared = declared_mass_kg(case, None)
    masses = [mass.mass_kg for _, mass in pairs]
    estimate = sum(mass for mass in masses if mass is not None)
    spread = math.hypot(
        *((mass.high_kg - mass.low_kg) / 2 / HALF_WIDTH_90 for _, mass in pairs),
        case.policy.limit(RULE.name, "declared_share") * (declared or 0.0),
    )
    limit = case.policy.limit(RULE.name, "z")
    score: float | None = None
    if declared is None:
        result, key = Result.CANNOT_TELL, "not_declared"
    elif None in masses or len(pairs) < len(case.declared) or case.too_poor(sha256):
        result, key = Result.CANNOT_TELL, "not_measured"
    else:
        score = abs(estimate - declared) / max(spread, 1.0)
        if score <= limit:
            result, key = Result.MATCH, "same"
        else:
            result, key = Result.MISMATCH, "heavier" if estimate > declared else "lighter"
    return case.outcome(
        RULE,
        result,
        subject="mass of the load",
        expected="not declared" if declared is None else f"{declared:.0f} kg",
        observed="not measured" if None in masses else f"{estimate:.0f} kg ± {spread:.0f}",
        sentence=say(
            f"mass_by_xray.{key}",
            declared=f"{declared or 0:.0f}",
            measured=f"{estimate:.0f}",
            spread=f"{spread:.0f}",
        ),
        findings=tuple(index for index, _ in pairs),
        score=score,
        limit=limit,
    )
