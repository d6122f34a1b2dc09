"""The edges of a container itself, within the looser box that a detector draws around it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vision.geometry import Box

# Shares of the height: how far an edge may lie outside and inside of the box, and the rows of the
# upper wall, where neither chassis nor headboard stands beside the posts.
OUTSIDE, INSIDE = 0.10, 0.12
UPPER_WALL = (0.15, 0.60)
MIDDLE = 0.15
LEAST_AIR = 0.85
FEWEST = 8


def tighten(view: npt.NDArray[np.float32], box: Box) -> Box:
    """Left, right and upper edge moved to where air ends; the lower one stays.

    An edge that is not seen (cut by the picture, dark beside it) stays too.

    Args:
        view: (H, W) in [0, 1], air bright.
        box: as the detector drew it.
    """
    high, wide = box.height_px, box.width_px
    rows = slice(
        max(0, int(box.y1 + UPPER_WALL[0] * high)), max(1, int(box.y1 + UPPER_WALL[1] * high))
    )
    x1 = _first(view, rows, box.x1 - OUTSIDE * high, box.x1 + INSIDE * high)
    x2 = _last(view, rows, box.x2 - INSIDE * high, box.x2 + OUTSIDE * high)
    columns = slice(int(box.x1 + MIDDLE * wide), max(1, int(box.x2 - MIDDLE * wide)))
    above, below = max(0, int(box.y1 - OUTSIDE * high)), int(box.y1 + INSIDE * high)
    y1 = _crossing(np.median(view[above:below, columns], axis=1)) if below > above else None
    left = box.x1 if x1 is None else float(x1)
    right = box.x2 if x2 is None else float(x2)
    top = box.y1 if y1 is None else float(above + y1)
    if right - left < 0.5 * wide or box.y2 - top < 0.5 * high:
        return box
    return Box(x1=left, y1=top, x2=right, y2=box.y2)


def _first(view: npt.NDArray[np.float32], rows: slice, start: float, end: float) -> int | None:
    low, high = max(0, int(start)), min(view.shape[1], int(end))
    found = _crossing(np.median(view[rows, low:high], axis=0)) if high > low else None
    return None if found is None else low + found


def _last(view: npt.NDArray[np.float32], rows: slice, start: float, end: float) -> int | None:
    low, high = max(0, int(start)), min(view.shape[1], int(end))
    found = _crossing(np.median(view[rows, low:high], axis=0)[::-1]) if high > low else None
    return None if found is None else high - found


def _crossing(profile: npt.NDArray[np.floating]) -> int | None:
    """Where a profile that begins in air falls half way to its darkest; None if it does not."""
    if profile.size < FEWEST:
        return None
    air = float(profile[: max(3, profile.size // 6)].max())
    if air < LEAST_AIR:
        return None
    below = np.flatnonzero(profile < (air + float(profile.min())) / 2)
    return int(below[0]) if below.size else None
