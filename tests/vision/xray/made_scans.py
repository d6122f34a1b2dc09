"""Dual-energy scans of a box with known materials, drawn by attenuation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vision.findings import Material
from vision.scan import Acquisition, PixelUnit, XrayImage
from vision.xray.calibration import Calibration, Wedge

AIR, DARK = 52_000.0, 400.0
PITCH_MM = 10.0
# Mass attenuation in cm²/g at 1.5 and 3 MeV (NIST XCOM, rounded) of polyethylene, aluminium, iron.
MASS_ATTENUATION = {
    Material.ORGANIC: (0.0590, 0.0407),
    Material.MINERAL: (0.0501, 0.0354),
    Material.METAL: (0.0488, 0.0362),
}
DENSITY = {Material.ORGANIC: 0.94, Material.MINERAL: 2.70, Material.METAL: 7.87}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A load in fractions of the box's length and inner height (from the floor up)."""

    x1: float
    x2: float
    top: float
    material: Material
    areal_g_cm2: float
    bottom: float = 0.0


@dataclass(kw_only=True)
class Scene:
    """`areal` is the true mass per area of the load, (H, W), g/cm²."""

    image: XrayImage
    outline: tuple[int, int, int, int]
    areal: npt.NDArray[np.float64]
    clean: npt.NDArray[np.float64] = field(repr=False)


def calibration(*, scanner: str = "made", gain: float = 1.0) -> Calibration:
    wedges = []
    for material, (low, high) in MASS_ATTENUATION.items():
        areal = np.linspace(0, 130, 40)
        wedges.append(
            Wedge(
                material=material,
                areal_g_cm2=areal,
                thickness_mm=areal / DENSITY[material] * 10,
                low=areal * low,
                high=areal * high,
            )
        )
    return Calibration(
        scanner=scanner,
        default=True,
        sha256="0" * 64,
        wedges=tuple(wedges),
        pitch_x_mm=PITCH_MM,
        pitch_y_mm=PITCH_MM,
        mass_gain=gain,
    )


def dual_energy(
    blocks: list[Block],
    *,
    seed: int = 1,
    noise: float = 0.002,
    length_mm: float = 12_192,
    height_mm: float = 2_591,
    channels: int = 2,
) -> Scene:
    """A 16-bit side view; box walls of 4 mm of steel, frame and floor thicker."""
    rng = np.random.default_rng(seed)
    wide, high = round(length_mm / PITCH_MM), round(height_mm / PITCH_MM)
    x1, y1 = 120, 60
    shape = (high + 160, wide + 240)
    steel = np.zeros(shape)
    steel[y1 : y1 + high, x1 : x1 + wide] += 0.4 * DENSITY[Material.METAL]
    for part in (
        (slice(y1, y1 + 10), slice(x1, x1 + wide)),
        (slice(y1 + high - 16, y1 + high), slice(x1, x1 + wide)),
        (slice(y1, y1 + high), slice(x1, x1 + 12)),
        (slice(y1, y1 + high), slice(x1 + wide - 12, x1 + wide)),
    ):
        steel[part] += 10
    for start in range(x1 + 20, x1 + wide - 20, 28):
        steel[y1 + 10 : y1 + high - 16, start : start + 11] += 0.4
    areal = np.zeros(shape)
    low = steel * MASS_ATTENUATION[Material.METAL][0]
    hard = steel * MASS_ATTENUATION[Material.METAL][1]
    floor = y1 + high - 16
    for block in blocks:
        rows = slice(
            round(floor - block.top * (high - 26)), round(floor - block.bottom * (high - 26))
        )
        columns = slice(round(x1 + block.x1 * wide), round(x1 + block.x2 * wide))
        areal[rows, columns] += block.areal_g_cm2
        low[rows, columns] += block.areal_g_cm2 * MASS_ATTENUATION[block.material][0]
        hard[rows, columns] += block.areal_g_cm2 * MASS_ATTENUATION[block.material][1]
    pixels = np.empty((*shape, channels), np.uint16)
    flicker = rng.normal(1, 0.01, shape[1])
    for number, attenuation in enumerate((low, hard)[:channels]):
        seen = np.exp(-attenuation) * flicker
        seen = seen + rng.normal(0, noise, shape) * np.sqrt(np.maximum(seen, 0.01))
        gains = np.random.default_rng(99).normal(1, 0.03, shape[0])[:, None]
        pixels[:, :, number] = np.clip(DARK + seen * gains * (AIR - DARK), 0, 65_535)
    image = XrayImage(
        sha256=f"{seed:064x}",
        scan_format="raw",
        pixels=pixels,
        unit=PixelUnit.COUNTS,
        acquisition=Acquisition(scanner="made", dark_level=DARK),
    )
    return Scene(image=image, outline=(x1, y1, x1 + wide, y1 + high), areal=areal, clean=low)
