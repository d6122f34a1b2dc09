"""Mass of the load: calibrated mass per area times the area of a pixel, over the inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.xray.calibration import Calibration, areal_density_g_cm2
from vision.xray.materials import CLASSES
from vision.xray.transmission import Transmission

MODEL = "mass-areal"
Z_90 = 1.645
G_CM2_MM2_TO_KG = 1e-5


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
    path = np.maximum(seen.attenuation[:, :, 0] - np.float32(wall), 0)
    areal, spread = _areal(path, calibration, classes)
    beyond = float(np.isnan(areal).mean())
    if beyond > limits["saturated"]:
        return refused("the load is thicker than the thickest step of the wedge", saturated=opaque)
    area_mm2 = pitch_mm[0] * pitch_mm[1]
    raw = float(np.nansum(areal, dtype=np.float64)) * area_mm2 * G_CM2_MM2_TO_KG
    kg = raw * calibration.mass_gain
    # The walls are known no better than this everywhere at once.
    walls = limits["wall_g_cm2"] * areal.size * area_mm2 * G_CM2_MM2_TO_KG
    half = Z_90 * float(np.hypot(kg * np.hypot(spread, calibration.mass_spread), walls))
    hidden = kg * (opaque + beyond) * limits["hidden"]
    return Mass(
        kg=kg,
        low_kg=max(0.0, kg - half),
        high_kg=kg + half + hidden,
        saturated_share=opaque,
        reason="",
    )


def refused(reason: str, *, saturated: float) -> Mass:
    """That the scan does not tell."""
    return Mass(kg=None, low_kg=0.0, high_kg=0.0, saturated_share=saturated, reason=reason)


def _areal(
    path: npt.NDArray[np.float32],
    calibration: Calibration,
    classes: npt.NDArray[np.uint8] | None,
) -> tuple[npt.NDArray[np.float32], float]:
    """(H, W) g/cm², and how far the wedges differ on it, relative to the sum.

    Where the material is known its own wedge speaks, elsewhere the mean of all.
    """
    tables = {
        number: areal_density_g_cm2(path, wedge)
        for number, material in enumerate(CLASSES)
        if (wedge := calibration.wedge(material)) is not None
    }
    stack = np.stack(list(tables.values()))
    mixed = stack.mean(axis=0)
    total = max(float(np.nansum(mixed)), 1e-9)
    unsure = (stack.max(axis=0) - stack.min(axis=0)) / np.float32(2 * Z_90)
    if classes is not None:
        for number, table in tables.items():
            told = classes == number
            mixed[told] = table[told]
            unsure[told] = 0.0
    return mixed, float(np.nansum(unsure)) / total
