"""Evidence of all rules as one probability: log likelihood ratios, capped by source.

Rules that rest on the same findings say one thing twice; of each such group only the strongest
counts. Groups of one source add up to the source's cap, and sources are taken as independent.
"Cannot tell" weighs nothing. The probability ranks and explains; HOLD and RELEASE have rules of
their own, which no probability can undo.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from service.domain.verdict import Contribution, Result, RuleOutcome, Severity, Suspicion

Z_90 = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`prior` is the share of loads in which something is wrong. `mismatch` are natural log
    likelihood ratios by severity, `match` that of a rule that agrees, `rules` those of single rules
    (mismatch, match), learned or stated; `cap` is the most that one source can say. `spread` is one
    standard deviation of what is not known of a source's ratio. `loss` is what goes through with a
    load that is as bad as a rule of that severity says, by severity; an objection of none counts
    as a notice.
    """

    prior: float = 0.002
    mismatch: Mapping[Severity, float] = field(
        default_factory=lambda: {
            Severity.NOTICE: 0.5,
            Severity.REVIEW: 1.6,
            Severity.SERIOUS: 3.0,
            Severity.HOLD_NOW: 5.0,
        }
    )
    match: float = -0.1
    rules: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    cap: float = 6.0
    spread: float = 0.7
    loss: Mapping[Severity, float] = field(
        default_factory=lambda: {
            Severity.NOTICE: 500.0,
            Severity.REVIEW: 5_000.0,
            Severity.SERIOUS: 50_000.0,
            Severity.HOLD_NOW: 500_000.0,
        }
    )


def suspicion_of(outcomes: Sequence[RuleOutcome], weights: Weights) -> Suspicion:
    """The probability that something is wrong, and what each source contributes."""
    by_source: dict[str, list[RuleOutcome]] = {}
    for outcome in outcomes:
        if outcome.result is not Result.CANNOT_TELL and not outcome.advisory:
            by_source.setdefault(outcome.source, []).append(outcome)
    contributions = [_of_source(source, own, weights) for source, own in by_source.items()]
    log_odds = math.log(weights.prior / (1 - weights.prior))
    log_odds += sum(part.log_ratio for part in contributions)
    against = [part for part in contributions if part.rules]
    half = Z_90 * weights.spread * math.sqrt(len(against) or 1)
    worst = max(
        (o.severity for o in outcomes if o.result is Result.MISMATCH and not o.advisory),
        default=Severity.NOTICE,
    )
    probability = _probability(log_odds)
    return Suspicion(
        probability=probability,
        low=_probability(log_odds - half),
        high=_probability(log_odds + half),
        expected_loss=round(probability * weights.loss[worst], 2),
        contributions=tuple(sorted(contributions, key=lambda part: (-part.log_ratio, part.source))),
    )


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _of_source(source: str, outcomes: Sequence[RuleOutcome], weights: Weights) -> Contribution:
    strongest = [max(group, key=lambda o: abs(_ratio(o, weights))) for group in _groups(outcomes)]
    total = sum(_ratio(outcome, weights) for outcome in strongest)
    capped = max(-weights.cap, min(weights.cap, total))
    against = {o.rule for o in strongest if o.result is Result.MISMATCH}
    return Contribution(source=source, log_ratio=capped, rules=tuple(sorted(against)))


def _ratio(outcome: RuleOutcome, weights: Weights) -> float:
    own = weights.rules.get(outcome.rule)
    if outcome.result is Result.MISMATCH:
        return weights.mismatch[outcome.severity] if own is None else own[0]
    return weights.match if own is None else own[1]


def _groups(outcomes: Iterable[RuleOutcome]) -> list[list[RuleOutcome]]:
    """Outcomes that share a finding, directly or by others; one without findings stands with
    those of the same subject.
    """
    groups: list[tuple[set[object], list[RuleOutcome]]] = []
    for outcome in outcomes:
        marks: set[object] = set(outcome.findings) or {outcome.subject}
        own = [outcome]
        apart = []
        for known, members in groups:
            if known & marks:
                marks |= known
                own = members + own
            else:
                apart.append((known, members))
        groups = [*apart, (marks, own)]
    return [members for _, members in groups]
