"""Tests that look at the shape of the spectrum, not at the rate, so that a shadow hides nothing.

- ratio: the part of the counts below an energy, against the background's (binomial).
- distance: how far the spectrum is from the background's in all windows together, in the manner
  of Pfund's spectral comparison ratios (10.1109/TNS.2016.2523885): the rate and the known ways
  in which background changes (shadow, radon) do not count.
- template: matched filters for the spectra of known sources (Robinson 2009,
  10.1109/TNS.2009.2034372), with the same nuisances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.radiation.intervals import Intervals

Array = npt.NDArray[np.float64]

FEWEST_COUNTS = 40.0
RATIO_EDGES = 10
RATIO_SYSTEMATIC = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowData:
    """What the tests share.

    Args:
        counts: (W, I) in each interval.
        live_s: (I,) its length.
        behind: (W,) background counts.
        behind_s: how long it was measured.
    """

    counts: Array
    live_s: Array
    behind: Array
    behind_s: float

    @property
    def rate(self) -> Array:
        """(W,) background rate; never 0, so that nothing divides by it."""
        return np.asarray((self.behind + 0.5) / self.behind_s)

    @property
    def scale(self) -> Array:
        """(I,) total rate over background rate."""
        got = self.counts.sum(axis=0)
        return np.asarray(got.clip(1) / (self.rate.sum() * self.live_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """Largest statistic and the index of its interval; `which` is the template's index."""

    z: float
    interval: int
    which: int = 0


def ratio(data: WindowData) -> Largest:
    """Largest deviation of the part of the counts below one of several energies."""
    total = data.counts.sum(axis=0)
    rate = data.rate
    share = np.cumsum(rate) / rate.sum()
    edges = np.unique(np.searchsorted(share, np.linspace(0.08, 0.97, RATIO_EDGES)))
    edges = edges[edges < rate.size - 1]
    p = share[edges][:, None]
    low = np.cumsum(data.counts, axis=0)[edges]
    spread = total * p * (1 - p) * (1 + total / max(1.0, float(data.behind.sum())))
    systematic = (RATIO_SYSTEMATIC * total * np.minimum(p, 1 - p)) ** 2
    z = np.abs(low - total * p) / np.sqrt(spread + systematic + 1e-9)
    z[:, total < FEWEST_COUNTS] = 0.0
    return _largest(z)


def covariance(data: WindowData, live_s: float, nuisances: Array) -> Array:
    """(W, W) of a rate difference over `live_s`, the nuisances ((M, W) cps, one sigma) in it."""
    rate = data.rate
    own = np.diag(rate / live_s + rate / data.behind_s)
    # The overall rate is free: a shadow takes any part of it.
    free = 0.5 * rate
    return np.asarray(own + np.outer(free, free) + nuisances.T @ nuisances)


def distance(data: WindowData, intervals: Intervals, nuisances: Array) -> Largest:
    """Chi squared over all windows as a normal deviate (Wilson and Hilferty 1931)."""
    deviation = data.counts / data.live_s - data.scale * data.rate[:, None]
    best = np.zeros(data.live_s.size)
    freedom = data.rate.size - 1
    for scale, length in enumerate(intervals.lengths_s):
        here = intervals.scale == scale
        inverse = np.linalg.inv(covariance(data, float(length), nuisances))
        # Variance follows the rate that is left.
        weight = np.maximum(data.scale[here], 0.3) * length / data.live_s[here]
        d = deviation[:, here]
        chi2 = np.einsum("wi,wv,vi->i", d, inverse, d) / weight
        cube = (chi2 / freedom) ** (1 / 3)
        best[here] = (cube - (1 - 2 / (9 * freedom))) / np.sqrt(2 / (9 * freedom))
    best[data.counts.sum(axis=0) < FEWEST_COUNTS] = 0.0
    return _largest(best[None])


def template(data: WindowData, intervals: Intervals, nuisances: Array, spectra: Array) -> Largest:
    """Largest matched-filter statistic.

    Args:
        data: counts by window and interval.
        intervals: the intervals.
        nuisances: (M, W) cps.
        spectra: (K, W) templates; their scale does not matter.
    """
    deviation = data.counts / data.live_s - data.scale * data.rate[:, None]
    rate = data.rate
    z = np.zeros((spectra.shape[0], data.live_s.size))
    for scale, length in enumerate(intervals.lengths_s):
        here = intervals.scale == scale
        filters = np.linalg.solve(covariance(data, float(length), nuisances), spectra.T).T
        own = (filters**2) @ rate
        fixed = (filters**2) @ rate / data.behind_s + ((filters @ nuisances.T) ** 2).sum(axis=1)
        left = data.scale[here]
        live = data.live_s[here]
        spread = left * own[:, None] / live + left**2 * fixed[:, None]
        raw = (filters @ deviation[:, here]) / np.sqrt(spread)
        third = left * ((filters**3) @ rate)[:, None] / live**2
        z[:, here] = unskewed(raw, third / spread**1.5)
    z[:, data.counts.sum(axis=0) < FEWEST_COUNTS] = 0.0
    return _largest(z)


def unskewed(z: Array, skewness: Array) -> Array:
    """Normal deviates of standardised Pearson III variates (Wilson and Hilferty 1931)."""
    skew = np.where(np.abs(skewness) < 1e-6, 1e-6, skewness)
    inner = np.maximum(1 + skew * z / 2, 1e-6)
    return np.asarray(6 / skew * (np.cbrt(inner) - 1) + skew / 6)


def _largest(z: Array) -> Largest:
    at = int(np.argmax(z))
    which, interval = divmod(at, z.shape[1])
    return Largest(z=float(z[which, interval]), interval=interval, which=which)
