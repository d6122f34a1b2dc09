"""Rule 28: natural goods fill their load; a natural nuclide in one place is something else."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import (
    Passing,
    explaining_headings,
    outcome,
    passings,
)
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Extent, NuclideCategory, SourceLocated

RULE = Rule(number=25, name="radiation_spread", source=Source.RADIATION)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Every alarm that is natural and that declared goods would explain.

    A weak alarm, or a vehicle hardly longer than what a portal blurs, has no clear extent; with
    nothing against it that is a match. Shadows that are not known bend the profile of a weak alarm
    as much as a point would.
    """
    outcomes = []
    for passing in passings(case):
        if not _is_natural(case, passing):
            continue
        for index, place in passing.places:
            percent = f"{100 * place.position:.0f}"
            where = f"{percent} % of the vehicle's length"
            weak = all(found.z < case.policy.radiation.weak_z for _, found in passing.gamma)
            if place.extent is Extent.POINT and not weak:
                result = Result.MISMATCH
                sentence = say("radiation_spread.one_place", of=passing.of, percent=percent)
            elif place.extent is Extent.CARGO_LONG:
                result = Result.MATCH
                sentence = say("radiation_spread.spread", of=passing.of)
            elif weak or _is_short(case, place):
                result = Result.MATCH
                key = "weak" if weak else "short_vehicle"
                sentence = say(f"radiation_spread.{key}", of=passing.of)
            else:
                result = Result.CANNOT_TELL
                sentence = say("radiation_spread.unclear", of=passing.of)
            outcomes.append(
                outcome(
                    case,
                    RULE,
                    result,
                    subject=f"extent{passing.label}",
                    expected="spread over the load",
                    observed=f"{place.extent.value.replace('_', ' ')} at {where}",
                    sentence=sentence,
                    findings=(index,),
                )
            )
    return tuple(outcomes)


def _is_short(case: Case, place: SourceLocated) -> bool:
    return place.vehicle_m is not None and place.vehicle_m < case.policy.radiation.short_vehicle_m


def _is_natural(case: Case, passing: Passing) -> bool:
    if not passing.gamma_alarm:
        return False
    others = [n for _, n in passing.nuclides if n.category is not NuclideCategory.NORM]
    natural = passing.series or (
        passing.excess and not any(excess.unnatural for _, excess in passing.excess)
    )
    headings = explaining_headings(case, passing.series or case.policy.norm)
    return bool(natural) and not others and bool(headings)
