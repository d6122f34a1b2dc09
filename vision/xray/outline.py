"""The edges of a container itself, within the looser box that a detector draws around it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vision.geometry import Box

# Shares of the height: how far an edge may lie outside and inside of the box, and the rows of the
# upper wall, where neither chassis nor headboard stands beside the posts.
OUTSIDE, INSIDE, BELOW_TOP = 0.10, 0.12, 0.16
UPPER_WALL = (0.15, 0.60)
MIDDLE = 0.15
# Of the length: a detector that sees all scans at one shape is that far off in long ones.
ALONG = 0.03
# Of the picture's own air; the wall of a neighbouring box is nearly as light.
LEAST_AIR, DARKEST, BENEATH = 0.95, 3.0, 0.5
FEWEST = 8
ROOF_STEP = 0.1


def tighten(view: npt.NDArray[np.float32], box: Box) -> Box:
    """Edges moved to where air ends; one that is not seen (cut, dark beside it) stays.

    So does the lower one on a chassis: it moves only where nothing at all is below.

    Args:
        view: (H, W) in [0, 1], air bright.
        box: as the detector drew it.
    """
    high, wide = box.height_px, box.width_px
    rows = slice(
        max(0, int(box.y1 + UPPER_WALL[0] * high)), max(1, int(box.y1 + UPPER_WALL[1] * high))
    )
    air = LEAST_AIR * float(np.percentile(view[::8, ::8], 95))
    inwards = max(INSIDE * high, ALONG * wide)
    x1 = _first(view, rows, box.x1 - OUTSIDE * high, box.x1 + inwards, air)
    x2 = _last(view, rows, box.x2 - inwards, box.x2 + OUTSIDE * high, air)
    columns = slice(int(box.x1 + MIDDLE * wide), max(1, int(box.x2 - MIDDLE * wide)))
    above, below = max(0, int(box.y1 - OUTSIDE * high)), int(box.y1 + BELOW_TOP * high)
    # A load just under the roof is much darker than the roof itself.
    roof = np.median(view[above:below, columns], axis=1) if below > above else np.zeros(0)
    y1 = _crossing(roof, air, deepest=ROOF_STEP)
    bottom = _bottom(view, columns, box, air)
    left = box.x1 if x1 is None else float(x1)
    right = box.x2 if x2 is None else float(x2)
    top = box.y1 if y1 is None else float(above + y1)
    if right - left < 0.5 * wide or bottom - top < 0.5 * high:
        return box
    return Box(x1=left, y1=top, x2=right, y2=bottom)


def _first(
    view: npt.NDArray[np.float32], rows: slice, start: float, end: float, air: float
) -> int | None:
    low, high = max(0, int(start)), min(view.shape[1], int(end))
    found = _crossing(np.median(view[rows, low:high], axis=0), air) if high > low else None
    return None if found is None else low + found


def _last(
    view: npt.NDArray[np.float32], rows: slice, start: float, end: float, air: float
) -> int | None:
    low, high = max(0, int(start)), min(view.shape[1], int(end))
    found = _crossing(np.median(view[rows, low:high], axis=0)[::-1], air) if high > low else None
    return None if found is None else high - found


def _bottom(view: npt.NDArray[np.float32], columns: slice, box: Box, air: float) -> float:
    """Lower edge: where the box itself ends if no vehicle is beneath it, else as it was."""
    high = box.height_px
    first, last = int(box.y2 - INSIDE * high), int(box.y2 + INSIDE * high)
    beneath = view[last : int(box.y2 + BENEATH * high)]
    lowest = view[first:last, columns]
    if not beneath.size or float(np.percentile(beneath, 1)) < air or not lowest.size:
        return box.y2
    found = _crossing(np.percentile(lowest, DARKEST, axis=1)[::-1], air, deepest=ROOF_STEP)
    return box.y2 if found is None else float(first + lowest.shape[0] - found)


def _crossing(
    profile: npt.NDArray[np.floating], least_air: float, *, deepest: float = 1.0
) -> int | None:
    """Where a profile that begins in air falls half way to its darkest, or by `deepest`.

    None if it does not.
    """
    if profile.size < FEWEST:
        return None
    air = float(profile[: max(3, profile.size // 6)].max())
    if air < least_air:
        return None
    level = max((air + float(profile.min())) / 2, air - deepest)
    below = np.flatnonzero(profile < level)
    return int(below[0]) if below.size else None
