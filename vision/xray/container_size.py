"""Length in feet and high cube, from whatever in a scan has a known size.

In order of trust: the pixel pitch; two containers on one vehicle, which can only be of 20 feet; a
chassis that sticks out at both ends by a quarter of the box, as no road allows for 40 feet; the
beams of the floor, some 30 cm apart, of which 40 feet have about 40. Beams of 20 feet look like
those of a trailer, and 45 feet have hardly more than 40, so these are not told from beams. Scans
without a pitch are stretched along the vehicle by its speed: the outline's shape tells nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Box

MODEL = "container-size"
# ISO 668: outer lengths and heights, mm.
LENGTHS_MM = {20: 6058.0, 40: 12192.0, 45: 13716.0}
STANDARD_MM, HIGH_CUBE_MM = 2591.0, 2896.0
# Floor beams along a box, by its length; between them no count is a box.
BEAMS = {20: (18.0, 22.5), 40: (37.0, 44.0), 45: (44.5, 47.5)}
SOUGHT_BEAMS = (14.0, 60.0)
FLOOR_BANDS = ((0.76, 0.84), (0.80, 0.88), (0.84, 0.92), (0.78, 0.92))
LOAD_BANDS = ((0.3, 0.5), (0.5, 0.7))
END, FINER = 0.04, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """None where it cannot be told; `score` in [0, 1] says how clearly."""

    length_ft: int | None
    high_cube: bool | None
    score: float


def measure(
    view: npt.NDArray[np.float32],
    tight: Box,
    *,
    others: Sequence[Box],
    pitch_mm: tuple[float, float] | None,
    limits: Mapping[str, float],
) -> Size:
    """Size of one container.

    Args:
        view: (H, W) in [0, 1], air bright.
        tight: its own edges.
        others: outlines of the other containers of the view.
        pitch_mm: (along, upwards) of a pixel, None if unknown.
        limits: parameters of `MODEL`.
    """
    if pitch_mm is not None:
        return _by_pitch(tight, pitch_mm, limits)
    if len(others) == 1:
        ratio = tight.width_px / others[0].width_px
        alike = 1 / limits["pair_ratio"] < ratio < limits["pair_ratio"]
        return Size(length_ft=20 if alike else None, high_cube=None, score=0.9 if alike else 0.0)
    if _overhang(view, tight) >= limits["overhang"]:
        return Size(length_ft=20, high_cube=None, score=0.9)
    floor = _strength(view, tight, FLOOR_BANDS)
    second = max(floor[20], floor[45])
    clear = floor[40] >= limits["strength"] and floor[40] >= limits["ratio"] * second
    if clear and _darkness(view, tight) > limits["loaded"]:
        # A load of forty rows must not pass for the floor.
        clear = _strength(view, tight, LOAD_BANDS)[40] <= limits["load_strength"]
    score = 1 - second / floor[40] if clear else 0.0
    return Size(length_ft=40 if clear else None, high_cube=None, score=score)


def _by_pitch(tight: Box, pitch_mm: tuple[float, float], limits: Mapping[str, float]) -> Size:
    long_mm, high_mm = tight.width_px * pitch_mm[0], tight.height_px * pitch_mm[1]
    nearest = min(LENGTHS_MM, key=lambda feet: abs(LENGTHS_MM[feet] - long_mm))
    off = abs(long_mm / LENGTHS_MM[nearest] - 1)
    middle = (STANDARD_MM + HIGH_CUBE_MM) / 2
    high_cube: bool | None = high_mm > middle
    unclear = abs(high_mm - middle) < limits["height_doubt_mm"]
    if unclear or not STANDARD_MM * 0.95 < high_mm < HIGH_CUBE_MM * 1.05:
        high_cube = None
    known = off <= limits["length_tolerance"]
    return Size(
        length_ft=nearest if known else None,
        high_cube=high_cube,
        score=1 - off / limits["length_tolerance"] if known else 0.0,
    )


def _strength(
    view: npt.NDArray[np.float32], tight: Box, bands: Sequence[tuple[float, float]]
) -> dict[int, float]:
    """How much each count of beams stands out of the spectrum along the box, best of the bands."""
    best = dict.fromkeys(BEAMS, 0.0)
    for band in bands:
        count, power = _spectrum(view, tight, band)
        usual = float(np.median(power[(count > SOUGHT_BEAMS[0]) & (count < SOUGHT_BEAMS[1])]))
        for feet, (low, high) in BEAMS.items():
            peak = float(power[(count > low) & (count < high)].max(initial=0.0))
            best[feet] = max(best[feet], peak / max(usual, 1e-9))
    return best


def _spectrum(
    view: npt.NDArray[np.float32], tight: Box, band: tuple[float, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(periods in the length of the box, power) of the mean -ln of some rows."""
    y1 = int(tight.y1 + band[0] * tight.height_px)
    y2 = max(y1 + 1, int(tight.y1 + band[1] * tight.height_px))
    x1, x2 = int(tight.x1 + END * tight.width_px), int(tight.x2 - END * tight.width_px)
    rows = np.log(view[y1:y2, x1:x2].clip(0.02))
    rows -= np.median(rows, axis=1, keepdims=True)
    profile = rows.mean(axis=0)
    smooth = cv2.GaussianBlur(
        profile[None], (0, 0), max(1.0, profile.size / 40), borderType=cv2.BORDER_REFLECT
    )[0]
    profile = profile - smooth
    # Posts and gaps must not outweigh beams.
    spread = 2 * float(profile.std())
    profile = profile.clip(-spread, spread) * np.hanning(profile.size)
    power = np.abs(np.fft.rfft(profile, FINER * profile.size)) ** 2
    count = np.arange(power.size) / FINER / (1 - 2 * END)
    return count, power.astype(np.float64)


def _darkness(view: npt.NDArray[np.float32], tight: Box) -> float:
    y1, y2 = (int(tight.y1 + share * tight.height_px) for share in (0.3, 0.7))
    inside = view[y1 : max(y2, y1 + 1) : 2, int(tight.x1) : int(tight.x2) : 4]
    return 1 - float(np.median(inside))


def _overhang(view: npt.NDArray[np.float32], tight: Box) -> float:
    """How far the chassis sticks out at the end where it does so less, in lengths of the box."""
    y1 = int(tight.y2 - 0.04 * tight.height_px)
    y2 = int(tight.y2 + 0.10 * tight.height_px)
    dark = view[max(0, y1) : y2].min(axis=0, initial=1.0) < 0.6
    step = max(1, int(0.03 * tight.width_px))
    shares = []
    for outside in (dark[: int(tight.x1)][::-1], dark[int(tight.x2) :]):
        gaps = (
            np.flatnonzero(
                np.convolve(outside[: outside.size // step * step], np.ones(step), "valid") == 0
            )
            if outside.size > step
            else np.array([], dtype=np.int64)
        )
        shares.append(float(gaps[0]) if gaps.size else float(outside.size))
    return min(shares) / tight.width_px
