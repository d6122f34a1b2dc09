"""Are there more counts than background? Exact tails for few counts, Li and Ma for many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Array = npt.NDArray[np.float64]

LARGEST_Z = 1e6
# Below this many expected counts the tail is computed exactly.
EXACT_BELOW = 100.0
_LOG_TAIL_LIMIT = -690.0


def threshold(looks: float, *, false_alarm: float) -> float:
    """Z beyond which one of `looks` independent looks falls by chance with `false_alarm`."""
    per_look = -np.expm1(np.log1p(-false_alarm) / max(1.0, looks))
    return float(stats.norm.isf(per_look))


def excess_z(
    counts: npt.ArrayLike, *, background_counts: float, background_s: float, live_s: npt.ArrayLike
) -> Array:
    """Standard deviations above background, negative below it.

    Args:
        counts: (I,) counts in each interval.
        background_counts: counts in `background_s` of background.
        background_s: how long the background was measured.
        live_s: (I,) length of each interval.
    """
    inside = np.atleast_1d(np.asarray(counts, dtype=np.float64))
    share = np.atleast_1d(np.asarray(live_s, dtype=np.float64)) / background_s
    z = _li_ma(inside, background_counts, share)
    few = share * background_counts < EXACT_BELOW
    if few.any():
        z[few] = _exact(inside[few], background_counts, share[few])
    return np.asarray(z.clip(-LARGEST_Z, LARGEST_Z))


def _li_ma(inside: Array, behind: float, share: Array) -> Array:
    """Signed root of the likelihood ratio (Li and Ma 1983, 10.1086/161295, equation 17)."""
    total = inside + behind
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(inside > 0, inside * np.log((1 + share) / share * inside / total), 0.0)
        other = behind * np.log((1 + share) * behind / total) if behind > 0 else 0.0
    root = np.sqrt(2 * np.maximum(own + other, 0))
    return np.asarray(np.where(inside >= share * behind, root, -root))


def _exact(inside: Array, behind: float, share: Array) -> Array:
    """Given their sum, the counts inside are binomial whatever the true background is
    (Przyborowski and Wilenski 1940).
    """
    tail = special.betainc(np.maximum(inside, 1e-9), behind + 1, share / (1 + share))
    tail = np.where(inside <= 0, 1.0, tail)
    with np.errstate(divide="ignore"):
        log_tail = np.log(tail)
    normal = special.ndtri_exp(np.maximum(log_tail, _LOG_TAIL_LIMIT))
    far = _li_ma(inside, behind, share)
    return np.asarray(np.where(log_tail > _LOG_TAIL_LIMIT, -normal, far))
