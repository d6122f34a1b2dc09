"""All rules, and the verdict that their outcomes add up to."""

from __future__ import annotations

from service.domain.learning.sampling import is_chosen
from service.domain.reconcile.case import Case
from service.domain.reconcile.fusion import suspicion_of
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.rules import (
    MODULES,
    evidence_complete,
    radiation_class7,
    radiation_intensity,
    radiation_missing,
    radiation_neutron,
    radiation_residual,
    radiation_spread,
    registers_answered,
)
from service.domain.reconcile.words import render, say
from service.domain.verdict import Advice, Result, RuleOutcome, Sentence, Severity, Verdict

INDEPENDENT_SOURCES = 2
CHOSEN_AT_RANDOM = "verdict.chosen_at_random"
# Silent without an alarm, so a release cannot need them; in doubt they refuse it.
KEEPS = frozenset(
    rule.RULE.name
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
    required sensor is missing, and nothing of any sensor has failed. Everything else is REVIEW,
    and so is what would be HOLD were no rule advisory: a rule that is only shown can spare a
    vehicle the HOLD, never a person's look.
    """
    outcomes = tuple(
        outcome
        for module in MODULES
        for outcome in module.judge(case)
        if outcome.rule not in case.policy.off
    )
    said_wrong = sorted(
        (o for o in outcomes if o.result is Result.MISMATCH), key=lambda o: -o.severity
    )
    mismatches = [o for o in said_wrong if not o.advisory]
    refusals = blocking(case.policy, outcomes)
    if _holds(mismatches):
        advice = Advice.HOLD
    elif mismatches or refusals:
        advice = Advice.REVIEW
    elif _holds(said_wrong):
        advice = Advice.REVIEW
        refusals = [
            _reason(say("verdict.advisory_holds")),
            *((o.sentence, o.said) for o in said_wrong),
        ]
    else:
        advice = Advice.RELEASE
    reasons = [(o.sentence, o.said) for o in mismatches] + refusals
    rate = case.policy.random_control
    chosen = bool(case.inspection_id) and is_chosen(
        case.inspection_id, rate=rate, salt=case.policy.salt
    )
    if chosen and advice is Advice.RELEASE:
        advice = Advice.REVIEW
        reasons.append(_reason(say(CHOSEN_AT_RANDOM)))
    said = dict(reasons or [_reason(say("verdict.agrees"))])
    return Verdict(
        advice=advice,
        reasons=tuple(said),
        said=tuple(said.values()),
        outcomes=outcomes,
        policy=case.policy.label,
        suspicion=suspicion_of(outcomes, case.policy.weights),
        chosen_at_random=rate if chosen else None,
        declaration_version=case.declaration.version if case.declaration else None,
    )


def _holds(mismatches: list[RuleOutcome]) -> bool:
    serious = {o.source for o in mismatches if o.severity >= Severity.SERIOUS}
    hold_now = any(o.severity is Severity.HOLD_NOW for o in mismatches)
    return hold_now or len(serious) >= INDEPENDENT_SOURCES


Reason = tuple[str, Sentence | None]


def _reason(sentence: Sentence) -> Reason:
    return render(sentence), sentence


def blocking(policy: Policy, outcomes: tuple[RuleOutcome, ...]) -> list[Reason]:
    """Why there is no release although nothing mismatches.

    Evidence and required registers always count, whatever the policy needs. A rule that is only
    advisory moves no vehicle to HOLD, but what a release needs it can still refuse.
    """
    reasons = []
    always = {evidence_complete.RULE.name, registers_answered.RULE.name}
    for rule in sorted({*policy.release_needs} | always):
        own = [o for o in outcomes if o.rule == rule]
        if not own and rule in policy.release_needs:
            reasons.append(_reason(say("verdict.not_judged", rule=rule)))
        reasons += [(o.sentence, o.said) for o in own if _refuses(o)]
    # What a rule that need not speak could not tell keeps a vehicle all the same.
    reasons += [
        (o.sentence, o.said)
        for o in outcomes
        if o.rule in KEEPS and o.rule not in policy.release_needs and _refuses(o)
    ]
    return reasons


def _refuses(outcome: RuleOutcome) -> bool:
    in_doubt = outcome.result is Result.CANNOT_TELL
    return in_doubt or (outcome.advisory and outcome.result is Result.MISMATCH)
