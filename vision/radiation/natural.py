"""Can natural potassium, radium and thorium alone make this excess?

In every interval the counts are explained as shielded background plus natural series (least
squares, no negative amounts), and what is left is searched for known sources with filters that
the series, their misfit and a drifting gain cannot excite. Two searches: against series spectra
from physics, and against the vehicle's own excess outside the interval, which knows the real load
and the real detector, but cannot see a source as long as the load.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from vision.radiation.energy_tests import FEWEST_COUNTS, WindowData, unskewed
from vision.radiation.intervals import Intervals

Array = npt.NDArray[np.float64]

# How wrong a series' spectrum may be in any window, and how far the gain may be off.
WINDOW_MISFIT = 0.03
GAIN_SD = 0.004
USUAL_GAIN_SD = 0.01
GAINS: Array = np.linspace(-0.03, 0.03, 25)
BACKGROUND_MISFIT = 0.006
# The rest of the vehicle must show the load well enough to stand for it.
FEWEST_ELSEWHERE = 400.0
LOADED_ELSEWHERE = 0.4
# The series are looked for in so many intervals, none shorter than this.
SERIES_INTERVALS = 30
POTASSIUM = "K-40"
SERIES_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalSpectra:
    """(K, W) spectra of the series, several for each; `series` names them. With the gain higher
    by the part g they are `spectra` + g `shifted` + g^2 `curved`.
    """

    series: tuple[str, ...]
    spectra: Array
    shifted: Array
    curved: Array

    def at_gain(self, gain: float) -> NaturalSpectra:
        """The same with another gain."""
        return NaturalSpectra(
            series=self.series,
            spectra=(self.spectra + gain * self.shifted + gain**2 * self.curved).clip(0),
            shifted=self.shifted + 2 * gain * self.curved,
            curved=self.curved,
        )

    def only(self, name: str) -> NaturalSpectra:
        """Those of one series."""
        own = np.array(self.series) == name
        return NaturalSpectra(
            series=(name,) * int(own.sum()),
            spectra=self.spectra[own],
            shifted=self.shifted[own],
            curved=self.curved[own],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """Largest sign of something unnatural: statistic, interval and template, of both searches.

    `amounts` maps a series to its net counts over the whole vehicle, `strength` to its deviate.
    `beyond_potassium_z` is the largest sign of anything but potassium, radium and thorium too.
    """

    template_z: float
    template_interval: int
    template_which: int
    local_z: float
    local_interval: int
    local_which: int
    beyond_potassium_z: float
    beyond_potassium_interval: int
    amounts: dict[str, float]
    strength: dict[str, float]


def residual(
    data: WindowData,
    intervals: Intervals,
    *,
    nuisances: Array,
    natural: NaturalSpectra,
    threats: Array,
) -> Residual:
    """Search the residual.

    Args:
        data: counts by window and interval; the last interval is the whole vehicle.
        intervals: the intervals.
        nuisances: (M, W) cps, ways in which background changes.
        natural: the series.
        threats: (K, W) templates of anything else.
    """
    natural = natural.at_gain(_gain(data, natural, nuisances))
    explained = _explain(data, natural)
    template = _search(data, explained, nuisances=nuisances, natural=natural, threats=threats)
    local = _local(data, intervals, explained, nuisances=nuisances, threats=threats)
    beyond = _beyond_potassium(data, nuisances=nuisances, natural=natural, threats=threats)
    at, at_local, at_beyond = _argmax(template), _argmax(local), _argmax(beyond)
    return Residual(
        template_z=float(template[at]),
        template_which=at[0],
        template_interval=at[1],
        local_z=float(local[at_local]),
        local_which=at_local[0],
        local_interval=at_local[1],
        beyond_potassium_z=float(beyond[at_beyond]),
        beyond_potassium_interval=at_beyond[1],
        amounts=_series(data, natural, nuisances),
        strength=_presence(data, explained, nuisances=nuisances, natural=natural),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Explained:
    """Every interval as background and series: (W, I) measured and expected rates, (W, I)
    expected variance times time, (W, I) variance of a rate with all misfit, and (I, W) the change
    that one sigma of gain makes.
    """

    rates: Array
    expected: Array
    spread: Array
    own: Array
    gain: Array


def _gain(data: WindowData, natural: NaturalSpectra, nuisances: Array) -> float:
    """How far the gain is off, from the fit to the whole vehicle; a weak load leaves it at 0."""
    whole = int(np.argmax(data.live_s))
    rates, live = data.counts[:, whole] / data.live_s[whole], data.live_s[whole]
    variance = np.maximum(rates, 0.3 * data.rate) / live + data.rate / data.behind_s
    variance += (BACKGROUND_MISFIT * data.rate) ** 2 + (nuisances**2).sum(axis=0)
    cost = [
        _weighted(rates, data, natural.at_gain(float(gain)).spectra, variance)[0]
        + (float(gain) / USUAL_GAIN_SD) ** 2
        for gain in GAINS
    ]
    return float(GAINS[int(np.argmin(cost))])


def _explain(data: WindowData, natural: NaturalSpectra) -> _Explained:
    rates = data.counts / data.live_s
    fitted = [_fit(rates[:, i], data, natural) for i in range(rates.shape[1])]
    amounts = np.array([amount for amount, _ in fitted]).T
    kept = np.array([left for _, left in fitted])
    load = natural.spectra.T @ amounts
    expected = kept * data.rate[:, None] + load
    spread = np.maximum(expected, 0.05 * data.rate[:, None])
    systematic = (WINDOW_MISFIT * load) ** 2 + (BACKGROUND_MISFIT * data.rate[:, None]) ** 2
    return _Explained(
        rates=rates,
        expected=expected,
        spread=spread,
        own=spread / data.live_s + data.rate[:, None] / data.behind_s + systematic,
        gain=(GAIN_SD * (natural.shifted.T @ amounts)).T,
    )


def _argmax(z: Array) -> tuple[int, int]:
    which, interval = divmod(int(np.argmax(z)), z.shape[1])
    return which, interval


def _fit(rates: Array, data: WindowData, natural: NaturalSpectra) -> tuple[Array, float]:
    """((K,) amounts, part of the background left) for one interval's (W,) rates."""
    weight = 1 / np.sqrt(np.maximum(rates, data.rate * 0.3))
    matrix = np.concatenate([data.rate[None], natural.spectra]).T * weight[:, None]
    amounts = nnls(matrix, rates * weight)[0]
    if amounts[0] > 1.0:
        # More background than there is belongs to the load.
        rest = nnls(matrix[:, 1:], (rates - data.rate) * weight)[0]
        return rest, 1.0
    return amounts[1:], float(max(amounts[0], 0.3))


