"""Rule outcomes and the verdict they add up to. A verdict is advice; a decision is a person's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Result(StrEnum):
    """What a rule concluded."""

    MATCH = "match"
    MISMATCH = "mismatch"
    CANNOT_TELL = "cannot_tell"


class Severity(IntEnum):
    """How much a mismatch weighs; HOLD_NOW alone is enough for HOLD."""

    NOTICE = 1
    REVIEW = 2
    SERIOUS = 3
    HOLD_NOW = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """One rule on one subject. `findings` are indexes into the analysis it judged.

    `subject` says what was judged ("MSCU6639870", "KR 4WA37", "gamma"). `sentence` is for the
    officer. `source` groups rules that rest on the same evidence ("photo", "xray",
    "radiation", "papers") so that they do not count twice.
    """

    rule: str
    version: str
    result: Result
    severity: Severity
    subject: str
    expected: str
    observed: str
    sentence: str
    source: str
    findings: tuple[int, ...] = ()


class Advice(StrEnum):
    """What the service advises."""

    RELEASE = "release"
    REVIEW = "review"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Advice with its reasons, most severe first; `outcomes` are all rules, matches too."""

    advice: Advice
    reasons: tuple[str, ...]
    outcomes: tuple[RuleOutcome, ...]
    policy: str
    declaration_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """A verdict as it was reached: number within the inspection, on which analysis, when, why."""

    number: int
    analysis_number: int
    reached_at: datetime
    cause: str
    verdict: Verdict
