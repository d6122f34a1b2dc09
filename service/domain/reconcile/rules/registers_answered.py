"""Every register that the policy requires has answered about everything that it must know."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.register_words import name_of, silent
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say, together
from service.domain.register_statement import REGISTERS, RegisterKind
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Subject

RULE = Rule(number=21, name="registers_answered", source=Source.REGISTERS)
RULES = (RULE,)
_ABOUT = {
    RegisterKind.VEHICLE: Subject.PLATE,
    RegisterKind.SOUGHT: Subject.PLATE,
    RegisterKind.OWNER: Subject.CONTAINER_CODE,
}


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """What is not configured, or had nothing to be asked about, has not answered either.

    What it answered is for other rules; an answer that is bad news is an answer.
    """
    return tuple(_outcome(case, register) for register in case.policy.required_registers)


def _outcome(case: Case, register: str) -> RuleOutcome:
    kind = REGISTERS[register]
    own = [said for said in case.statements if said.register == register]
    wanted = set(case.by_text(_ABOUT[kind])) if kind in _ABOUT else {s.subject for s in own}
    asked = {said.subject: said for said in own}
    missing = sorted(wanted - set(asked))
    mute = [s for s in asked.values() if s.subject in wanted and not s.answered]
    if not wanted or missing:
        result, observed = Result.CANNOT_TELL, "not asked"
        key = "not_asked" if missing else "nothing_to_ask"
        sentence = say(
            f"registers_answered.{key}", register=name_of(kind, register), about=", ".join(missing)
        )
    elif mute:
        result, observed = Result.CANNOT_TELL, f"{len(mute)} of {len(wanted)} not answered"
        sentence = together([silent(said) for said in mute])
    else:
        result, observed = Result.MATCH, "answered"
        sentence = say("registers_answered.answered", register=name_of(kind, register))
    return case.outcome(
        RULE,
        result,
        subject=register,
        expected="an answer",
        observed=observed,
        sentence=sentence,
        source="papers",
    )
