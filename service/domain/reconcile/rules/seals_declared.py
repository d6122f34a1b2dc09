"""Rule 4: the seals on the vehicle are those that the papers name."""

from __future__ import annotations

import re

from service.domain.papers.movement import MovementEvent
from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Subject

RULE = Rule(number=4, name="seals_declared", source=Source.PHOTO)
RULES = (RULE,)
_NOT_SEAL = re.compile(r"[\W_]")
# After these, customs may have opened the box and put a seal of its own on it.
RESEALED_BY = frozenset({MovementEvent.CUSTOMS_HELD, MovementEvent.CUSTOMS_RELEASED})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent where no paper names a seal. A seal that was not read is no mismatch.

    Papers name seals at different times: any seal that a declaration, a gate or a loading report
    names may be the one that is on it now.
    """
    declared = _declared(case)
    read = {normalise_seal(text): pairs for text, pairs in case.by_text(Subject.SEAL).items()}
    expected = ", ".join(sorted(declared)) or "no seal declared"
    if not declared:
        return ()
    outcomes = []
    for seal, pairs in read.items():
        if seal in declared:
            result, key = Result.MATCH, "declared"
        elif any(move.event in RESEALED_BY for move in case.papers.movements):
            result, key = Result.CANNOT_TELL, "resealed"
        else:
            result, key = Result.MISMATCH, "other"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=seal,
                expected=expected,
                observed=seal,
                sentence=say(f"seals_declared.{key}", seal=seal, declared=expected),
                findings=indexes(pairs),
            )
        )
    if not read:
        outcomes.append(
            case.outcome(
                RULE,
                Result.CANNOT_TELL,
                subject="seal",
                expected=expected,
                observed="not read",
                sentence=say("seals_declared.unread", declared=expected),
            )
        )
    return tuple(outcomes)


def normalise_seal(text: str) -> str:
    """Letters and digits alone, upper case: papers write the same seal in many ways."""
    return _NOT_SEAL.sub("", text).upper()


def _declared(case: Case) -> set[str]:
    stated = [*(case.declaration.seals if case.declaration else ())]
    stated += [seal for box in case.declared for seal in box.seals]
    stated += [seal for move in case.papers.movements for seal in move.equipment.seals]
    stated += [seal for box in case.papers.stowed for seal in box.equipment.seals]
    return {seal for seal in map(normalise_seal, stated) if seal}
