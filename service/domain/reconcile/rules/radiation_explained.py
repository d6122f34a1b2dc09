"""Rule 26: radiation is absent, or the declared goods explain it."""

from __future__ import annotations

import math

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import (
    Passing,
    class_7_numbers,
    explaining_headings,
    natural_headings,
    outcome,
    passings,
)
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Channel, GrossCount, NuclideCategory, NuclideFound

RULE = Rule(number=25, name="radiation_explained", source=Source.RADIATION, version="2")
RULES = (RULE,)
_WEIGHTS = {
    NuclideCategory.NORM: "radiation_norm",
    NuclideCategory.MEDICAL: "radiation_medical",
}


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Every nuclide and natural series against the goods, and each gamma alarm by itself."""
    outcomes: list[RuleOutcome] = []
    for passing in passings(case):
        nuclides = [_nuclide(case, passing, i, n) for i, n in passing.nuclides]
        outcomes += nuclides
        outcomes += _gamma(case, passing, nuclides)
    counted = any(f.channel is Channel.GAMMA for _, f in case.findings(GrossCount))
    if Channel.GAMMA in case.policy.required_channels and not counted:
        outcomes.append(
            outcome(
                case,
                RULE,
                Result.CANNOT_TELL,
                subject="gamma",
                observed="no gamma count against a background",
                sentence=say("radiation_explained.not_counted"),
                weight="radiation_unexplained",
            )
        )
    return tuple(outcomes)


def _gamma(case: Case, passing: Passing, nuclides: list[RuleOutcome]) -> list[RuleOutcome]:
    outcomes = []
    for index, found in passing.gamma:
        peak, background = f"{found.peak_rate_cps:.0f}", f"{found.background_rate_cps:.0f}"
        rates = f"{peak} cps over {background} cps"
        said = say("term.rates", peak=peak, background=background)
        subject = f"gamma{passing.label}"
        if not math.isfinite(found.z):
            result = Result.CANNOT_TELL
            sentence = say("radiation_explained.no_result", of=passing.of)
        elif not found.alarm:
            result = Result.MATCH
            sentence = say(
                "radiation_explained.no_alarm", of=passing.of, rates=said, z=f"{found.z:.1f}"
            )
        elif any(one.result is not Result.MATCH for one in nuclides):
            # The nuclides that are not explained stand for the alarm.
            continue
        elif nuclides:
            names = ", ".join(dict.fromkeys(n.nuclide for _, n in passing.nuclides))
            result = Result.MATCH
            sentence = say(
                "radiation_explained.explained", of=passing.of, rates=said, nuclides=names
            )
        elif passing.excess and natural_headings(case):
            # Too weak to say which series, but nothing else than natural ones is needed.
            natural = not any(excess.unnatural for _, excess in passing.excess)
            result = Result.MATCH if natural else Result.MISMATCH
            heading = natural_headings(case)[0]
            key = "weak_natural" if natural else "not_natural"
            sentence = say(f"radiation_explained.{key}", of=passing.of, rates=said, heading=heading)
        elif class_7_numbers(case):
            result = Result.CANNOT_TELL
            sentence = say("radiation_explained.alarm_class_7", of=passing.of, rates=said)
        else:
            result = Result.MISMATCH
            z = f"{found.z:.1f}"
            sentence = say("radiation_explained.alarm", of=passing.of, rates=said, z=z)
        outcomes.append(
            outcome(
                case,
                RULE,
                result,
                subject=subject,
                observed=rates,
                sentence=sentence,
                findings=(index,),
                weight="radiation_unexplained",
            )
        )
    return outcomes


def _nuclide(case: Case, passing: Passing, index: int, found: NuclideFound) -> RuleOutcome:
    name = found.nuclide
    norm = found.category is NuclideCategory.NORM
    headings = explaining_headings(case, (name,))
    too_short = norm and any(case.policy.explains(name, hs) is None for hs in case.hs_codes)
    at_cab = any(place.at_cab for _, place in passing.places)
    if norm and headings:
        result = Result.MATCH
        sentence = say("radiation_explained.usual", nuclide=name, heading=headings[0])
    elif class_7_numbers(case):
        result = Result.CANNOT_TELL
        sentence = say("radiation_explained.nuclide_class_7", nuclide=name)
    elif norm and case.declaration is None:
        result = Result.CANNOT_TELL
        sentence = say("radiation_explained.natural_no_papers", nuclide=name)
    elif too_short:
        result = Result.CANNOT_TELL
        sentence = say("radiation_explained.natural_short_code", nuclide=name)
    elif norm:
        result = Result.MISMATCH
        sentence = say("radiation_explained.natural_undeclared", nuclide=name)
    elif found.category is NuclideCategory.MEDICAL:
        result = Result.MISMATCH
        where = "at_cab" if at_cab else "not_at_cab" if passing.places else "somewhere"
        sentence = say(f"radiation_explained.medical_{where}", nuclide=name)
    else:
        result = Result.MISMATCH
        sentence = say(
            "radiation_explained.undeclared",
            nuclide=name,
            category=say(f"term.nuclide.{found.category.value}"),
        )
    return outcome(
        case,
        RULE,
        result,
        subject=f"{name}{passing.label}",
        observed=f"{name} ({found.category.value})",
        sentence=sentence,
        findings=(index,),
        weight=_WEIGHTS.get(found.category, "radiation_source"),
    )
