"""The main colour of a vehicle in daylight, from its body above and beside the plate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Evidence, Finding, Provenance, Reading, Subject, VehicleColour
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.reading.sign_shape import Picture
from vision.scan import Photo

COLOURS = ("white", "grey", "black", "red", "orange", "brown", "yellow", "green", "blue")
"""Silver is "grey": a camera does not tell them apart."""

LOOKED_AT_PX = 96
MODEL = "vehicle-colour"
LEAST_PLATE_PX = 24
LEAST_EVEN = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourLimits:
    """See `weights/vehicle-colour`; lightness and chroma as in CIELAB, in [0, 100] and up."""

    least_light: float
    most_cast: float
    least_spread: float
    plain_chroma: float
    white_light: float
    black_light: float
    brown_light: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyColour:
    """`share` of the body that has the colour; `doubt` says why it cannot be told, "" if it can."""

    colour: str
    share: float
    box: Box
    doubt: str


class ColourOfVehicle:
    """Looks around the one plate that was read; silent where none was, or several.

    Args:
        shelf: holds `vehicle-colour`.
    """

    analysis = "vehicle_colour"

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        return (self._shelf.provenance(MODEL, label="share"),)

    def look(self, photo: Photo, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """See `PhotoPart`."""
        provenance = self._shelf.provenance(MODEL, label="share")
        limits = ColourLimits(**self._shelf.parameters(MODEL))
        plates = [
            f.evidence.box
            for f in found
            if isinstance(f, Reading) and f.subject is Subject.PLATE and f.accepted
        ]
        if len(plates) != 1 or plates[0] is None:
            return ()
        body = body_colour(photo.pixels, plates[0], limits=limits)
        if body is None:
            return ()
        least = self._shelf.manifest(MODEL).thresholds["share"].value
        return (
            VehicleColour(
                evidence=Evidence(scan_sha256=photo.sha256, box=body.box),
                provenance=provenance,
                colour=body.colour,
                probability=body.share,
                accepted=not body.doubt and body.share >= least,
            ),
        )


def body_colour(pixels: Picture, plate: Box, *, limits: ColourLimits) -> BodyColour | None:
    """Of the vehicle that carries the plate; None where the plate is too near the picture's edge.

    Args:
        pixels: (H, W, 3) RGB.
        plate: of one line of text, upright.
        limits: what is dark, plain, white.
    """
    region = _body(plate, pixels.shape)
    if region is None:
        return None
    scene = _lab(_small(pixels))
    part = pixels[int(region.y1) : int(region.y2), int(region.x1) : int(region.x2)]
    small = _small(part)
    names = _names(_lab(small), scene, limits)
    scale = small.shape[1] / part.shape[1]
    grown = 0.12 * plate.height_px
    left, right = plate.x1 - grown - region.x1, plate.x2 + grown - region.x1
    top = max(0.0, plate.y1 - grown - region.y1)
    names[round(top * scale) :, max(0, round(left * scale)) : round(right * scale)] = -1
    counts = np.bincount(names[names >= 0].ravel(), minlength=len(COLOURS)).astype(np.float64)
    doubt = _doubt(scene, limits)
    if counts.sum() < LEAST_EVEN * names.size:
        return BodyColour(colour="grey", share=0.0, box=region, doubt="no even part of a body")
    best = int(counts.argmax())
    return BodyColour(
        colour=COLOURS[best], share=float(counts[best] / counts.sum()), box=region, doubt=doubt
    )


def _body(plate: Box, shape: tuple[int, ...]) -> Box | None:
    """Beside the plate and above it, twice as wide: bonnet, boot or bumper, a lorry's front."""
    wide = plate.width_px
    x, _ = plate.centre
    x1, x2 = max(0.0, x - 1.05 * wide), min(float(shape[1]), x + 1.05 * wide)
    y1, y2 = max(0.0, plate.y1 - 0.65 * wide), min(float(shape[0]), plate.y2)
    if plate.y1 - y1 < 0.3 * wide or x2 - x1 < 1.4 * wide or wide < LEAST_PLATE_PX:
        return None
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def _small(part: Picture) -> Picture:
    scale = min(1.0, LOOKED_AT_PX / max(part.shape[:2]))
    size = (max(8, round(part.shape[1] * scale)), max(8, round(part.shape[0] * scale)))
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def _lab(part: Picture) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(part.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _names(
    body: npt.NDArray[np.float32], scene: npt.NDArray[np.float32], limits: ColourLimits
) -> npt.NDArray[np.int64]:
    """(H, W) index into `COLOURS`, -1 on edges, glass and lamps."""
    light, a, b = body[:, :, 0], body[:, :, 1], body[:, :, 2]
    grey = np.asarray(light, np.float32)
    edge = np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    # The light's own tint, told by the picture as a whole, is taken off half: scenes have colour.
    tint = np.median(scene[:, :, 1:].reshape(-1, 2), axis=0) / 2
    a, b = a - tint[0], b - tint[1]
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    names = np.full(light.shape, COLOURS.index("grey"), np.int64)
    bright = max(60.0, float(np.percentile(scene[:, :, 0], 95)))
    relative = light / bright * 100
    names[relative > limits.white_light] = COLOURS.index("white")
    names[relative < limits.black_light] = COLOURS.index("black")
    vivid = chroma > np.maximum(limits.plain_chroma, 0.28 * light)
    vivid |= chroma > 2 * limits.plain_chroma
    hues = (
        ("red", 345, 42),
        ("orange", 42, 68),
        ("yellow", 68, 108),
        ("green", 108, 205),
        ("blue", 205, 318),
        ("red", 318, 345),
    )
    for name, low, high in hues:
        own = (hue >= low) & (hue < high) if low < high else (hue >= low) | (hue < high)
        names[vivid & own & (light > 9)] = COLOURS.index(name)
    brown = vivid & (hue >= 35) & (hue < 85) & (light < limits.brown_light)
    names[brown] = COLOURS.index("brown")
    names[edge > 40] = -1
    return names


def _doubt(scene: npt.NDArray[np.float32], limits: ColourLimits) -> str:
    light = float(np.percentile(scene[:, :, 0], 60))
    chroma = np.hypot(scene[:, :, 1], scene[:, :, 2])
    if light < limits.least_light:
        return "too dark: night or dusk"
    if float(np.percentile(chroma, 95)) < limits.least_spread:
        return "no colour in the picture: infrared or grey"
    tint = np.median(scene[:, :, 1:].reshape(-1, 2), axis=0)
    if float(np.hypot(*tint)) > limits.most_cast:
        return "the light has a colour of its own"
    return ""
