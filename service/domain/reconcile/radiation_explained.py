"""Rules 25 and 26: radiation is absent, or the declared goods explain it."""

from __future__ import annotations

import math

from service.domain.reconcile.case import Case
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Channel, GrossCount, NuclideCategory, NuclideFound

RULE = "radiation_explained"
# UN numbers of class 7, radioactive material (ADR 2023, table A).
CLASS_7 = frozenset(
    {*(str(number) for number in range(2908, 2920)), "2977", "2978"}
    | {*(str(number) for number in range(3321, 3334)), "3507"}
)
_WEIGHTS = {Channel.GAMMA: "radiation_unexplained", Channel.NEUTRON: "neutron"}
_NUCLIDE_WEIGHTS = {
    NuclideCategory.NORM: "radiation_norm",
    NuclideCategory.MEDICAL: "radiation_medical",
}


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """NORM never explains neutrons, and nothing explains a nuclear nuclide but class 7."""
    counts = case.findings(GrossCount)
    nuclides = [_nuclide(case, index, found) for index, found in case.findings(NuclideFound)]
    outcomes = list(nuclides)
    for channel in case.policy.required_channels:
        if not any(found.channel is channel for _, found in counts):
            outcomes.append(_not_counted(case, channel))
    for index, found in counts:
        if not math.isfinite(found.z):
            outcomes.append(_no_result(case, index, found))
        elif found.channel is Channel.NEUTRON:
            outcomes.append(_neutron(case, index, found))
        elif not (found.alarm and any(o.result is not Result.MATCH for o in nuclides)):
            # Otherwise the nuclides that are not explained stand for the alarm.
            outcomes.append(_gamma(case, index, found, nuclides))
    return tuple(outcomes)


def _gamma(case: Case, index: int, found: GrossCount, nuclides: list[RuleOutcome]) -> RuleOutcome:
    rates = f"{found.peak_rate_cps:.0f} cps over {found.background_rate_cps:.0f} cps"
    measured = f"{rates} (z {found.z:.1f})"
    if not found.alarm:
        result, sentence = Result.MATCH, f"No gamma alarm: {measured}."
    elif nuclides:
        names = ", ".join(dict.fromkeys(outcome.subject for outcome in nuclides))
        result, sentence = Result.MATCH, f"Gamma alarm, {measured}: {names}, which is explained."
    else:
        result = Result.MISMATCH
        sentence = f"Gamma alarm, {measured}, and no nuclide explains it."
    return _of(
        case,
        result,
        subject="gamma",
        observed=rates,
        sentence=sentence,
        findings=(index,),
        weight="radiation_unexplained",
    )


def _neutron(case: Case, index: int, found: GrossCount) -> RuleOutcome:
    return _of(
        case,
        Result.MISMATCH if found.alarm else Result.MATCH,
        subject="neutron",
        observed=f"{found.peak_rate_cps:.1f} cps over {found.background_rate_cps:.1f} cps",
        sentence=f"Neutron alarm (z {found.z:.1f}): never innocent."
        if found.alarm
        else "No neutron alarm.",
        findings=(index,),
        weight="neutron",
    )


def _not_counted(case: Case, channel: Channel) -> RuleOutcome:
    return _of(
        case,
        Result.CANNOT_TELL,
        subject=channel.value,
        observed=f"no {channel.value} count against a background",
        sentence=f"Nothing tells whether there is more {channel.value} radiation than background.",
        findings=(),
        weight=_WEIGHTS[channel],
    )


def _no_result(case: Case, index: int, found: GrossCount) -> RuleOutcome:
    return _of(
        case,
        Result.CANNOT_TELL,
        subject=found.channel.value,
        observed=f"z {found.z}",
        sentence=f"The {found.channel.value} count gave no result.",
        findings=(index,),
        weight=_WEIGHTS[found.channel],
    )


def _nuclide(case: Case, index: int, found: NuclideFound) -> RuleOutcome:
    name = found.nuclide
    class_7 = any(goods.un_number in CLASS_7 for goods in case.goods)
    norm = found.category is NuclideCategory.NORM
    explained = {hs: case.policy.explains(name, hs) for hs in case.hs_codes} if norm else {}
    explaining = [hs for hs, explains in explained.items() if explains]
    if explaining:
        result = Result.MATCH
        sentence = f"{name} is usual in declared goods of heading {explaining[0][:4]}."
    elif class_7:
        result = Result.CANNOT_TELL
        sentence = f"{name}: class 7 goods are declared; whether these are they needs a person."
    elif norm and case.declaration is None:
        result = Result.CANNOT_TELL
        sentence = f"{name} (natural) was found; there is no declaration that could explain it."
    elif None in explained.values():
        result = Result.CANNOT_TELL
        sentence = f"{name} (natural) was found; the goods codes are too short to explain it."
    elif norm:
        result = Result.MISMATCH
        sentence = f"{name} (natural) was found, and no declared goods are known to contain it."
    elif found.category is NuclideCategory.MEDICAL:
        result = Result.MISMATCH
        sentence = f"{name} (medical) was found; a treated person in the cab is one explanation."
    else:
        result = Result.MISMATCH
        sentence = f"{name} ({found.category}) was found and is not declared."
    return _of(
        case,
        result,
        subject=name,
        observed=f"{name} ({found.category.value})",
        sentence=sentence,
        findings=(index,),
        weight=_NUCLIDE_WEIGHTS.get(found.category, "radiation_source"),
    )


def _of(
    case: Case,
    result: Result,
    *,
    subject: str,
    observed: str,
    sentence: str,
    findings: tuple[int, ...],
    weight: str,
) -> RuleOutcome:
    headings = sorted({hs[:4] for hs in case.hs_codes})
    return case.outcome(
        RULE,
        result,
        subject=subject,
        expected=f"goods {', '.join(headings)}" if headings else "background only",
        observed=observed,
        sentence=sentence,
        source="radiation",
        findings=findings,
        weight=weight,
    )
