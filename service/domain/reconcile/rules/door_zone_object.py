"""Rule 17: something like a bag at the doors, where a rip-off load is put and taken."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.objects_case import BAGS, objects, was_sought
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Zone

RULE = Rule(number=17, name="door_zone_object", source=Source.XRAY)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where nobody looked for bags. One whose place in the vehicle is unclear cannot tell.

    Bags deep in the load are goods like any other.
    """
    found = objects(case, *BAGS)
    outcomes = []
    for index, bag in found:
        if bag.zone not in {Zone.DOOR, Zone.CANNOT_TELL}:
            continue
        at_door = bag.zone is Zone.DOOR
        outcomes.append(
            case.outcome(
                RULE,
                Result.MISMATCH if at_door else Result.CANNOT_TELL,
                subject="door zone",
                expected="nothing loose at the doors",
                observed=f"{bag.label} (score {bag.score:.2f})",
                sentence=say(f"door_zone_object.{'found' if at_door else 'unclear'}"),
                findings=(index,),
                score=bag.score,
                limit=bag.provenance.threshold,
            )
        )
    if outcomes or not was_sought(case, *BAGS):
        return tuple(outcomes)
    return (
        case.outcome(
            RULE,
            Result.MATCH,
            subject="door zone",
            expected="nothing loose at the doors",
            observed="nothing",
            sentence=say("door_zone_object.nothing"),
        ),
    )
