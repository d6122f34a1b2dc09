"""The owner prefix of a container code is registered (ISO 6346, kept by the BIC)."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.register_words import silent
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.register_statement import RegisterKind, Said
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Subject

RULE = Rule(number=1, name="owner_registered", source=Source.REGISTERS)
RULES = (RULE,)
PREFIX = 4


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where no such register is asked."""
    outcomes = []
    for code, pairs in case.by_text(Subject.CONTAINER_CODE).items():
        for said in case.said_of(code, RegisterKind.OWNER):
            result, observed = Result.CANNOT_TELL, said.said.value.replace("_", " ")
            sentence = silent(said)
            if said.said is Said.FOUND:
                result, observed = Result.MATCH, said.words or "registered"
                sentence = say(
                    "owner_registered.owned", code=code, prefix=code[:PREFIX], owner=said.words
                )
            elif said.said is Said.NOT_FOUND:
                result = Result.MISMATCH
                sentence = say("owner_registered.unowned", code=code, prefix=code[:PREFIX])
            outcomes.append(
                case.outcome(
                    RULE,
                    result,
                    subject=code,
                    expected="a registered owner",
                    observed=observed,
                    sentence=sentence,
                    source="photo",
                    findings=indexes(pairs),
                )
            )
    return tuple(outcomes)
