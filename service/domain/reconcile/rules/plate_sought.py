"""The plate is not sought by the police: asked anew for every inspection."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.register_words import silent
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.register_statement import RegisterKind, Said
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Subject

RULE = Rule(number=23, name="plate_sought", source=Source.REGISTERS)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where no such register is asked. No answer is never "no hit"."""
    outcomes = []
    for plate, pairs in case.by_text(Subject.PLATE).items():
        for said in case.said_of(plate, RegisterKind.SOUGHT):
            result, weight, observed = Result.CANNOT_TELL, None, said.said.value.replace("_", " ")
            sentence = silent(said)
            if said.said is Said.HIT:
                result, weight = Result.MISMATCH, "plate_stolen"
                sentence = say("plate_sought.hit", plate=plate)
            elif said.said is Said.NO_HIT:
                result = Result.MATCH
                sentence = say("plate_sought.no_hit", plate=plate)
            outcomes.append(
                case.outcome(
                    RULE,
                    result,
                    subject=plate,
                    expected="no hit",
                    observed=observed,
                    sentence=sentence,
                    source="papers",
                    findings=indexes(pairs),
                    weight=weight,
                )
            )
    return tuple(outcomes)
