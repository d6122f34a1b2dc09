"""All rules, and the verdict that their outcomes add up to."""

from __future__ import annotations

from service.domain.reconcile import (
    evidence_complete,
    load_declared,
    number_declared,
    number_valid,
    owner_registered,
    plate_registered,
    plate_sought,
    radiation_background,
    radiation_class7,
    radiation_explained,
    radiation_intensity,
    radiation_missing,
    radiation_neutron,
    radiation_residual,
    radiation_spread,
    registers_answered,
    scan_quality,
    size_type_declared,
    views_agree,
)
from service.domain.reconcile.case import Case
from service.domain.verdict import Advice, Result, RuleOutcome, Severity, Verdict

RULES = (
    number_valid,
    number_declared,
    views_agree,
    size_type_declared,
    load_declared,
    owner_registered,
    plate_registered,
    plate_sought,
    radiation_neutron,
    radiation_explained,
    radiation_residual,
    radiation_spread,
    radiation_intensity,
    radiation_missing,
    radiation_class7,
    radiation_background,
    scan_quality,
    evidence_complete,
    registers_answered,
)
INDEPENDENT_SOURCES = 2
# Silent without an alarm, so a release cannot need them; in doubt they refuse it.
KEEPS = frozenset(
    rule.RULE
    for rule in (
        radiation_neutron,
        radiation_residual,
        radiation_spread,
        radiation_intensity,
        radiation_missing,
        radiation_class7,
    )
)


def reach_verdict(case: Case) -> Verdict:
    """HOLD for one mismatch of severity 4, or serious ones from two independent sources.

    RELEASE only if nothing mismatches, everything that the policy needs says "match", no
    required sensor is missing, and nothing of any sensor has failed. Everything else is REVIEW.
    """
    outcomes = tuple(outcome for rule in RULES for outcome in rule.judge(case))
    mismatches = sorted(
        (o for o in outcomes if o.result is Result.MISMATCH), key=lambda o: -o.severity
    )
    serious = {o.source for o in mismatches if o.severity >= Severity.SERIOUS}
    blocking = _blocking(case, outcomes)
    if (
        any(o.severity is Severity.HOLD_NOW for o in mismatches)
        or len(serious) >= INDEPENDENT_SOURCES
    ):
        advice = Advice.HOLD
    elif mismatches or blocking:
        advice = Advice.REVIEW
    else:
        advice = Advice.RELEASE
    reasons = [o.sentence for o in mismatches] + blocking
    if not reasons:
        reasons = ["Everything that was checked agrees with the papers."]
    return Verdict(
        advice=advice,
        reasons=tuple(dict.fromkeys(reasons)),
        outcomes=outcomes,
        policy=case.policy.label,
        declaration_version=case.declaration.version if case.declaration else None,
    )


def _blocking(case: Case, outcomes: tuple[RuleOutcome, ...]) -> list[str]:
    """Why there is no release although nothing mismatches.

    Evidence and required registers always count, whatever the policy needs.
    """
    reasons = []
    always = {evidence_complete.RULE, registers_answered.RULE}
    for rule in sorted({*case.policy.release_needs} | always):
        own = [o for o in outcomes if o.rule == rule]
        if not own and rule in case.policy.release_needs:
            reasons.append(f"Rule {rule} had nothing to judge.")
        reasons += [o.sentence for o in own if o.result is Result.CANNOT_TELL]
    # What a rule that need not speak could not tell keeps a vehicle all the same.
    reasons += [
        o.sentence
        for o in outcomes
        if o.rule in KEEPS
        and o.rule not in case.policy.release_needs
        and o.result is Result.CANNOT_TELL
    ]
    return reasons
