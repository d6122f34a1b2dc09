"""Poisson-FOCuS: has the rate gone up, over whatever stretch of time shows it best?

Ward, Dilillo, Eckley and Fearnhead, arXiv 2208.01494. The likelihood ratio of "the rate was mu
times the background since sample s" is largest at an s on the lower convex hull of the points
(expected counts until s, counts until s), so only the hull is kept: a few points, whatever the
length of the series.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Largest log likelihood ratio so far, and the samples [begin, end) that give it."""

    log_ratio: float
    begin: int
    end: int

    @property
    def z(self) -> float:
        """Signed root of twice the ratio, about a normal deviate."""
        return math.sqrt(2 * max(0.0, self.log_ratio))


class PoissonFocus:
    """Takes samples one by one; `best` is the largest excess so far, `now` the one that lasts."""

    def __init__(self) -> None:
        self._counts = 0.0
        self._expected = 0.0
        self._seen = 0
        # (expected until s, counts until s, s): the lower hull, steepest part last.
        self._hull: list[tuple[float, float, int]] = [(0.0, 0.0, 0)]
        self.best = Burst(log_ratio=0.0, begin=0, end=0)
        self.now = self.best

    def add(self, counts: float, expected: float) -> Burst:
        """One sample: what was counted and what background alone would bring (> 0)."""
        self._counts += counts
        self._expected += expected
        self._seen += 1
        self.now = Burst(log_ratio=0.0, begin=self._seen, end=self._seen)
        for x, y, start in self._hull:
            ratio = log_ratio(self._counts - y, self._expected - x)
            if ratio > self.now.log_ratio:
                self.now = Burst(log_ratio=ratio, begin=start, end=self._seen)
        if self.now.log_ratio > self.best.log_ratio:
            self.best = self.now
        self._push((self._expected, self._counts, self._seen))
        return self.now

    def _push(self, point: tuple[float, float, int]) -> None:
        hull = self._hull
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) >= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
        # Only rises above background are looked for: what has a rate below it starts nothing.
        while len(hull) > 1 and _slope(hull[0], hull[1]) <= 1.0:
            hull.pop(0)


def _slope(one: tuple[float, float, int], other: tuple[float, float, int]) -> float:
    return (other[1] - one[1]) / (other[0] - one[0])


def log_ratio(counts: float, expected: float) -> float:
    """Log likelihood ratio of the best rate above background; 0 if there is no excess."""
    if counts <= expected:
        return 0.0
    return counts * math.log(counts / expected) - (counts - expected)


def search(counts: Array, expected: Array) -> Burst:
    """Best excess in (T,) counts over (T,) expected counts, all lengths tried."""
    focus = PoissonFocus()
    for got, wanted in zip(counts.tolist(), expected.tolist(), strict=True):
        focus.add(got, max(wanted, 1e-9))
    return focus.best
