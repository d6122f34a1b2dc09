"""Rule 29: orange plates and placards on the vehicle against declared dangerous goods."""

from __future__ import annotations

from service.domain.declaration import DeclaredLoad
from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Reading, Subject

RULE = Rule(number=29, name="placards_declared", source=Source.PHOTO)
RULES = (RULE,)
Pairs = list[tuple[int, Reading]]


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Both ways: shown and not declared, declared and not shown.

    An empty vehicle that was not cleaned keeps its placards (ADR 5.3.1.6), so on a load that is
    declared empty they prove nothing. What no view shows may be on a side that none looked at.
    """
    declared = {goods.un_number for goods in case.goods if goods.un_number}
    plates, placards = case.by_text(Subject.ORANGE_PLATE), case.by_text(Subject.PLACARD)
    outcomes = [_plate(case, text, pairs, declared) for text, pairs in plates.items()]
    if not plates:
        outcomes += [_placard(case, text, pairs, declared) for text, pairs in placards.items()]
    shown = {_un_number(text) for text in plates}
    outcomes += [
        _outcome(case, number, Result.CANNOT_TELL, "not_shown", [], declared)
        for number in sorted(declared - shown)
    ]
    return tuple(outcomes)


def _plate(case: Case, text: str, pairs: Pairs, declared: set[str]) -> RuleOutcome:
    number = _un_number(text)
    if number in declared:
        return _outcome(case, number, Result.MATCH, "declared", pairs, declared)
    if case.declaration is None:
        return _outcome(case, number, Result.CANNOT_TELL, "no_papers", pairs, declared)
    if _empty(case):
        return _outcome(case, number, Result.CANNOT_TELL, "empty", pairs, declared)
    return _outcome(case, number, Result.MISMATCH, "undeclared", pairs, declared)


def _placard(case: Case, text: str, pairs: Pairs, declared: set[str]) -> RuleOutcome:
    """A placard shows a class; with any dangerous goods declared, which class is for a person."""
    if case.declaration is None:
        return _outcome(case, text, Result.CANNOT_TELL, "no_papers", pairs, declared)
    if declared:
        return _outcome(case, text, Result.CANNOT_TELL, "class_shown", pairs, declared)
    if _empty(case):
        return _outcome(case, text, Result.CANNOT_TELL, "empty", pairs, declared)
    return _outcome(case, text, Result.MISMATCH, "class_undeclared", pairs, declared)


def _outcome(  # noqa: PLR0917 - the parts of one outcome
    case: Case, shown: str, result: Result, key: str, pairs: Pairs, declared: set[str]
) -> RuleOutcome:
    return case.outcome(
        RULE,
        result,
        subject=f"dangerous goods {shown}",
        expected=", ".join(f"UN {number}" for number in sorted(declared)) or "none declared",
        observed=shown if pairs else "not shown",
        sentence=say(f"placards_declared.{key}", shown=shown),
        findings=indexes(pairs),
    )


def _un_number(text: str) -> str:
    return text.rpartition("/")[2]


def _empty(case: Case) -> bool:
    return bool(case.declared) and all(box.load is DeclaredLoad.EMPTY for box in case.declared)
