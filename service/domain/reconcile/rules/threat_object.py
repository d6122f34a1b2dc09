"""Rule 19: an object of a class that has no place in a load."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.objects_case import (
    BAGS,
    DANGEROUS,
    ORDINARY,
    SHIELD,
    VEHICLE,
    objects,
)
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ObjectFound, ObjectsSought

RULE = Rule(number=19, name="threat_object", source=Source.XRAY, version="2")
RULES = (RULE,)
OTHER_RULES = BAGS | DANGEROUS | ORDINARY | {SHIELD, VEHICLE}


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where nobody looked for threats: a policy that needs it names this rule.

    The threshold of each class is the model's, chosen for a stated rate of false alarms per scan.
    Where the load hides too much, "nothing found" cannot tell.
    """
    labels = {found.label for _, found in case.findings(ObjectFound)} - OTHER_RULES
    outcomes = [
        case.outcome(
            RULE,
            Result.MISMATCH,
            subject=found.label,
            expected="no such object",
            observed=f"score {found.score:.2f} in {found.zone.value}",
            sentence=say("threat_object.found", label=found.label.replace("_", " ")),
            findings=(index,),
            score=found.score,
            limit=found.provenance.threshold,
        )
        for index, found in objects(case, *sorted(labels))
    ]
    if outcomes:
        return tuple(outcomes)
    # A detector of vehicles alone has not looked for what this rule is about.
    sought = [(i, s) for i, s in case.findings(ObjectsSought) if set(s.labels) - OTHER_RULES]
    if not sought and not labels:
        return ()
    visible = min((s.visible_share for _, s in sought), default=0.0)
    poor = any(case.too_poor(s.evidence.scan_sha256) for _, s in sought)
    clear = not poor and visible >= case.policy.limit(RULE.name, "visible_share")
    return (
        case.outcome(
            RULE,
            Result.MATCH if clear else Result.CANNOT_TELL,
            subject="objects",
            expected="no such object",
            observed=f"{100 * visible:.0f} % of the load can be looked through",
            sentence=say(
                "threat_object.nothing" if clear else "threat_object.hidden",
                percent=f"{100 * visible:.0f}",
            ),
            findings=tuple(index for index, _ in sought),
        ),
    )
