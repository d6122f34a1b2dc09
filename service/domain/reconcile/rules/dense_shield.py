"""Rule 28: a dense block that could shield a source, and what the portal counted beside it."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.objects_case import SHIELD, objects, was_sought
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Channel, GrossCount

RULE = Rule(number=28, name="dense_shield", source=Source.XRAY)
RULES = (RULE,)
# Lead, tungsten and other heavy metals, machinery and vehicles: dense blocks are their business.
DENSE_CHAPTERS = frozenset({"72", "73", "74", "75", "78", "79", "80", "81", "84", "85", "86", "87"})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A block alone is strange, a block with any excess of gamma or a neutron alarm holds.

    The excess need not alarm: a shielded source gives less than the threshold by design.
    """
    chapters = {hs[:2] for hs in case.hs_codes}
    counts = case.findings(GrossCount)
    weak_z = case.policy.limit(RULE.name, "weak_z")
    radiates = [
        index
        for index, count in counts
        if count.alarm or (count.channel is Channel.GAMMA and count.z >= weak_z)
    ]
    outcomes = []
    for index, found in objects(case, SHIELD):
        if radiates:
            result, key, weight = Result.MISMATCH, "radiates", "dense_shield_radiates"
        elif chapters & DENSE_CHAPTERS:
            result, key, weight = Result.MATCH, "declared", None
        elif not counts:
            result, key, weight = Result.CANNOT_TELL, "not_counted", None
        else:
            result, key, weight = Result.MISMATCH, "alone", None
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="dense block",
                expected=", ".join(sorted(chapters)) or "no goods code",
                observed=f"dense block (score {found.score:.2f})",
                sentence=say(f"dense_shield.{key}"),
                findings=(index, *radiates),
                weight=weight,
                score=found.score,
                limit=found.provenance.threshold,
            )
        )
    if outcomes or not was_sought(case, SHIELD):
        return tuple(outcomes)
    return (
        case.outcome(
            RULE,
            Result.MATCH,
            subject="dense block",
            expected="none",
            observed="none",
            sentence=say("dense_shield.none"),
        ),
    )
