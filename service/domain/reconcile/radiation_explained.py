"""Rules 25 and 26: radiation is absent, or the declared goods explain it."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Channel, GrossCount, NuclideCategory, NuclideFound

RULE = "radiation_explained"
# UN numbers of class 7, radioactive material (ADR 2023, table A).
CLASS_7 = frozenset(
    {*(str(number) for number in range(2908, 2920)), "2977", "2978"}
    | {*(str(number) for number in range(3321, 3334)), "3507"}
)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """NORM never explains neutrons, and nothing explains a nuclear nuclide but class 7."""
    counts = case.findings(GrossCount)
    outcomes = [_neutron(case, index, f) for index, f in counts if f.channel is Channel.NEUTRON]
    gamma = [(index, f) for index, f in counts if f.channel is Channel.GAMMA]
    nuclides = case.findings(NuclideFound)
    outcomes += [_nuclide(case, index, found) for index, found in nuclides]
    if not gamma:
        outcomes.append(
            _of(
                case,
                Result.CANNOT_TELL,
                subject="gamma",
                observed="no gross count against a background",
                sentence="Nothing tells whether there is more radiation than background.",
                findings=(),
                weight="radiation_unexplained",
            )
        )
    for index, found in gamma:
        rates = f"{found.peak_rate_cps:.0f} cps over {found.background_rate_cps:.0f} cps"
        if found.alarm and nuclides:
            continue
        outcomes.append(
            _of(
                case,
                Result.MISMATCH if found.alarm else Result.MATCH,
                subject="gamma",
                observed=rates,
                sentence=f"Gamma alarm, {rates} (z {found.z:.1f}), and no nuclide explains it."
                if found.alarm
                else f"No gamma alarm: {rates} (z {found.z:.1f}).",
                findings=(index,),
                weight="radiation_unexplained",
            )
        )
    return tuple(outcomes)


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


def _nuclide(case: Case, index: int, found: NuclideFound) -> RuleOutcome:
    name = found.nuclide
    explaining = [hs for hs in case.hs_codes if case.policy.explains(name, hs)]
    class_7 = any(goods.un_number in CLASS_7 for goods in case.goods)
    norm = found.category is NuclideCategory.NORM
    weight = {
        NuclideCategory.NORM: "radiation_norm",
        NuclideCategory.MEDICAL: "radiation_medical",
    }.get(found.category, "radiation_source")
    if norm and explaining:
        result = Result.MATCH
        sentence = f"{name} is usual in declared goods of heading {explaining[0][:4]}."
    elif class_7:
        result = Result.CANNOT_TELL
        sentence = f"{name}: class 7 goods are declared; whether these are they needs a person."
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
        weight=weight,
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
