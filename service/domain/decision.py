"""A person's decision about an inspection."""

from __future__ import annotations

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


def disagrees(outcome: DecisionOutcome, advice: Advice) -> bool:
    """Whether the decision goes against the advice, so that a note is due.

    REVIEW asks a person to look; whatever the person then decides, releasing included, is
    not against it unless it releases. Releasing what was not cleared needs a reason.
    """
    if advice is Advice.RELEASE:
        return outcome is not DecisionOutcome.RELEASE
    return outcome is DecisionOutcome.RELEASE
