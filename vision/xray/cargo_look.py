"""What a load looks like, as a vector: levels, heights, texture, repetition, directions, layout.

Thirty-six numbers that a person could name, brought to a common scale by what containers usually
have ("whitened" in their spread, not in their correlation) and to unit length. No network: a few
hundred scans of one port teach none that would hold elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import ModelUnavailable
from vision.models.shelf import Shelf
from vision.xray.transmission import Floats

MODEL = "cargo-look"
Vector: TypeAlias = npt.NDArray[np.float64]

SIZE = (512, 192)
SCALES = (1.0, 2.0, 4.0, 8.0)
MOST_PATH, LEAST_PATH = 3.0, 0.02
DIRECTIONS = 6
LAYOUT = (6, 3)
MOST_Z = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LookModel:
    """Mean and standard deviation of each raw number, each (F,)."""

    mean: Vector
    scale: Vector


def open_model(shelf: Shelf) -> LookModel:
    """Raises: ModelUnavailable: missing, tampered with or malformed."""
    try:
        stored = json.loads(shelf.read(MODEL))
        model = LookModel(
            mean=np.asarray(stored["mean"], dtype=np.float64),
            scale=np.asarray(stored["scale"], dtype=np.float64),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise ModelUnavailable(f"{MODEL}: {problem}") from problem
    return model


def embed(path: Floats, heat: Floats, *, load: float, model: LookModel) -> tuple[float, ...]:
    """A vector of unit length; its dot product with another is how alike they look.

    Args:
        path: -ln(T) or darkness of the inside, (h, w).
        heat: of `fill.load_heat`.
        load: heat above which a cell is filled.
        model: the common scale.
    """
    whitened = ((numbers(path, heat, load=load) - model.mean) / model.scale).clip(-MOST_Z, MOST_Z)
    return tuple(float(v) for v in whitened / max(float(np.linalg.norm(whitened)), 1e-9))


def numbers(path: Floats, heat: Floats, *, load: float) -> Vector:
    """The raw numbers, (F,). Mirrored loads have the same: a vehicle may come either way."""
    resized = cv2.resize(np.ascontiguousarray(path), SIZE, interpolation=cv2.INTER_AREA)
    fixed: Floats = resized.clip(LEAST_PATH, MOST_PATH).astype(np.float32)
    filled = heat > load
    inside = cv2.resize(filled.astype(np.uint8), SIZE, interpolation=cv2.INTER_NEAREST) > 0
    levels = np.log(fixed[inside]) if inside.mean() > 0.02 else np.log(fixed.ravel())
    heights = filled.mean(axis=0)
    return np.array(
        [
            *np.percentile(levels, (5, 25, 50, 75, 95)),
            heights.mean(),
            heights.std(),
            np.abs(np.diff(heights)).mean() * heights.size,
            float((heights < 0.1).mean()),
            *_texture(fixed),
            *_repetition(fixed.mean(axis=0)),
            *_repetition(fixed.mean(axis=1)),
            *_directions(fixed),
            *_layout(fixed),
        ]
    )


def _texture(fixed: Floats) -> list[float]:
    """How much there is of each fineness, along and upwards."""
    values = []
    logs = np.log(fixed)
    for scale in SCALES:
        along = cv2.GaussianBlur(logs, (0, 0), sigmaX=scale, sigmaY=0.5)
        upwards = cv2.GaussianBlur(logs, (0, 0), sigmaX=0.5, sigmaY=scale)
        for smooth in (along, upwards):
            values.append(float(np.log(np.abs(logs - smooth).mean() + 1e-4)))
    return values


def _repetition(profile: npt.NDArray[np.floating]) -> list[float]:
    """Strength and number of periods of the strongest repetition."""
    window = np.hanning(profile.size)
    power = np.abs(np.fft.rfft((profile - profile.mean()) * window)) ** 2
    part = power[3 : profile.size // 5]
    peak = int(part.argmax())
    return [float(np.log(part[peak] / max(part.mean(), 1e-9))), float(np.log(peak + 3))]


def _directions(fixed: Floats) -> list[float]:
    """Shares of edges by direction, mirrored ones together."""
    dx = cv2.Sobel(fixed, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(fixed, cv2.CV_32F, 0, 1)
    angle = np.arctan2(np.abs(dy), np.abs(dx)) / (np.pi / 2)
    counts, _ = np.histogram(angle, bins=DIRECTIONS, range=(0, 1.0001), weights=np.hypot(dx, dy))
    return list(counts / max(float(counts.sum()), 1e-9))


def _layout(fixed: Floats) -> list[float]:
    """Mean darkness of coarse fields, both ends together."""
    fields = cv2.resize(fixed, LAYOUT, interpolation=cv2.INTER_AREA)
    both = (fields + fields[:, ::-1]) / 2
    return [float(v) for v in np.log(both[:, : LAYOUT[0] // 2]).ravel()]
