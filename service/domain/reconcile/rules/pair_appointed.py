"""Rule 24: tractor and trailer are those of the appointment."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Subject
from vision.grammar.plate import normalise_plate

RULE = Rule(number=24, name="pair_appointed", source=Source.MOVEMENTS)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent without an appointment that names plates. A tractor is often swapped at the last
    moment, so one announced plate of two is enough to be in doubt only.
    """
    appointed = {
        normalise_plate(plate) for entry in case.papers.appointments for plate in entry.plates
    }
    if not appointed:
        return ()
    read = case.by_text(Subject.PLATE)
    other = sorted(set(read) - appointed)
    if not read:
        result, key = Result.CANNOT_TELL, "unread"
    elif not other:
        result, key = Result.MATCH, "same"
    elif set(read) & appointed:
        result, key = Result.CANNOT_TELL, "swapped"
    else:
        result, key = Result.MISMATCH, "other"
    expected = ", ".join(sorted(appointed))
    return (
        case.outcome(
            RULE,
            result,
            subject=", ".join(read) or "plates",
            expected=expected,
            observed=", ".join(read) or "not read",
            sentence=say(
                f"pair_appointed.{key}",
                read=", ".join(other) or ", ".join(read),
                appointed=expected,
            ),
            findings=indexes([pair for pairs in read.values() for pair in pairs]),
        ),
    )
