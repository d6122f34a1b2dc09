"""Where in a picture the vehicle is: without bands that were added, and without empty air.

Portals of other geometry give pictures much wider than the vehicle, or fill them up with black or
white. Detectors see the vehicle's frame, so that it looks the same to them everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLES = 400
# A line of one extreme value all along was added or never measured.
BAND_LEVEL, BAND_SHARE = 0.03, 0.995
BRIGHT_EDGE, LEAST_OBJECT = 0.5, 0.01
# Air is what most of the bright pixels have; whatever is thicker than paper lies below.
OBJECT_LEVEL, OBJECT_SHARE = 0.92, 0.08
AIR_QUANTILE = 95.0
SIDE, ABOVE, BELOW = 0.05, 0.06, 0.02
FEWEST_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Part of a picture in whole pixels; x2 and y2 are exclusive."""

    x1: int
    y1: int
    x2: int
    y2: int

    def of(self, picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return picture[self.y1 : self.y2, self.x1 : self.x2]


def without_bands(view: npt.NDArray[np.float32]) -> Frame:
    """The picture less black bands along its edges; all of it where air itself is dark.

    A band ends sharply at bright air. Dark air ends at the vehicle, of which little begins at once.

    Args:
        view: (H, W) in [0, 1], either polarity.
    """
    height, width = view.shape
    step = _step(view)
    band = view[::step, ::step] < BAND_LEVEL
    x1, x2 = _inner(band.mean(axis=0) < BAND_SHARE, step, width)
    y1, y2 = _inner(band.mean(axis=1) < BAND_SHARE, step, height)
    inner = Frame(x1=x1, y1=y1, x2=x2, y2=y2)
    part = inner.of(view)
    last = part.shape[1] - 1
    sides = (part[:, min(step, last)], part[:, max(0, last - step)])
    edges = [part[min(step, part.shape[0] - 1)], *sides]
    ends_at_air = any(float((edge > 0.5).mean()) > BRIGHT_EDGE for edge in edges)
    holds_something = float((part[::step, ::step] < 0.5).mean()) > LEAST_OBJECT
    if ends_at_air and holds_something:
        return inner
    return Frame(x1=0, y1=0, x2=width, y2=height)


def vehicle_frame(view: npt.NDArray[np.float32]) -> Frame:
    """Around all that is not air, with a little air; the whole picture if that is unclear.

    Args:
        view: (H, W) in [0, 1], air bright.
    """
    height, width = view.shape
    inner = without_bands(view)
    step = _step(view)
    thin = inner.of(view)[::step, ::step]
    seen = thin < OBJECT_LEVEL * float(np.percentile(thin, AIR_QUANTILE))
    columns = np.flatnonzero(seen.mean(axis=0) > OBJECT_SHARE)
    rows = np.flatnonzero(seen.mean(axis=1) > OBJECT_SHARE)
    if columns.size < FEWEST_LINES or rows.size < FEWEST_LINES:
        return Frame(x1=0, y1=0, x2=width, y2=height)
    x1, x2 = inner.x1 + int(columns[0]) * step, inner.x1 + int(columns[-1] + 1) * step
    y1, y2 = inner.y1 + int(rows[0]) * step, inner.y1 + int(rows[-1] + 1) * step
    tall = y2 - y1
    return Frame(
        x1=max(inner.x1, x1 - int(SIDE * tall)),
        y1=max(inner.y1, y1 - int(ABOVE * tall)),
        x2=min(inner.x2, x2 + int(SIDE * tall)),
        y2=min(inner.y2, y2 + int(BELOW * tall)),
    )


def _step(view: npt.NDArray[np.float32]) -> int:
    return max(1, int(min(view.shape)) // SAMPLES)


def _inner(measured: npt.NDArray[np.bool_], step: int, size: int) -> tuple[int, int]:
    kept = np.flatnonzero(measured)
    if kept.size < FEWEST_LINES:
        return 0, size
    return int(kept[0]) * step, min(size, int(kept[-1] + 1) * step)
