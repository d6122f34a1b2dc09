"""Mass of the load: calibrated mass per area times the area of a pixel, over the inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.findings import Provenance
from vision.xray.calibration import Calibration, areal_density_g_cm2
from vision.xray.materials import CLASSES, UNTOLD
from vision.xray.transmission import Transmission

MODEL = "mass-areal"
Z_90 = 1.645
G_CM2_MM2_TO_KG = 1e-5
# -ln of the least transmission is 6.2.
BINS, MOST_PATH = 4096, 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass:
    """`kg` None: the scan does not tell, for `reason`."""

    kg: float | None
    low_kg: float
    high_kg: float
    saturated_share: float
    reason: str


def measure(
    seen: Transmission,
    calibration: Calibration,
    *,
    pitch_mm: tuple[float, float],
    wall: float,
    classes: npt.NDArray[np.uint8] | None,
    limits: Mapping[str, float],
) -> Mass:
    """Mass without the box, in the part of a view that is given.

    Args:
        seen: of the inside, both energies or one.
        calibration: with at least one wedge.
        pitch_mm: (along, upwards) of a pixel.
        wall: -ln(T) of the empty box, low energy.
        classes: (H, W) of `materials.classify`, None with one energy.
        limits: parameters of `MODEL`.
    """
    opaque = float(seen.opaque.mean())
    if opaque > limits["saturated"]:
        return refused(f"{100 * opaque:.0f} % of the inside is opaque", saturated=opaque)
    path = seen.attenuation[:, :, 0]
    sums = _sums(path - np.float32(wall), calibration, classes)
    beyond = sums.beyond / path.size
    area_mm2 = pitch_mm[0] * pitch_mm[1]
    raw = sums.areal * area_mm2 * G_CM2_MM2_TO_KG
    kg = raw * calibration.mass_gain
    # The walls are known no better than this everywhere at once.
    walls = limits["wall_g_cm2"] * path.size * area_mm2 * G_CM2_MM2_TO_KG
    half = Z_90 * float(np.hypot(kg * np.hypot(sums.spread, calibration.mass_spread), walls))
    hidden = kg * (opaque + beyond) * limits["hidden"]
    return Mass(
        kg=kg,
        low_kg=max(0.0, kg - half),
        high_kg=kg + half + hidden,
        saturated_share=opaque,
        reason="",
    )


def version_of(version: str, gain: float) -> str:
    """A gain that was learnt is part of the version, so that a mass can be traced to it."""
    return version if gain == 1.0 else f"{version}*{gain:.4f}"


def gain_of(provenance: Provenance) -> float:
    """The gain that a mass was multiplied by."""
    _, _, gain = provenance.version.partition("*")
    return float(gain) if gain else 1.0


def refused(reason: str, *, saturated: float) -> Mass:
    """That the scan does not tell."""
    return Mass(kg=None, low_kg=0.0, high_kg=0.0, saturated_share=saturated, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Of g/cm² over pixels; how far the wedges differ on it, relative; pixels beyond all steps."""

    areal: float
    spread: float
    beyond: int


def _sums(
    path: npt.NDArray[np.float32],
    calibration: Calibration,
    classes: npt.NDArray[np.uint8] | None,
) -> _Sums:
    """Over a histogram, as the same -ln(T) always weighs the same.

    Where the material is known its own wedge speaks, elsewhere the mean of all.
    """
    index = np.clip(path * np.float32(BINS / MOST_PATH), 0, BINS - 1).astype(np.uint16)
    middles = ((np.arange(BINS) + 0.5) * (MOST_PATH / BINS)).astype(np.float32)
    tables = {
        number: areal_density_g_cm2(middles, wedge)
        for number, material in enumerate(CLASSES)
        if (wedge := calibration.wedge(material)) is not None
    }
    stack = np.stack(list(tables.values()))
    halves = (stack.max(axis=0) - stack.min(axis=0)) / (2 * Z_90)
    tables[UNTOLD] = stack.mean(axis=0)
    total, unsure, beyond = 0.0, 0.0, 0
    for number, counts in _histograms(index, classes):
        table = tables.get(number, tables[UNTOLD])
        known = np.isfinite(table)
        total += float((counts[known] * table[known]).sum())
        beyond += int(counts[~known].sum())
        if number == UNTOLD or number not in tables:
            unsure += float((counts[known] * halves[known]).sum())
    return _Sums(areal=total, spread=unsure / max(total, 1e-9), beyond=beyond)


def _histograms(
    index: npt.NDArray[np.uint16], classes: npt.NDArray[np.uint8] | None
) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """(class, (BINS,) counts); all pixels are untold without classes."""
    if classes is None:
        return [(UNTOLD, np.bincount(index.ravel(), minlength=BINS))]
    joint = index.astype(np.int32)
    joint += classes.astype(np.int32) * BINS
    counts = np.bincount(joint.ravel(), minlength=(UNTOLD + 1) * BINS)
    return list(enumerate(counts.reshape(UNTOLD + 1, BINS)))
