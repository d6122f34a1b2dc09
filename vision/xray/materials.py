"""Dual energy: organic, mineral or light metal, metal, and "cannot tell"; pseudo-colour.

Each class is a curve of the ratio of both attenuations over the attenuation, from the site's own
step wedges. A pixel is told only where one curve fits within its noise and no other does: between
the curves lie things behind one another, and thin or opaque places lie near all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Material, MaterialShare
from vision.xray.calibration import Calibration, Wedge
from vision.xray.transmission import Floats, Transmission

CLASSES = (Material.ORGANIC, Material.MINERAL, Material.METAL)
UNTOLD = len(CLASSES)
SMOOTHING_PX = 7
MOST_FINE_PX = 4_000_000
MODEL = "material-class"
FAR_Z = 1e6
GRID = 1024
# RGB at full strength, in the order of CLASSES and then untold.
COLOURS = np.array(
    [(235, 130, 20), (40, 160, 60), (40, 90, 220), (120, 120, 120)], dtype=np.float32
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """Ratio low / high of one class on a grid of the high energy's attenuation, (GRID,)."""

    ratio: Floats
    most: float


def classify(
    seen: Transmission,
    calibration: Calibration,
    *,
    limits: Mapping[str, float],
    wall: tuple[float, float] = (0.0, 0.0),
) -> npt.NDArray[np.uint8] | None:
    """(H, W) number of the class in `CLASSES`, `UNTOLD` elsewhere; None without two energies.

    Args:
        seen: both energies.
        calibration: with wedges of at least two classes at both energies.
        limits: parameters of `MODEL`. `fits_z` and `apart_z` are deviations within which the curve
            must fit and by which it must beat the others, `model_spread` the error of the curves
            themselves, `thinnest` the least attenuation.
        wall: attenuation of what stands before and behind everything, (low, high).
    """
    curves = _curves(calibration)
    if seen.attenuation.shape[2] != 2 or sum(curve is not None for curve in curves) < 2:
        return None
    height, width = seen.opaque.shape
    shrink = 2 if height * width > MOST_FINE_PX else 1
    low = _smooth(seen.attenuation[:, :, 0], shrink) - np.float32(wall[0])
    high = _smooth(seen.attenuation[:, :, 1], shrink) - np.float32(wall[1])
    thinnest = np.float32(limits["thinnest"])
    thin = high < thinnest
    safe = np.maximum(high, thinnest)
    ratio = low / safe
    # Poisson: the relative error of T grows as its root falls.
    spread = (
        seen.noise / (SMOOTHING_PX // shrink * shrink) * np.exp(0.5 * (safe + np.float32(wall[1])))
    )
    spread = np.sqrt(spread * spread * (1 + ratio * ratio)) / safe + np.float32(
        limits["model_spread"]
    )
    best = np.full(ratio.shape, FAR_Z, dtype=np.float32)
    second = best.copy()
    classes = np.full(ratio.shape, UNTOLD, dtype=np.uint8)
    for number, curve in enumerate(curves):
        if curve is None:
            continue
        place = np.clip(safe * np.float32((GRID - 1) / curve.most), 0, GRID - 1).astype(np.int32)
        z = np.abs(ratio - curve.ratio[place]) / spread
        z[safe > curve.most] = FAR_Z
        nearer = z < best
        second = np.where(nearer, best, np.minimum(second, z))
        classes[nearer] = number
        best = np.where(nearer, z, best)
    unclear = (best > limits["fits_z"]) | (second - best < limits["apart_z"]) | thin
    classes[unclear] = UNTOLD
    if shrink > 1:
        classes = np.asarray(
            cv2.resize(classes, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8
        )
    classes[_grown(seen.opaque)] = UNTOLD
    return classes


def shares(
    classes: npt.NDArray[np.uint8], load: npt.NDArray[np.bool_]
) -> tuple[MaterialShare, ...]:
    """Shares of the load's area; they add up to 1. () if there is no load."""
    counts = np.bincount(classes[load], minlength=UNTOLD + 1)
    total = int(counts.sum())
    names = (*CLASSES, Material.CANNOT_TELL)
    return tuple(
        MaterialShare(material=name, share=float(count) / total)
        for name, count in zip(names, counts, strict=True)
        if total
    )


def pseudo_colour(brightness: Floats, classes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(H, W, 3) RGB: hue of the class, as bright as the transmission; untold is grey.

    Args:
        brightness: (H, W) in [0, 1], air bright.
        classes: (H, W), of `classify`.
    """
    light = brightness[:, :, None]
    hue = COLOURS[classes]
    return np.asarray(np.rint(hue * (1 - light) * 0.9 + 255 * light).clip(0, 255), dtype=np.uint8)


def _curves(calibration: Calibration) -> list[_Curve | None]:
    return [_curve(calibration.wedge(material)) for material in CLASSES]


def _curve(wedge: Wedge | None) -> _Curve | None:
    if wedge is None or wedge.high is None:
        return None
    inner = wedge.high > 0
    high, low = wedge.high[inner], wedge.low[inner]
    grid = np.linspace(0, high[-1], GRID)
    ratio = np.interp(grid, high, low / high)
    return _Curve(ratio=ratio.astype(np.float32), most=float(high[-1]))


def _smooth(attenuation: Floats, shrink: int) -> Floats:
    """Mean over `SMOOTHING_PX`; of large scans at every second pixel, which is as good then."""
    if shrink > 1:
        size = (attenuation.shape[1] // shrink, attenuation.shape[0] // shrink)
        attenuation = np.asarray(
            cv2.resize(attenuation, size, interpolation=cv2.INTER_AREA), dtype=np.float32
        )
    side = SMOOTHING_PX // shrink
    return np.asarray(cv2.blur(attenuation, (side, side)), dtype=np.float32)


def _grown(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    kernel = np.ones((SMOOTHING_PX, SMOOTHING_PX), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), dtype=np.bool_)
