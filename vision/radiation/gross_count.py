"""Is there more radiation than background? Sliding windows, exact Poisson tails.

The threshold follows from the false-alarm probability per occupancy and the number of
independent looks (windows that do not overlap), by the Sidak correction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from vision.scan import CountSeries

FALSE_ALARM_PER_OCCUPANCY = 1e-3
WINDOW_S = 2.0
LARGEST_Z = 1e6
# Below this many expected counts the tail is computed exactly, above it is normal.
EXACT_BELOW = 1000.0
EDGE = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTest:
    """Result for one channel. Rates in counts per second, `interval_s` of the largest z."""

    z: float
    threshold: float
    peak_rate_cps: float
    background_rate_cps: float
    interval_s: tuple[float, float]
    background_is_estimated: bool

    @property
    def alarm(self) -> bool:
        return self.z >= self.threshold


def threshold(looks: float, *, false_alarm: float = FALSE_ALARM_PER_OCCUPANCY) -> float:
    """Z beyond which one of `looks` independent looks falls by chance with `false_alarm`."""
    per_look = -np.expm1(np.log1p(-false_alarm) / max(1.0, looks))
    return float(stats.norm.isf(per_look))


def excess_z(
    counts: float, *, background_counts: float, background_s: float, window_s: float
) -> float:
    """Standard deviations above background; exact tails for few counts.

    Args:
        counts: counts in the window.
        background_counts: counts in `background_s` of background.
        background_s: how long the background was measured.
        window_s: length of the window.
    """
    share = window_s / background_s
    expected = share * background_counts
    if counts + background_counts == 0:
        return 0.0
    if expected < EXACT_BELOW:
        # Given their sum, the window's counts are binomial whatever the true background is
        # (Przyborowski and Wilenski 1940).
        tail = stats.binom.logsf(counts - 1, counts + background_counts, share / (1 + share))
        return float(min(_z_of(float(tail)), LARGEST_Z))
    return float((counts - expected) / np.sqrt(expected * (1 + share)))


def _z_of(log_tail: float) -> float:
    """Normal deviate of a log upper tail probability; asymptotic where `isf` underflows."""
    if log_tail > -700:
        return float(stats.norm.isf(np.exp(log_tail)))
    x = np.sqrt(-2 * log_tail)
    return float(np.sqrt(-2 * log_tail - np.log(2 * np.pi) - 2 * np.log(x)))


def scan_series(series: CountSeries, counts: npt.NDArray[np.float64]) -> CountTest:
    """Test one channel of a passage, (T,) counts.

    Background is the unoccupied part. A passage without one is compared with its own quietest
    end, which is only an estimate: a source as long as the passage hides in it.
    """
    background, estimated = _background_part(series, counts)
    background_s = float(series.duration_s[background].sum())
    background_counts = float(counts[background].sum())
    occupied = ~background
    if not occupied.any():
        occupied = np.ones_like(background)
    duration = float(series.duration_s[occupied].sum())
    limit = threshold(duration / WINDOW_S)
    best = (-np.inf, 0.0, (0.0, 0.0))
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    times = np.concatenate([[0.0], np.cumsum(series.duration_s)])
    for end in np.flatnonzero(occupied) + 1:
        begin = int(np.searchsorted(times, times[end] - WINDOW_S - 1e-9))
        while begin < end - 1 and not occupied[begin]:
            begin += 1
        length = float(times[end] - times[begin])
        inside = float(sums[end] - sums[begin])
        z = excess_z(
            inside,
            background_counts=background_counts,
            background_s=background_s,
            window_s=length,
        )
        if z > best[0]:
            best = (z, inside / length, (float(times[begin]), float(times[end])))
    return CountTest(
        z=best[0],
        threshold=limit,
        peak_rate_cps=best[1],
        background_rate_cps=background_counts / background_s,
        interval_s=best[2],
        background_is_estimated=estimated,
    )


def _background_part(
    series: CountSeries, counts: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.bool_], bool]:
    if series.occupied is not None and series.occupied.any() and not series.occupied.all():
        return ~series.occupied, False
    size = max(1, round(EDGE * counts.size))
    first, last = np.zeros(counts.size, bool), np.zeros(counts.size, bool)
    first[:size], last[-size:] = True, True
    rates = [counts[part].sum() / series.duration_s[part].sum() for part in (first, last)]
    return (first if rates[0] <= rates[1] else last), True
