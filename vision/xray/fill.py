"""How full a container is: where its inside is darker than its own walls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.xray.transmission import Floats

MODEL = "load-fill"
STEPS, LEVELS = 192, 96
# Steps of a finding: as many as a person can tell apart.
REPORTED = 64
WALL_QUANTILE, ROW_QUANTILE = 5.0, 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """`heights` (REPORTED,) in [0, 1], left to right; `share` with bounds of probability 0.9."""

    heights: tuple[float, ...]
    share: float
    low: float
    high: float


def darkness(inside: Floats) -> Floats:
    """-ln of brightness, (h, w); of grey levels it orders places and measures nothing."""
    return np.asarray(-np.log(inside.clip(0.01)), dtype=np.float32)


def load_heat(path: Floats, *, wall: float, uneven: float) -> Floats:
    """(LEVELS, STEPS): how much darker than the walls each cell of the inside is.

    Args:
        path: -ln(T) or `darkness`, (h, w), of the inside.
        wall: what the empty box has.
        uneven: by how much a row of it may differ: sheets overlap, detectors do not agree.
    """
    cells = cv2.resize(path, (STEPS, LEVELS), interpolation=cv2.INTER_AREA)
    rows = np.percentile(cells, ROW_QUANTILE, axis=1).clip(wall, wall + uneven)
    return np.asarray((cells - rows[:, None].astype(np.float32)).clip(0), dtype=np.float32)


def wall_of(path: Floats, *, most: float) -> float:
    """The empty box by the thinnest part of the inside; `most` where the load leaves none free."""
    cells = cv2.resize(path, (STEPS, LEVELS), interpolation=cv2.INTER_AREA)
    return min(float(np.percentile(cells, WALL_QUANTILE)), most)


def measure(heat: Floats, *, limits: Mapping[str, float]) -> Fill:
    """Filled share of the inside as the view shows it.

    Args:
        heat: of `load_heat`.
        limits: parameters of `MODEL`: `load` above which a cell counts as filled, the factors
            `doubt` by which that may be wrong either way, and `margin` added to both bounds.
    """
    filled = heat > limits["load"]
    heights = tuple(float(v) for v in filled.mean(axis=0).reshape(REPORTED, -1).mean(axis=1))
    strict = float((heat > limits["load"] * limits["doubt"]).mean())
    lenient = float((heat > limits["load"] / limits["doubt"]).mean())
    share = float(filled.mean())
    return Fill(
        heights=heights,
        share=share,
        low=max(0.0, min(strict, share) - limits["margin"]),
        high=min(1.0, max(lenient, share) + limits["margin"]),
    )


def filled_mask(heat: Floats, limits: Mapping[str, float]) -> npt.NDArray[np.bool_]:
    """(LEVELS, STEPS) where there is load."""
    return np.asarray(heat > limits["load"], dtype=np.bool_)
