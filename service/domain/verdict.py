"""Rule outcomes and the verdict they add up to. A verdict is advice; a decision is a person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class Sentence:
    """Which sentence, with which values: what can be said in any language.

    A value is text that is the same in all of them (a number, a code), or a sentence itself.
    """

    key: str
    values: Mapping[str, Sentence | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """One rule on one subject. `findings` are indexes into the analysis it judged.

    `subject` says what was judged ("MSCU6639870", "KR 4WA37", "gamma"). `sentence` is for the
    officer, in English; `said` is the same for other languages. `source` groups rules that rest
    on the same evidence ("photo", "xray", "radiation", "papers") so that they do not count twice.

    `score` is how strange the subject is, more is stranger, on the rule's own scale, and `limit`
    the score from which it is a mismatch; both None where the rule compares without degrees.
    `advisory`: shown, but it moves no verdict, because the rule raises more false signals
    here than the site allows or because the policy says so.
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
    said: Sentence | None = None
    score: float | None = None
    limit: float | None = None
    advisory: bool = False


class Advice(StrEnum):
    """What the service advises."""

    RELEASE = "release"
    REVIEW = "review"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one source says: a natural log likelihood ratio, capped; `rules` speak against."""

    source: str
    log_ratio: float
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """The probability that something is wrong, as all rules together see it, strongest first.

    `low` and `high` bound it with probability 0.9, as far as the ratios are known.
    `expected_loss` is the probability times what a load as bad as the worst objection costs, in the
    policy's currency; it ranks the queue.
    """

    probability: float
    low: float = 0.0
    high: float = 1.0
    expected_loss: float = 0.0
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Advice with its reasons, most severe first; `outcomes` are all rules, matches too.

    `said` are the reasons for other languages, one for each, None where a rule has but English.
    `chosen_at_random` is the probability with which the load was chosen for control, if it was.
    """

    advice: Advice
    reasons: tuple[str, ...]
    outcomes: tuple[RuleOutcome, ...]
    policy: str
    declaration_version: int | None = None
    said: tuple[Sentence | None, ...] = ()
    suspicion: Suspicion | None = None
    chosen_at_random: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """A verdict as it was reached: number within the inspection, on which analysis, when, why."""

    number: int
    analysis_number: int
    reached_at: datetime
    cause: str
    verdict: Verdict
