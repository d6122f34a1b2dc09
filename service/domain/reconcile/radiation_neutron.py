"""Rule 25: neutrons are never innocent; no goods explain them."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import class_7_numbers, outcome, passings
from service.domain.verdict import Result, RuleOutcome

RULE = "radiation_neutron"
VERSION = "1"


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Every neutron channel that counted; without one there is nothing to judge."""
    outcomes = []
    for passing in passings(case):
        for index, found in passing.neutron:
            numbers = class_7_numbers(case)
            also = f" Class 7 is declared (UN {', '.join(numbers)})." if numbers else ""
            alarm = f"Neutron alarm{passing.label} (z {found.z:.1f}): never innocent.{also}"
            rates = f"{found.peak_rate_cps:.1f} cps over {found.background_rate_cps:.1f} cps"
            outcomes.append(
                outcome(
                    case,
                    RULE,
                    VERSION,
                    Result.MISMATCH if found.alarm else Result.MATCH,
                    subject=f"neutron{passing.label}",
                    expected="background only",
                    observed=rates,
                    sentence=alarm if found.alarm else f"No neutron alarm{passing.label}.",
                    findings=(index,),
                    weight="neutron",
                )
            )
    return tuple(outcomes)
