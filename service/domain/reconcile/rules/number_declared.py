"""Rule 2: the containers that are there are the ones that were declared."""

from __future__ import annotations

from service.domain.reconcile.case import Case, edits, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome, Sentence
from vision.findings import CheckDigit, Subject

RULE = Rule(number=2, name="number_declared", source=Source.PHOTO)
RULES = (RULE,)
MISREAD_EDITS = 2


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A number without a seen check digit that is close to a declared one may be misread."""
    declared = [box.code for box in case.declared]
    expected = ", ".join(declared) or "no container declared"
    read = case.by_text(Subject.CONTAINER_CODE)
    if case.declaration is None:
        return (_cannot(case, "no declaration", say("papers.none")),)
    if not read:
        sentence = say("number_declared.unread")
        return (_cannot(case, expected, sentence),)
    outcomes = []
    for code, pairs in read.items():
        confirmed = any(r.check_digit is CheckDigit.CORRECT for _, r in pairs)
        nearest = min((edits(code, d) for d in declared), default=99)
        if code in declared:
            result, sentence = Result.MATCH, say("number_declared.declared", code=code)
        elif not confirmed and nearest <= MISREAD_EDITS:
            result = Result.CANNOT_TELL
            sentence = say("number_declared.close", code=code)
        else:
            result = Result.MISMATCH
            key = "other" if declared else "none_declared"
            sentence = say(f"number_declared.{key}", code=code, declared=expected)
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=code,
                expected=expected,
                observed=code,
                sentence=sentence,
                source="photo",
                findings=indexes(pairs),
            )
        )
    # Where a number was contradicted or perhaps misread, that says it already.
    if all(outcome.result is Result.MATCH for outcome in outcomes):
        missing = [code for code in declared if code not in read]
        outcomes += [
            _cannot(case, code, say("number_declared.missing", code=code)) for code in missing
        ]
    return tuple(outcomes)


def _cannot(case: Case, expected: str, sentence: Sentence) -> RuleOutcome:
    return case.outcome(
        RULE,
        Result.CANNOT_TELL,
        subject="container number",
        expected=expected,
        observed="not read",
        sentence=sentence,
        source="photo",
    )
