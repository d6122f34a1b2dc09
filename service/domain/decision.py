"""A person's decision about an inspection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.verdict import Advice


class DecisionOutcome(StrEnum):
    """What the officer orders."""

    RELEASE = "release"
    HOLD = "hold"
    EXAMINE = "examine"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorDecision:
    """Append-only. `verdict_number` is the verdict that was on the screen."""

    number: int
    outcome: DecisionOutcome
    by: str
    at: datetime
    note: str
    verdict_number: int


class ControlOutcome(StrEnum):
    """What came of looking into the load. NOT_OPENED says nothing of what is in it."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    NOT_OPENED = "not_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """Append-only; the last one counts. `what` was found, or why it was not opened."""

    number: int
    outcome: ControlOutcome
    by: str
    at: datetime
    what: str = ""


def was_opened(results: Sequence[ControlResult]) -> bool:
    """Whether anyone has looked into the load."""
    return any(result.outcome is not ControlOutcome.NOT_OPENED for result in results)


def is_clean(
    decisions: Sequence[OperatorDecision], results: Sequence[ControlResult]
) -> bool | None:
    """Whether nothing was wrong with a load, as far as people know; None: they do not.

    A load that was opened speaks for itself. One that a person released unopened counts as clean:
    of few of them it is not true, and those make budgets a little too generous, never too strict.
    What a rule is worth is learned from opened loads alone.
    """
    opened = [r for r in results if r.outcome is not ControlOutcome.NOT_OPENED]
    if opened:
        return opened[-1].outcome is ControlOutcome.NOT_FOUND
    if decisions and decisions[-1].outcome is DecisionOutcome.RELEASE:
        return True
    return None


def disagrees(outcome: DecisionOutcome, advice: Advice) -> bool:
    """Whether the decision goes against the advice, so that a note is due.

    REVIEW asks a person to look; whatever the person then decides, releasing included, is
    not against it unless it releases. Releasing what was not cleared needs a reason.
    """
    if advice is Advice.RELEASE:
        return outcome is not DecisionOutcome.RELEASE
    return outcome is DecisionOutcome.RELEASE
