"""Limits with a finite-sample guarantee, from scores of clean traffic."""

from __future__ import annotations

import math
from collections.abc import Sequence


def least_clean(rate: float) -> int:
    """How many clean scores a limit for that rate needs: 1 in 500 needs 499.

    Raises:
        ValueError: a rate that is not between 0 and 1.
    """
    if not 0 < rate < 1:
        raise ValueError(f"a rate is between 0 and 1, not {rate}")
    # Rounding of 1 / rate must not ask for one more.
    return math.ceil(1 / rate - 1e-9) - 1


def conformal_limit(clean_scores: Sequence[float], rate: float) -> float | None:
    """The limit that the next clean score exceeds with a probability of at most `rate`.

    Split conformal prediction: the k-th smallest of n scores with k = ceil((n + 1)(1 - rate)). The
    guarantee holds for every distribution, if the next score is exchangeable with those given:
    traffic that changes breaks it, which is why standings are watched. None: too few scores.
    """
    count = len(clean_scores)
    if count < least_clean(rate):
        return None
    rank = math.ceil((count + 1) * (1 - rate) - 1e-9)
    return sorted(clean_scores)[rank - 1]
