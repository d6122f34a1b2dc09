"""Rule 6: the bay plan discharges the container here."""

from __future__ import annotations

from service.domain.papers.movement import MovementEvent
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=6, name="stowed_here", source=Source.MOVEMENTS)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent without a bay plan. The policy's `here` names the port; without it nobody can tell.

    A restow or an order to discharge after the plan explains another port.
    """
    outcomes = []
    for box in case.papers.stowed:
        code, port = box.equipment.code, box.place_of_discharge.upper()
        changed = any(
            move.equipment.code == code
            and move.event in {MovementEvent.RESTOWED, MovementEvent.TO_DISCHARGE}
            for move in case.papers.movements
        )
        loads_here = box.place_of_loading.upper() in case.policy.here
        if not port or not case.policy.here:
            result, key = Result.CANNOT_TELL, "unknown_port"
        elif port in case.policy.here or loads_here:
            result, key = Result.MATCH, "here"
        elif changed:
            result, key = Result.CANNOT_TELL, "restowed"
        else:
            result, key = Result.MISMATCH, "elsewhere"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=code,
                expected=", ".join(sorted(case.policy.here)) or "no port in the policy",
                observed=port or "no port of discharge",
                sentence=say(f"stowed_here.{key}", code=code, port=port, slot=box.slot),
            )
        )
    return tuple(outcomes)
