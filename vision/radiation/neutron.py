"""Are there more neutrons than background? Exact Poisson over two seconds or more.

Cosmic rays free bursts of neutrons in heavy metal (the ship effect): several counts at one
instant, where a source brings its counts one by one. The largest sample of each window is
therefore set back to the mean of the others before the window is tested.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vision.radiation import gross_count
from vision.radiation.intervals import Intervals, intervals

Array = npt.NDArray[np.float64]

SCALES_S = (2.0, 4.0, 8.0)
FEWEST_SAMPLES = 3


def neutron_z(
    counts: Array, duration_s: Array, *, background_counts: float, background_s: float
) -> tuple[Intervals, Array]:
    """The windows and (I,) their deviates."""
    looked = intervals(duration_s, scales_s=SCALES_S)
    inside = looked.sums(counts)
    samples = looked.end - looked.begin
    # reduceat takes pairs; the largest of [begin, end) stands at every second place.
    pairs = np.stack([looked.begin, looked.end], axis=1).ravel()
    largest = np.maximum.reduceat(np.append(counts, 0.0), pairs)[::2]
    others = (inside - largest) / np.maximum(samples - 1, 1)
    # One count more than the others is no burst.
    burst = np.floor(largest - others - 1).clip(0)
    inside = np.where(samples >= FEWEST_SAMPLES, inside - burst, inside)
    z = gross_count.excess_z(
        inside,
        background_counts=background_counts,
        background_s=background_s,
        live_s=looked.live_s,
    )
    return looked, z
