"""Rule 25: neutrons are never innocent; no goods explain them."""

from __future__ import annotations

import math

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import class_7_numbers, outcome, passings
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Channel, GrossCount

RULE = Rule(number=26, name="radiation_neutron", source=Source.RADIATION)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Every neutron channel that counted; one that the policy requires must have."""
    outcomes = []
    counted = any(f.channel is Channel.NEUTRON for _, f in case.findings(GrossCount))
    if Channel.NEUTRON in case.policy.required_channels and not counted:
        outcomes.append(
            outcome(
                case,
                RULE,
                Result.CANNOT_TELL,
                subject="neutron",
                observed="no neutron count against a background",
                sentence=say("radiation_neutron.not_counted"),
                weight="neutron",
            )
        )
    for passing in passings(case):
        for index, found in passing.neutron:
            numbers = class_7_numbers(case)
            result, sentence = Result.MATCH, say("radiation_neutron.no_alarm", of=passing.of)
            if not math.isfinite(found.z):
                result = Result.CANNOT_TELL
                sentence = say("radiation_neutron.no_result", of=passing.of)
            elif found.alarm:
                result = Result.MISMATCH
                key = "alarm_class_7" if numbers else "alarm"
                sentence = say(
                    f"radiation_neutron.{key}",
                    of=passing.of,
                    z=f"{found.z:.1f}",
                    numbers=", ".join(numbers),
                )
            rates = f"{found.peak_rate_cps:.1f} cps over {found.background_rate_cps:.1f} cps"
            outcomes.append(
                outcome(
                    case,
                    RULE,
                    result,
                    subject=f"neutron{passing.label}",
                    observed=rates,
                    sentence=sentence,
                    findings=(index,),
                    weight="neutron",
                )
            )
    return tuple(outcomes)
