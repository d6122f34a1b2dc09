"""All the stretches of time that a passage is looked at in, short ones and long ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]

SCALES_S = (0.5, 1.0, 2.0, 4.0, 8.0)
_EPSILON_S = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """(I,) first sample, one past the last, seconds counted, and index of the scale.

    Indexes count from the first tested sample. `lengths_s` is (S,) typical length by scale.
    """

    begin: Indexes
    end: Indexes
    live_s: Array
    scale: Indexes
    lengths_s: Array

    def only(self, chosen: Indexes) -> Intervals:
        """Some of them."""
        return Intervals(
            begin=self.begin[chosen],
            end=self.end[chosen],
            live_s=self.live_s[chosen],
            scale=self.scale[chosen],
            lengths_s=self.lengths_s,
        )

    def sums(self, counts: Array) -> Array:
        """(..., I) sums of (..., T) counts."""
        total = np.concatenate(
            [np.zeros((*counts.shape[:-1], 1)), np.cumsum(counts, axis=-1)], axis=-1
        )
        return np.asarray(total[..., self.end] - total[..., self.begin])


def intervals(duration_s: Array, *, scales_s: tuple[float, ...] = SCALES_S) -> Intervals:
    """Sliding windows of every scale that is shorter than the whole, and the whole.

    Args:
        duration_s: (T,) lengths of the tested samples, one after the other.
        scales_s: lengths to look at; a sample longer than one stands for it.
    """
    ends_s = np.cumsum(duration_s)
    begins_s = ends_s - duration_s
    total = float(ends_s[-1])
    found: list[tuple[Indexes, Indexes]] = []
    seen: set[bytes] = set()
    for scale in (*[s for s in scales_s if s < total - _EPSILON_S], total):
        begin = np.searchsorted(begins_s, ends_s - scale - _EPSILON_S)
        end = np.arange(1, duration_s.size + 1)
        begin = np.minimum(begin, end - 1)
        # Windows that the start cuts short belong to a shorter scale.
        full = (ends_s - begins_s[begin] >= 0.75 * scale) | (begin == end - 1)
        begin, end = begin[full], end[full]
        key = begin.tobytes() + end.tobytes()
        if key not in seen:
            seen.add(key)
            found.append((begin, end))
    begin = np.concatenate([pair[0] for pair in found])
    end = np.concatenate([pair[1] for pair in found])
    scale_index = np.repeat(np.arange(len(found)), [pair[0].size for pair in found])
    live = ends_s[end - 1] - begins_s[begin]
    return Intervals(
        begin=begin,
        end=end,
        live_s=live,
        scale=scale_index,
        lengths_s=np.array([np.median(live[scale_index == i]) for i in range(len(found))]),
    )
