"""At which end of a container its doors are: away from the tractor, as boxes are loaded.

Beyond the front end the picture shows the tractor's frame and wheels, beyond the doors only air.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.xray.strip import attenuation

# In heights of the container: how far a trailer may stick out, how far to look, and how deep.
OVERHANG, REACH, BELOW, LEAST_SEEN = 0.15, 0.8, 0.35, 0.05
# Mean attenuation, as a share of what is opaque: frame and wheels give more than the first, the
# overhang of a trailer less than the second and less than half of the other end, air hardly any.
TRACTOR, TAIL, AIR = 0.08, 0.06, 0.02


class End(StrEnum):
    """An end of a container in the picture."""

    LEFT = "left"
    RIGHT = "right"


def door_end(view: npt.NDArray[np.float32], containers: Sequence[Box]) -> End | None:
    """The end at which all containers of a truck have their doors; None: the view does not tell.

    Args:
        view: (H, W) in [0, 1], air bright.
        containers: outlines of the containers on one truck.
    """
    if not containers:
        return None
    first, last = min(containers, key=lambda b: b.x1), max(containers, key=lambda b: b.x2)
    before = _beyond(view, first, first.x1 - REACH * first.height_px, first.x1, End.LEFT)
    behind = _beyond(view, last, last.x2, last.x2 + REACH * last.height_px, End.RIGHT)
    if _is_front(before, behind):
        return End.RIGHT
    return End.LEFT if _is_front(behind, before) else None


def _is_front(here: float | None, there: float | None) -> bool:
    """The tractor is here: it shows, or the picture ends here and there is air there."""
    if there is None:
        return False
    if here is None:
        return there < AIR
    return here > TRACTOR and there < min(TAIL, 0.5 * here)


def _beyond(
    view: npt.NDArray[np.float32], container: Box, x1: float, x2: float, end: End
) -> float | None:
    """Mean attenuation beside the container at the height of a chassis; None: not in view."""
    over = OVERHANG * container.height_px
    left, right = (x1, x2 - over) if end is End.LEFT else (x1 + over, x2)
    columns = slice(max(0, int(left)), max(0, min(view.shape[1], int(right))))
    bottom = container.y2 + BELOW * container.height_px
    rows = slice(int(container.y2), min(view.shape[0], int(bottom)))
    seen = view[rows, columns]
    if seen.shape[1] < LEAST_SEEN * container.height_px or seen.shape[0] < 4:
        return None
    # Bands that were added to a picture are black from top to bottom.
    inside = seen[:, seen.max(axis=0) > 0.05]
    return float(attenuation(inside).mean()) if inside.size else None
