"""Rule 37: a scan that was ordered has not been made in time."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=37, name="missed_scan", source=Source.HISTORY)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent without an order. Before it is due, a scan that is not there may still come."""
    outcomes = []
    for order in case.history.selections:
        made = case.analysis.complete_for(order.sensor)
        late = case.captured_at is not None and case.captured_at > order.due
        if made:
            result, key = Result.MATCH, "made"
        elif late:
            result, key = Result.MISMATCH, "missed"
        else:
            result, key = Result.CANNOT_TELL, "open"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=f"{order.subject} {order.sensor.value}",
                expected=f"by {order.due:%Y-%m-%d %H:%M}",
                observed="made" if made else "not made",
                sentence=say(
                    f"missed_scan.{key}",
                    subject=order.subject,
                    sensor=say(f"term.sensor.{order.sensor.value}"),
                    due=f"{order.due:%Y-%m-%d %H:%M}",
                ),
            )
        )
    return tuple(outcomes)
