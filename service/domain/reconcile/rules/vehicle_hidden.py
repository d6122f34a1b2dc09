"""Rule 20: a vehicle in the load that nobody declared."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.objects_case import VEHICLE, objects, was_sought
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=20, name="vehicle_hidden", source=Source.XRAY)
RULES = (RULE,)
VEHICLES = frozenset({"8701", "8702", "8703", "8704", "8705", "8711"})
# Parts and bodies look like what they are parts of; household goods may come with a car.
MAY_LOOK_ALIKE = frozenset({"8706", "8707", "8708", "8714", "9905"})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where no detector of vehicles ran."""
    headings = {hs[:4] for hs in case.hs_codes}
    # A chapter alone does not say whether vehicles or parts.
    short = "87" in case.hs_codes
    expected = ", ".join(sorted(headings)) or "no goods code"
    outcomes = []
    for index, found in objects(case, VEHICLE):
        if headings & VEHICLES:
            result, key = Result.MATCH, "declared"
        elif headings & MAY_LOOK_ALIKE or short:
            result, key = Result.CANNOT_TELL, "parts"
        elif case.declaration is None:
            result, key = Result.CANNOT_TELL, "no_papers"
        else:
            result, key = Result.MISMATCH, "hidden"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="vehicle in the load",
                expected=expected,
                observed=f"vehicle (score {found.score:.2f})",
                sentence=say(f"vehicle_hidden.{key}"),
                findings=(index,),
                score=found.score,
                limit=found.provenance.threshold,
            )
        )
    if outcomes or not was_sought(case, VEHICLE):
        return tuple(outcomes)
    return (
        case.outcome(
            RULE,
            Result.MATCH,
            subject="vehicle in the load",
            expected=expected,
            observed="none",
            sentence=say("vehicle_hidden.none"),
        ),
    )
