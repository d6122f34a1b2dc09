"""Scans of a box with blocks of known material and mass, drawn by attenuation.

One energy line for each channel, so no beam hardening and no scatter: what is measured on these
says whether the methods do as they should, and nothing about a real scanner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.findings import Material
from vision.geometry import Box
from vision.scan import Acquisition, PixelUnit, XrayImage
from vision.xray.calibration import Calibration, Wedge

AIR, DARK = 52_000.0, 400.0
SCANNER, PITCH_MM = "made", 10.0
LEFT, TOP = 120, 60
WALL_CM, FRAME_G_CM2, RIB_G_CM2 = 0.4, 10.0, 0.4
ROOF_PX, FLOOR_PX, POST_PX, CORRUGATION_PX = 10, 16, 12, 28
STACK_START, STACK_LENGTH, STACK_TOP, GAP = 0.04, 0.9, 0.9, 0.08
FLICKER, GAIN_SPREAD, GAIN_SEED, LEAST_NOISE = 0.01, 0.03, 99, 0.01
# Mass attenuation in cm²/g at 1.5 and 3 MeV (NIST XCOM, rounded) of polyethylene, aluminium, iron.
MASS_ATTENUATION = {
    Material.ORGANIC: (0.0590, 0.0407),
    Material.MINERAL: (0.0501, 0.0354),
    Material.METAL: (0.0488, 0.0362),
}
DENSITY = {Material.ORGANIC: 0.94, Material.MINERAL: 2.70, Material.METAL: 7.87}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A load in fractions of the box's length and inner height (from the floor up)."""

    x1: float
    x2: float
    top: float
    material: Material
    areal_g_cm2: float
    bottom: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`areal` is the mass per area of the load in g/cm², `clean` the true -ln(T) of the low energy,
    both (H, W).
    """

    image: XrayImage
    outline: Box
    areal: npt.NDArray[np.float64]
    clean: npt.NDArray[np.float64]

    @property
    def mass_kg(self) -> float:
        """Mass of the load."""
        return float(self.areal.sum()) * (PITCH_MM / 10) ** 2 / 1000


def calibration() -> Calibration:
    """What a site would have measured on the scanner that made these views."""
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
        scanner=SCANNER,
        default=True,
        sha256="0" * 64,
        wedges=tuple(wedges),
        pitch_x_mm=PITCH_MM,
        pitch_y_mm=PITCH_MM,
    )


def side_view(
    blocks: Sequence[Block],
    *,
    seed: int,
    noise: float = 0.002,
    length_mm: float = 12_192,
    height_mm: float = 2_591,
    channels: int = 2,
    false_wall_mm: float = 0.0,
) -> Scene:
    """A 16-bit view of counts; walls of 4 mm of steel in all, frame and floor thicker.

    Args:
        blocks: what lies in the box; they add up where they overlap.
        seed: of noise and flicker; detector gains are the same for all.
        noise: standard deviation of T in air.
        length_mm: outer length of the box.
        height_mm: outer height.
        channels: 2 for two energies.
        false_wall_mm: depth of a space behind a second front wall, filled with goods.
    """
    wide, high = round(length_mm / PITCH_MM), round(height_mm / PITCH_MM)
    outline = Box(x1=LEFT, y1=TOP, x2=LEFT + wide, y2=TOP + high)
    steel = _steel(outline)
    false_px = round(false_wall_mm / PITCH_MM)
    first = int(outline.x1) + POST_PX
    steel[TOP : int(outline.y2), first : first + false_px] += FRAME_G_CM2
    loads = {material: np.zeros(steel.shape) for material in Material}
    for block in blocks:
        loads[block.material][_place(block, outline)] += block.areal_g_cm2
    loads[Material.METAL] += steel
    rng = np.random.default_rng(seed)
    flicker = rng.normal(1, FLICKER, steel.shape[1])
    gains = np.random.default_rng(GAIN_SEED).normal(1, GAIN_SPREAD, (steel.shape[0], 1))
    pixels = np.empty((*steel.shape, channels), np.uint16)
    paths = [
        sum(loads[m] * both[number] for m, both in MASS_ATTENUATION.items()) + np.zeros(steel.shape)
        for number in range(channels)
    ]
    for number, path in enumerate(paths):
        seen = np.exp(-path) * flicker
        seen += rng.normal(0, noise, seen.shape) * np.sqrt(np.maximum(seen, LEAST_NOISE))
        pixels[:, :, number] = np.clip(DARK + seen * gains * (AIR - DARK), 0, 65_535)
    image = XrayImage(
        sha256=f"{seed:064x}",
        scan_format="raw",
        pixels=pixels,
        unit=PixelUnit.COUNTS,
        acquisition=Acquisition(
            scanner=SCANNER, dark_level=DARK, pitch_x_mm=PITCH_MM, pitch_y_mm=PITCH_MM
        ),
    )
    load = sum(loads.values()) - steel
    return Scene(image=image, outline=outline, areal=load, clean=paths[0])


def stack(rows: int, columns: int, *, areal_g_cm2: float) -> list[Block]:
    """Equal packages with gaps, `STACK_LENGTH` of the box long and `STACK_TOP` of it high."""
    wide, high = STACK_LENGTH / columns, STACK_TOP / rows
    return [
        Block(
            x1=STACK_START + column * wide,
            x2=STACK_START + (column + 1 - GAP) * wide,
            bottom=row * high,
            top=(row + 1 - GAP) * high,
            material=Material.ORGANIC,
            areal_g_cm2=areal_g_cm2,
        )
        for row in range(rows)
        for column in range(columns)
    ]


def _steel(outline: Box) -> npt.NDArray[np.float64]:
    """(H, W) g/cm² of the empty box: sheets, frame, floor, corrugations."""
    x1, y1, x2, y2 = int(outline.x1), int(outline.y1), int(outline.x2), int(outline.y2)
    steel = np.zeros((y2 + 100, x2 + 120))
    steel[y1:y2, x1:x2] += WALL_CM * DENSITY[Material.METAL]
    for part in (
        (slice(y1, y1 + ROOF_PX), slice(x1, x2)),
        (slice(y2 - FLOOR_PX, y2), slice(x1, x2)),
        (slice(y1, y2), slice(x1, x1 + POST_PX)),
        (slice(y1, y2), slice(x2 - POST_PX, x2)),
    ):
        steel[part] += FRAME_G_CM2
    for start in range(x1 + 2 * POST_PX, x2 - 2 * POST_PX, CORRUGATION_PX):
        steel[y1 + ROOF_PX : y2 - FLOOR_PX, start : start + CORRUGATION_PX // 2] += RIB_G_CM2
    return steel


def _place(block: Block, outline: Box) -> tuple[slice, slice]:
    floor, inner = outline.y2 - FLOOR_PX, outline.height_px - FLOOR_PX - ROOF_PX
    return (
        slice(round(floor - block.top * inner), round(floor - block.bottom * inner)),
        slice(
            round(outline.x1 + block.x1 * outline.width_px),
            round(outline.x1 + block.x2 * outline.width_px),
        ),
    )