def _search(
    data: WindowData,
    explained: _Explained,
    *,
    nuisances: Array,
    natural: NaturalSpectra,
    threats: Array,
) -> Array:
    """(K, I) deviates of every template in every interval."""
    wide = natural.spectra * data.rate.sum()
    common = np.concatenate([0.5 * data.rate[None], nuisances, wide])
    covariance = _stacked(explained.own, common, explained.gain)
    left = explained.rates - explained.expected
    z = _filtered(covariance, threats, left, explained.spread / data.live_s**2)
    z[:, data.counts.sum(axis=0) < FEWEST_COUNTS] = 0.0
    return z


def _beyond_potassium(
    data: WindowData, *, nuisances: Array, natural: NaturalSpectra, threats: Array
) -> Array:
    """(K, I): as `_search` with potassium as the only series that may be there."""
    alone = natural.only(POTASSIUM)
    others = np.concatenate([threats, natural.spectra[np.array(natural.series) != POTASSIUM]])
    explained = _explain(data, alone)
    return _search(data, explained, nuisances=nuisances, natural=alone, threats=others)


def _presence(
    data: WindowData, explained: _Explained, *, nuisances: Array, natural: NaturalSpectra
) -> dict[str, float]:
    """How much worse an interval fits without a series, largest over some intervals."""
    names = np.array(natural.series)
    chosen = _some(data)
    variance = explained.own[:, chosen] + (nuisances**2).sum(axis=0)[:, None]
    found = dict.fromkeys(natural.series, 0.0)
    for place, interval in enumerate(chosen):
        rates = explained.rates[:, interval]
        best, _ = _weighted(rates, data, natural.spectra, variance[:, place])
        # Misfit of the physics makes the fit worse than chance would; scale it away.
        scale = max(1.0, best / max(1, rates.size - 4))
        for name in found:
            others = natural.spectra[names != name]
            without, _ = _weighted(rates, data, others, variance[:, place])
            found[name] = max(found[name], float(np.sqrt(max(0.0, without - best) / scale)))
    return found


