"""Rule 3: all views of the vehicle show the same numbers."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Reading, Subject

RULE = Rule(number=3, name="views_agree", source=Source.PHOTO)
RULES = (RULE,)
# A plate on the tractor and one on the trailer.
PLATES = 2
Read = dict[str, list[tuple[int, Reading]]]


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """More different numbers than there are containers (or plates: two) do not agree.

    A number that a single view shows is unconfirmed. For a plate that is usual, and a single
    view of a plate says nothing at all.
    """
    codes, plates = case.by_text(Subject.CONTAINER_CODE), case.by_text(Subject.PLATE)
    containers = max(1, len(case.declared), len(case.containers_in_view()))
    outcomes = [_agree(case, codes, name="container number", what="code", allowed=containers)]
    if len(_views(plates)) > 1:
        outcomes.append(_agree(case, plates, name="plate", what="plate", allowed=PLATES))
    return tuple(outcomes)


def _agree(case: Case, read: Read, *, name: str, what: str, allowed: int) -> RuleOutcome:
    unconfirmed = [text for text, pairs in read.items() if len(_views({text: pairs})) == 1]
    if not read:
        result, sentence = Result.CANNOT_TELL, say(f"views_agree.no_{what}")
    elif len(read) > allowed:
        result = Result.MISMATCH
        sentence = say(f"views_agree.several_{what}s", count=len(read), read=", ".join(read))
    elif unconfirmed:
        result = Result.CANNOT_TELL
        shown = ", ".join(unconfirmed)
        sentence = say(f"views_agree.one_view_{what}", read=shown)
    else:
        result = Result.MATCH
        sentence = say(f"views_agree.agree_{what}", views=len(_views(read)))
    return case.outcome(
        RULE,
        result,
        subject=name,
        expected=f"at most {allowed} different",
        observed=", ".join(read) or "not read",
        sentence=sentence,
        source="photo",
        findings=indexes([pair for pairs in read.values() for pair in pairs]),
    )


def _views(read: Read) -> set[str]:
    return {reading.evidence.scan_sha256 for pairs in read.values() for _, reading in pairs}
