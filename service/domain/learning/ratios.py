"""Likelihood ratios of rules from control results, those that found nothing included."""

from __future__ import annotations

import math
from dataclasses import dataclass

from service.domain.budget.binomial import beta_interval

# As many made-up loads of either kind stand for what the policy says of a rule.
PRIOR_LOADS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Of opened loads where something was found and of those where nothing was: how many, and in
    how many of them the rule said mismatch. Each stands for as many loads as it was chosen from, so
    the numbers need not be whole.
    """

    found: float
    found_mismatch: float
    clean: float
    clean_mismatch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRatio:
    """Natural log likelihood ratio of a mismatch and of a match, with an interval of 90 %."""

    mismatch: float
    mismatch_low: float
    mismatch_high: float
    match: float


def learned_ratio(counts: Counts, *, stated: float, rate: float) -> LearnedRatio:
    """From counts, held to the policy's word while there are few of them.

    `stated` is the policy's log ratio of a mismatch and `rate` the share of clean loads that the
    rule may call so; together they are worth 20 loads of each kind.

    The interval takes the worst of both ends, so it is wider than 90 %.
    """
    expected = min(rate * math.exp(stated), 0.9)
    hit = counts.found_mismatch + PRIOR_LOADS * expected
    missed = counts.found - counts.found_mismatch + PRIOR_LOADS * (1 - expected)
    false = counts.clean_mismatch + PRIOR_LOADS * rate
    quiet = counts.clean - counts.clean_mismatch + PRIOR_LOADS * (1 - rate)
    sensitivity, false_rate = hit / (hit + missed), false / (false + quiet)
    low, high = beta_interval(hit, missed, confidence=0.9)
    false_low, false_high = beta_interval(false, quiet, confidence=0.9)
    return LearnedRatio(
        mismatch=math.log(sensitivity / false_rate),
        mismatch_low=math.log(max(low, 1e-12) / max(false_high, 1e-12)),
        mismatch_high=math.log(max(high, 1e-12) / max(false_low, 1e-12)),
        match=math.log((1 - sensitivity) / (1 - false_rate)),
    )
