"""Rule 5: the size-type code on the container is the declared one."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Subject

RULE = Rule(number=5, name="size_type_declared", source=Source.PHOTO)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Only photographs that show the container's own number speak of it."""
    codes = case.readings(Subject.CONTAINER_CODE)
    sizes = case.readings(Subject.SIZE_TYPE)
    outcomes = []
    for box in case.declared:
        if box.size_type is None:
            continue
        photos = {r.evidence.scan_sha256 for _, r in codes if r.text == box.code}
        other = {r.evidence.scan_sha256 for _, r in codes if r.text != box.code}
        seen = [(i, r) for i, r in sizes if r.evidence.scan_sha256 in photos - other]
        texts = sorted({r.text for _, r in seen})
        if not seen:
            result, sentence = Result.CANNOT_TELL, say("size_type_declared.unread", code=box.code)
        elif box.size_type in texts:
            result = Result.MATCH
            sentence = say("size_type_declared.same", code=box.code, declared=box.size_type)
        else:
            result = Result.MISMATCH
            shown = ", ".join(texts)
            sentence = say(
                "size_type_declared.other", code=box.code, read=shown, declared=box.size_type
            )
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=box.code,
                expected=box.size_type,
                observed=", ".join(texts) or "not read",
                sentence=sentence,
                source="photo",
                findings=indexes(seen),
            )
        )
    return tuple(outcomes) or (_not_stated(case),)


def _not_stated(case: Case) -> RuleOutcome:
    read = case.readings(Subject.SIZE_TYPE)
    sentence = say("size_type_declared.not_stated" if case.declaration else "papers.none")
    return case.outcome(
        RULE,
        Result.CANNOT_TELL,
        subject="size and type",
        expected="not stated" if case.declaration else "no declaration",
        observed=", ".join(sorted({reading.text for _, reading in read})) or "not read",
        sentence=sentence,
        source="photo",
        findings=indexes(read),
    )
