"""Rule 1: the container code has a right check digit (ISO 6346)."""

from __future__ import annotations

from service.domain.reconcile.case import Case, edits, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import CheckDigit, Reading, Subject

RULE = Rule(number=1, name="number_valid", source=Source.PHOTO)
RULES = (RULE,)
VIEWS_THAT_CONFIRM = 2
MISREAD_EDITS = 2


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A wrong digit counts only if two views show it; one view may be a misread."""
    outcomes = []
    accepted = case.by_text(Subject.CONTAINER_CODE)
    for code, pairs in accepted.items():
        seen = any(r.check_digit is CheckDigit.CORRECT for _, r in pairs)
        outcomes.append(
            case.outcome(
                RULE,
                Result.MATCH if seen else Result.CANNOT_TELL,
                subject=code,
                expected="check digit by ISO 6346",
                observed="correct" if seen else "check digit not seen",
                sentence=say("number_valid.right" if seen else "number_valid.unseen", code=code),
                source="photo",
                findings=indexes(pairs),
            )
        )
    doubtful: dict[str, list[tuple[int, Reading]]] = {}
    for index, reading in case.readings(Subject.CONTAINER_CODE, accepted=False):
        wrong = reading.check_digit is CheckDigit.WRONG
        if wrong and all(edits(reading.text, code) > MISREAD_EDITS for code in accepted):
            doubtful.setdefault(reading.text, []).append((index, reading))
    for code, pairs in doubtful.items():
        views = {reading.evidence.scan_sha256 for _, reading in pairs}
        confirmed = len(views) >= VIEWS_THAT_CONFIRM
        outcomes.append(
            case.outcome(
                RULE,
                Result.MISMATCH if confirmed else Result.CANNOT_TELL,
                subject=code,
                expected="check digit by ISO 6346",
                observed="wrong",
                sentence=say(
                    "number_valid.wrong" if confirmed else "number_valid.misread", code=code
                ),
                source="photo",
                findings=indexes(pairs),
            )
        )
    return tuple(outcomes) or (_nothing_read(case),)


def _nothing_read(case: Case) -> RuleOutcome:
    return case.outcome(
        RULE,
        Result.CANNOT_TELL,
        subject="container number",
        expected="check digit by ISO 6346",
        observed="not read",
        sentence=say("number_valid.nothing"),
        source="photo",
    )