def _some(data: WindowData) -> npt.NDArray[np.int64]:
    """A few dozen of the longer intervals, the whole among them."""
    longer = np.flatnonzero((data.live_s >= SERIES_S) & (data.counts.sum(axis=0) >= FEWEST_COUNTS))
    whole = int(np.argmax(data.live_s))
    step = max(1, longer.size // SERIES_INTERVALS)
    return np.unique(np.append(longer[::step], whole))


def _local(
    data: WindowData,
    intervals: Intervals,
    explained: _Explained,
    *,
    nuisances: Array,
    threats: Array,
) -> Array:
    """(K, I): as `_search`, with the rest of the vehicle in place of the series' spectra."""
    rates = explained.rates
    whole = int(np.argmax(intervals.live_s))
    left_s = data.live_s[whole] - data.live_s
    outside = data.counts[:, [whole]] - data.counts
    elsewhere = outside / np.maximum(left_s, 1e-6)
    total = data.rate.sum()
    loaded = elsewhere.sum(axis=0) - total
    usable = (loaded * left_s >= FEWEST_ELSEWHERE) & (left_s >= 1.0)
    usable &= loaded >= LOADED_ELSEWHERE * (rates.sum(axis=0) - total)
    z = np.zeros((threats.shape[0], data.live_s.size))
    at = np.flatnonzero(usable)
    if not at.size:
        return z
    # Both rates are made of background and load; any mixture of the two may stand here.
    ratio = rates[:, at].sum(axis=0) / elsewhere[:, at].sum(axis=0)
    deviation = rates[:, at] - elsewhere[:, at] * ratio
    spread = explained.spread[:, at]
    own = spread / data.live_s[at] + ratio**2 * elsewhere[:, at] / left_s[at]
    own += data.rate[:, None] / data.behind_s + (BACKGROUND_MISFIT * data.rate[:, None]) ** 2
    free = np.concatenate([3 * data.rate[None], nuisances])
    covariance = _stacked(own, free, elsewhere[:, at].T)
    z[:, at] = _filtered(covariance, threats, deviation, spread / data.live_s[at] ** 2)
    z[:, data.counts.sum(axis=0) < FEWEST_COUNTS] = 0.0
    return z


def _stacked(own: Array, common: Array, single: Array) -> Array:
    """(I, W, W) covariances: (W, I) variances, (M, W) directions that all share, and (I, W) one
    direction of each.
    """
    windows, count = own.shape
    covariance = np.empty((count, windows, windows))
    covariance[:] = common.T @ common
    diagonal = np.arange(windows)
    covariance[:, diagonal, diagonal] += own.T
    covariance += single[:, :, None] * single[:, None, :]
    return covariance


def _filtered(covariance: Array, threats: Array, left: Array, third: Array) -> Array:
    """(K, I) deviates of (K, W) templates in (W, I) residuals; `third`: (W, I) third moments."""
    count = covariance.shape[0]
    filters = np.linalg.solve(covariance, np.broadcast_to(threats.T, (count, *threats.T.shape)))
    variance = (threats.T[None] * filters).sum(axis=1)
    raw = (filters * left.T[:, :, None]).sum(axis=1) / np.sqrt(variance)
    cubes = (filters * filters * filters * third.T[:, :, None]).sum(axis=1)
    return np.asarray(unskewed(raw, cubes / variance**1.5).T)


def _series(data: WindowData, natural: NaturalSpectra, nuisances: Array) -> dict[str, float]:
    """Net counts of each series over the whole vehicle."""
    whole = int(np.argmax(data.live_s))
    rates, live = data.counts[:, whole] / data.live_s[whole], data.live_s[whole]
    sizes = natural.spectra.sum(axis=1)
    variance = np.maximum(rates, 0.3 * data.rate) / live + data.rate / data.behind_s
    variance += (BACKGROUND_MISFIT * data.rate) ** 2 + (nuisances**2).sum(axis=0)
    _, amounts = _weighted(rates, data, natural.spectra, variance)
    names = np.array(natural.series)
    return {
        name: float((amounts * sizes)[names == name].sum() * live)
        for name in dict.fromkeys(natural.series)
    }


def _weighted(
    rates: Array, data: WindowData, spectra: Array, variance: Array
) -> tuple[float, Array]:
    """Chi squared and the amounts of the best fit without negative amounts."""
    weight = 1 / np.sqrt(variance)
    matrix = np.concatenate([data.rate[None], spectra]).T * weight[:, None]
    amounts, distance = nnls(matrix, rates * weight)
    if amounts[0] > 1.0:
        rest, distance = nnls(matrix[:, 1:], (rates - data.rate) * weight)
        return float(distance**2), np.asarray(rest)
    return float(distance**2), np.asarray(amounts[1:])
