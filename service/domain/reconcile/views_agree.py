"""Rule 3: all views of the vehicle show the same numbers."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ContainerFound, Reading, Subject

RULE = "views_agree"
SUBJECTS = ((Subject.CONTAINER_CODE, "container number"), (Subject.PLATE, "plate"))


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """More different numbers than there are containers (or plates: two) do not agree.

    A vehicle may carry several containers and has a plate on tractor and trailer. One view of
    a plate is usual and says nothing; one view of a container number leaves it unconfirmed.
    """
    outcomes = []
    for subject, name in SUBJECTS:
        read = case.by_text(subject)
        views = {r.evidence.scan_sha256 for pairs in read.values() for _, r in pairs}
        if not read or (subject is Subject.PLATE and len(views) == 1):
            continue
        allowed = 2
        if subject is Subject.CONTAINER_CODE:
            found = len(case.findings(ContainerFound))
            allowed = max(1, len(case.declared), found)
        result = Result.MATCH if len(read) <= allowed else Result.MISMATCH
        sentence = f"{len(views)} views agree on the {name}."
        if result is Result.MISMATCH:
            sentence = f"The views show {len(read)} different {name}s: {', '.join(read)}."
        elif len(views) == 1:
            result = Result.CANNOT_TELL
            sentence = f"Only one view shows a {name}; nothing confirms it."
        every: list[tuple[int, Reading]] = [pair for pairs in read.values() for pair in pairs]
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=name,
                expected=f"at most {allowed} different",
                observed=", ".join(read),
                sentence=sentence,
                source="photo",
                findings=indexes(every),
            )
        )
    return tuple(outcomes)
