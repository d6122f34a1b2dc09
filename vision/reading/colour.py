"""Main colour of the vehicle around a plate, in daylight; it abstains far more often than it tells.

There is no detector of vehicles here: the body is looked for in a patch above the plate. Its own
plate tells the light: a plate's ground is white or nearly so, and where it is dark or tinted, so is
everything else. Black, grey and silver are never told: grilles, windows and shadows have them too.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Box

# OpenCV's hue runs to 180; upper ends of each colour.
HUES = (("red", 8), ("orange", 20), ("yellow", 34), ("green", 85), ("blue", 128), ("red", 180))
LEAST_SATURATION, LEAST_VALUE = 90, 60
WHITE_VALUE, WHITE_SATURATION = 185, 40
# Of the plate's ground: brightness of daylight, and the tint of lamps, dusk or a faulty camera.
DAYLIGHT_VALUE, MOST_TINT = 120, 60
# Of the whole picture: its median brightness, how much of it is nearly black, and how far its
# channels' means are apart (a grey world has them alike).
LEAST_MEDIAN, DARK_VALUE, MOST_DARK, MOST_CAST = 75, 40, 0.3, 1.25
ACCEPT_SHARE = 0.6
# In plate widths to either side of its middle, and plate heights above it.
ASIDE, FROM_ABOVE, TO_ABOVE = 0.9, 5.0, 1.2
LEAST_PX = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyColour:
    """`share` of the patch has the colour; `accepted` only in daylight and where it prevails."""

    colour: str
    share: float
    accepted: bool
    box: Box


def colour_above(pixels: npt.NDArray[np.uint8], plate: Box) -> BodyColour | None:
    """Main colour above a plate; None if the picture ends there or no colour is to be told.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        plate: where the plate is, in pixels.
    """
    height, width = pixels.shape[:2]
    middle = plate.centre[0]
    x1, x2 = (round(middle + sign * ASIDE * plate.width_px) for sign in (-1, 1))
    y1 = round(plate.y1 - FROM_ABOVE * plate.height_px)
    y2 = round(plate.y1 - TO_ABOVE * plate.height_px)
    x1, x2, y1, y2 = max(0, x1), min(width, x2), max(0, y1), min(height, y2)
    if (x2 - x1) * max(0, y2 - y1) < LEAST_PX:
        return None
    hsv = cv2.cvtColor(pixels[y1:y2, x1:x2], cv2.COLOR_RGB2HSV).reshape(-1, 3)
    shares = _shares(np.asarray(hsv, dtype=np.uint8))
    colour = max(shares, key=lambda name: shares[name])
    if shares[colour] <= 0:
        return None
    return BodyColour(
        colour=colour,
        share=shares[colour],
        accepted=shares[colour] >= ACCEPT_SHARE and _is_daylight(pixels, plate),
        box=Box(x1=x1, y1=y1, x2=x2, y2=y2),
    )


def _shares(hsv: npt.NDArray[np.uint8]) -> dict[str, float]:
    hue, saturation, value = hsv[:, 0], hsv[:, 1], hsv[:, 2]
    coloured = (saturation >= LEAST_SATURATION) & (value >= LEAST_VALUE)
    shares: dict[str, float] = {}
    low = 0
    for name, high in HUES:
        inside = coloured & (hue >= low) & (hue < high)
        shares[name] = shares.get(name, 0.0) + float(inside.mean())
        low = high
    shares["white"] = float(((value >= WHITE_VALUE) & (saturation <= WHITE_SATURATION)).mean())
    return shares


def _is_daylight(pixels: npt.NDArray[np.uint8], plate: Box) -> bool:
    """By the whole picture, and by the bright half of the plate, which is its ground."""
    value_of_all = pixels[::4, ::4].max(axis=2)
    means = pixels[::4, ::4].reshape(-1, 3).mean(axis=0)
    if float(np.median(value_of_all)) < LEAST_MEDIAN:
        return False
    if float((value_of_all < DARK_VALUE).mean()) > MOST_DARK:
        return False
    if float(means.max()) > MOST_CAST * max(1.0, float(means.min())):
        return False
    x1, y1 = max(0, int(plate.x1)), max(0, int(plate.y1))
    patch = pixels[y1 : int(plate.y2) + 1, x1 : int(plate.x2) + 1]
    hsv = cv2.cvtColor(patch, cv2.COLOR_RGB2HSV).reshape(-1, 3)
    ground = hsv[hsv[:, 2] >= np.median(hsv[:, 2])]
    value, tint = float(np.median(ground[:, 2])), float(np.median(ground[:, 1]))
    return value >= DAYLIGHT_VALUE and tint <= MOST_TINT
