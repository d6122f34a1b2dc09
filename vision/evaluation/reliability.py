"""Whether probability means frequency: reliability by bins, and the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Readings with a probability from `low` to `high`, and how many of them were right."""

    low: float
    high: float
    n: int
    mean_probability: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """`expected_calibration_error`: mean distance of probability and frequency over all `n`
    readings, by bins (Guo et al. 2017, arXiv 1706.04599).
    """

    n: int
    expected_calibration_error: float
    bins: tuple[Bin, ...]


def reliability(pairs: Sequence[tuple[float, bool]]) -> Reliability:
    """Of (probability, whether it was right), in bins that grow finer towards 1."""
    probability = np.array([p for p, _ in pairs])
    right = np.array([r for _, r in pairs], float)
    bins = []
    for low, high in pairwise(EDGES):
        inside = (probability >= low) & ((probability < high) | (high == EDGES[-1]))
        if inside.any():
            bins.append(
                Bin(
                    low=low,
                    high=high,
                    n=int(inside.sum()),
                    mean_probability=round(float(probability[inside].mean()), 4),
                    right=round(float(right[inside].mean()), 4),
                )
            )
    total = sum(own.n for own in bins)
    error = sum(own.n * abs(own.mean_probability - own.right) for own in bins) / max(1, total)
    return Reliability(n=total, expected_calibration_error=round(error, 4), bins=tuple(bins))
