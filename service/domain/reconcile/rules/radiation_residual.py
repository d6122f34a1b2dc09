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
from service.domain.reconcile.words import say
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
                        sentence=say("radiation_residual.no_energies", of=passing.of),
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
                sentence = say("radiation_residual.beyond_potassium", of=passing.of)
            elif not excess.unnatural:
                result = Result.MATCH
                sentence = say("radiation_residual.natural", of=passing.of)
            elif class_7_numbers(case):
                result = Result.CANNOT_TELL
                sentence = say("radiation_residual.class_7")
            else:
                result = Result.MISMATCH
                sentence = say(
                    "radiation_residual.unnatural", of=passing.of, closest=excess.closest
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
