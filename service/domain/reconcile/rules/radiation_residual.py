"""Rule 27: nothing is left of an excess that natural potassium, radium and thorium do not make."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import (
    class_7_numbers,
    explaining_headings,
    outcome,
    passings,
)
from service.domain.reconcile.rule import Rule, Source
from service.domain.verdict import Result, RuleOutcome
from vision.findings import NuclideCategory

RULE = Rule(number=26, name="radiation_residual", source=Source.RADIATION)
RULES = (RULE,)
POTASSIUM = "K-40"


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Every alarm whose file has energies; an alarm without them cannot be told apart."""
    outcomes = []
    for passing in passings(case):
        if not passing.gamma_alarm:
            continue
        if not passing.excess:
            if any(found.occupancy for _, found in passing.gamma):
                outcomes.append(
                    outcome(
                        case,
                        RULE,
                        Result.CANNOT_TELL,
                        subject=f"residual{passing.label}",
                        observed="no energies in the file",
                        sentence=f"Gamma alarm{passing.label}, and no energies to tell what of.",
                        findings=tuple(index for index, _ in passing.gamma),
                    )
                )
            continue
        for index, excess in passing.excess:
            medical = [n for _, n in passing.nuclides if n.category is NuclideCategory.MEDICAL]
            observed = f"residual {excess.residual_z:.1f}"
            limit = excess.provenance.threshold or 0.0
            allowed = {n for n in case.policy.norm if explaining_headings(case, (n,))}
            only_potassium = allowed == {POTASSIUM} and excess.beyond_potassium_z >= limit
            weight = RULE.name
            if only_potassium and not excess.unnatural:
                result = Result.MISMATCH
                observed = f"beyond potassium {excess.beyond_potassium_z:.1f}"
                sentence = (
                    f"The declared goods bring potassium alone, and the excess{passing.label} "
                    "has more than that."
                )
            elif not excess.unnatural:
                result = Result.MATCH
                sentence = f"Natural series explain the whole excess{passing.label}."
            elif class_7_numbers(case):
                result = Result.CANNOT_TELL
                sentence = "More than natural radiation, and class 7 goods are declared."
            else:
                result = Result.MISMATCH
                sentence = (
                    f"Natural series do not explain the excess{passing.label}; what they leave "
                    f"looks most like {excess.closest}."
                )
                if medical:
                    # The nuclide has an outcome of its own, with the weight of a person.
                    weight = "radiation_medical"
            outcomes.append(
                outcome(
                    case,
                    RULE,
                    result,
                    subject=f"residual{passing.label}",
                    observed=observed,
                    sentence=sentence,
                    findings=(index,),
                    weight=weight,
                )
            )
    return tuple(outcomes)
