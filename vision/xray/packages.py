"""Packages of a regular stack, counted by how the picture repeats itself along and upwards.

One side view shows rows and columns. How many stand behind one another follows from the inner
width of a box and the columns' own width, if that is known in millimetres, and is as uncertain as
the shape of a package is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.xray.transmission import Floats

MODEL = "package-count"
INNER_WIDTH_MM = 2350.0
# Of a package, its depth over its width as one sees it.
LEAST_DEPTH, MOST_DEPTH = 0.6, 1.7
SIZE = 512
FEWEST_ROWS, FEWEST_COLUMNS = 2, 4
MOST_PERIODS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """`rows` and `columns` as seen; `count` with its bounds includes those behind."""

    rows: int
    columns: int
    count: int
    low: int
    high: int


def count(
    path: Floats,
    filled: npt.NDArray[np.bool_],
    *,
    pitch_x_mm: float | None,
    limits: Mapping[str, float],
) -> Stack | None:
    """None where the load does not repeat itself both ways, or columns cannot be sized.

    Args:
        path: -ln(T) or darkness of the inside, (h, w).
        filled: (levels, steps) where there is load.
        pitch_x_mm: of a pixel along the box, None if unknown.
        limits: parameters of `MODEL`: `strength` is the least autocorrelation at one period.
    """
    part = _block(path, filled, limits["fullness"])
    if part is None or pitch_x_mm is None:
        return None
    square = cv2.resize(part, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    fine = square - cv2.GaussianBlur(square, (0, 0), SIZE / 12)
    across = _periods(fine.mean(axis=0), limits["strength"])
    upwards = _periods(fine.mean(axis=1), limits["strength"])
    if across is None or upwards is None:
        return None
    columns, rows = round(across), round(upwards)
    if columns < FEWEST_COLUMNS or rows < FEWEST_ROWS:
        return None
    behind = INNER_WIDTH_MM / (part.shape[1] * pitch_x_mm / columns)
    fewest = max(1, math.floor(behind / MOST_DEPTH))
    return Stack(
        rows=rows,
        columns=columns,
        count=rows * columns * max(1, round(behind)),
        low=_whole(upwards, -1) * _whole(across, -1) * fewest,
        high=_whole(upwards, 1) * _whole(across, 1) * max(1, math.floor(behind / LEAST_DEPTH)),
    )


def _block(path: Floats, filled: npt.NDArray[np.bool_], fullness: float) -> Floats | None:
    """The load's bounding box, if the load fills it."""
    columns = np.flatnonzero(filled.mean(axis=0) > 0.2)
    rows = np.flatnonzero(filled.mean(axis=1) > 0.2)
    if columns.size < 8 or rows.size < 6:
        return None
    inner = filled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if inner.mean() < fullness:
        return None
    high, wide = path.shape[0] / filled.shape[0], path.shape[1] / filled.shape[1]
    return path[
        int(rows[0] * high) : int((rows[-1] + 1) * high),
        int(columns[0] * wide) : int((columns[-1] + 1) * wide),
    ]


def _periods(profile: npt.NDArray[np.floating], strength: float) -> float | None:
    """Periods in the profile by the first strong peak of its autocorrelation."""
    centred = profile - profile.mean()
    full = np.correlate(centred, centred, "full")[profile.size - 1 :]
    if full[0] <= 0:
        return None
    # Fewer products at long lags must not look like weaker repetition.
    lagged = full / full[0] * profile.size / (profile.size - np.arange(profile.size))
    shortest = profile.size // MOST_PERIODS
    for lag in range(max(shortest, 3), profile.size // 2):
        peak = lagged[lag] >= lagged[lag - 1] and lagged[lag] > lagged[lag + 1]
        if peak and lagged[lag] >= strength and lagged[:lag].min() < 0:
            return profile.size / _refined(lagged, lag)
    return None


def _refined(values: npt.NDArray[np.floating], at: int) -> float:
    before, middle, after = (float(values[at + step]) for step in (-1, 0, 1))
    bend = before - 2 * middle + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def _whole(periods: float, step: int) -> int:
    """The neighbour that the number may be instead; the number itself if it is near a whole."""
    near = round(periods)
    return near if abs(periods - near) < 0.15 else max(1, near + step)
