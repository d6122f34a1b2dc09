"""Rule 40: one weighing of one vehicle at one time belongs to the visit."""

from __future__ import annotations

from service.domain.papers.measurement import MassMethod
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=40, name="visit_joined", source=Source.MOVEMENTS, version="2")
RULES = (RULE,)
ON_SITE = frozenset({MassMethod.WEIGHBRIDGE, MassMethod.AXLE_SCALE})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Two tickets that disagree on the mass of one visit cannot both be its own.

    One that names no vehicle was joined by its time alone, and may be of the truck behind.
    """
    tickets = [w for w in case.papers.weighings if w.method in ON_SITE and not w.container_code]
    if not tickets:
        return ()
    masses = [ticket.gross_kg for ticket in tickets]
    apart = max(masses) - min(masses)
    limit = case.policy.limit(RULE.name, "kg")
    if len(tickets) == 1 or apart <= limit:
        result, key = Result.MATCH, "one" if len(tickets) == 1 else "same"
    elif all(ticket.plates for ticket in tickets):
        result, key = Result.MISMATCH, "several"
    else:
        result, key = Result.CANNOT_TELL, "unclear"
    return (
        case.outcome(
            RULE,
            result,
            subject="weighbridge tickets",
            expected="one vehicle",
            observed=", ".join(f"{mass:.0f} kg" for mass in masses),
            sentence=say(
                f"visit_joined.{key}",
                count=len(tickets),
                masses=", ".join(f"{mass:.0f}" for mass in masses),
            ),
            score=apart,
            limit=limit,
        ),
    )
