"""Exact intervals for a probability of which so many trials are known."""

from __future__ import annotations

import math

_TINY, _CLOSE, _NOTHING = 1e-300, 1e-14, 1e-9
_MOST_TERMS, _BISECTIONS = 500, 44


def exact_interval(count: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The Clopper-Pearson interval (1934): it has at least the stated confidence.

    Without trials nothing is known: (0, 1).

    Raises:
        ValueError: more counted than tried, or negative.
    """
    if not 0 <= count <= trials:
        raise ValueError(f"{count} of {trials}")
    return fractional_interval(count, trials, confidence=confidence)


def fractional_interval(
    count: float, trials: float, *, confidence: float = 0.95
) -> tuple[float, float]:
    """The same for counts that are no whole numbers, as weighted samples give them."""
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low, high = 0.0, 1.0
    if count > _NOTHING:
        low = _beta_quantile(tail, count, trials - count + 1)
    if trials - count > _NOTHING:
        high = _beta_quantile(1 - tail, count + 1, trials - count)
    return low, high


def beta_interval(found: float, missed: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Of a Beta(found, missed) belief, the middle part of that probability."""
    tail = (1 - confidence) / 2
    return _beta_quantile(tail, found, missed), _beta_quantile(1 - tail, found, missed)


def _beta_quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):  # to 6e-14
        middle = (low + high) / 2
        if beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Modified Lentz."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away(1 + step * d)
            c = _away(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
