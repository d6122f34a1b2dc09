"""The background that a vehicle leaves: B(t) = B0 (1 - a shape(t) - c cab(t)), fitted to the
passage with the part that a source may have raised left out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vision.radiation import sequential

Array = npt.NDArray[np.float64]

DEEPEST = 0.5
ROUNDS = 3
CAB_PART = 0.2
SOURCE_Z = 3.0
PRIOR_MEAN: Array = np.array([0.12, 0.0])
PRIOR_SD: Array = np.array([0.12, 0.04])
# The panels see background from some metres of ground; how long those take to pass is about
# this part of an occupancy.
BLUR = 0.1


def shape(middle_s: Array, occupied_s: tuple[float, float]) -> Array:
    """(2, T) in [0, 1]: how much of the whole vehicle, and of its front, the portal holds."""
    start, end = occupied_s
    blur = max(0.2, BLUR * (end - start))
    cab_end = start + CAB_PART * (end - start)

    def held(a: float, b: float) -> Array:
        return np.asarray((np.tanh((middle_s - a) / blur) - np.tanh((middle_s - b) / blur)) / 2)

    return np.stack([held(start, end), held(start, cab_end)])


def suppressed(
    counts: Array, duration_s: Array, *, rate_cps: float, occupied_s: tuple[float, float]
) -> Array:
    """(T,) expected counts of the shielded background.

    Args:
        counts: (T,) tested samples.
        duration_s: (T,) their lengths, one after the other.
        rate_cps: unshielded background.
        occupied_s: start and end of the occupancy, seconds from the first tested sample.
    """
    free = rate_cps * duration_s
    middle = np.cumsum(duration_s) - duration_s / 2
    basis = shape(middle, occupied_s)
    keep = np.ones(counts.size, bool)
    expected = free
    for _ in range(ROUNDS):
        depth = _fit(counts[keep], free[keep], basis[:, keep])
        expected = free * (1 - (depth @ basis)).clip(1 - DEEPEST, 1)
        burst = sequential.search(counts, expected)
        again = np.ones(counts.size, bool)
        again[burst.begin : burst.end] = False
        # What fills most of the passage is no local source, and hides no shadow.
        if burst.z < SOURCE_Z or again.sum() < counts.size / 2 or np.array_equal(again, keep):
            break
        keep = again
    return np.asarray(expected)


def _fit(counts: Array, free: Array, basis: Array) -> Array:
    """(2,) depths by least squares with Poisson weights and what vehicles usually take away."""
    weight = 1 / np.sqrt(free)
    matrix = (basis * free * weight).T
    target = (free - counts) * weight
    precision = np.diag(1 / PRIOR_SD**2)
    both = np.linalg.solve(
        matrix.T @ matrix + precision, matrix.T @ target + precision @ PRIOR_MEAN
    )
    if both[0] < 0:
        return np.zeros(2)
    return np.asarray(both)
