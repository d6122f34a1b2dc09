"""Side views of a truck with containers, drawn by attenuation; windowed for eyes.

These look like a scan to people and to the shipped detector. They are no physics: nothing
measured on them says anything about real scans.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from vision.geometry import Box

WIDTH, HEIGHT = 1400, 500
NOISE = 0.012
Thickness = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckView:
    """`png` is 8-bit grey, air bright; `containers` are their true outlines."""

    png: bytes
    containers: tuple[Box, ...]


def side_view(loaded: Sequence[bool], *, seed: int) -> TruckView:
    """A truck with one container per entry, at most two, loaded or empty."""
    if not 1 <= len(loaded) <= 2:
        raise ValueError(f"one or two containers, got {len(loaded)}")
    rng = np.random.default_rng(seed)
    path = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    left, right, top, bottom = 330, 1330, 95, 350
    boxes = []
    gap = 26
    span = (right - left - gap * (len(loaded) - 1)) // len(loaded)
    for number, full in enumerate(loaded):
        x1 = left + number * (span + gap)
        boxes.append(Box(x1=x1, y1=top, x2=x1 + span, y2=bottom))
        _container(path, boxes[-1], rng, full=full)
    _chassis(path, left, right, bottom)
    _cab(path)
    path = np.asarray(cv2.GaussianBlur(path, (0, 0), 1.1), dtype=np.float32)
    seen = np.exp(-path) + rng.normal(0, NOISE, path.shape)
    grey = np.rint(np.clip(seen, 0, 1) ** 0.8 * 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(grey).save(out, "PNG")
    return TruckView(png=out.getvalue(), containers=tuple(boxes))


def _add(path: Thickness, box: Box, amount: float) -> None:
    path[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] += amount


def _container(path: Thickness, box: Box, rng: np.random.Generator, *, full: bool) -> None:
    _add(path, box, 0.16)
    edge = 6
    for frame in (
        Box(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y1 + edge),
        Box(x1=box.x1, y1=box.y2 - 14, x2=box.x2, y2=box.y2),
        Box(x1=box.x1, y1=box.y1, x2=box.x1 + 9, y2=box.y2),
        Box(x1=box.x2 - 9, y1=box.y1, x2=box.x2, y2=box.y2),
    ):
        _add(path, frame, 0.75)
    for x in np.arange(box.x1 + 14, box.x2 - 12, 13):
        _add(path, Box(x1=x, y1=box.y1 + edge, x2=x + 4, y2=box.y2 - 14), 0.05)
    if not full:
        return
    x = box.x1 + 14
    while x < box.x2 - 40:
        width = min(float(rng.integers(48, 90)), box.x2 - 14 - x)
        height = (box.height_px - 20) * rng.uniform(0.62, 0.9)
        density = rng.uniform(0.9, 1.7)
        y = box.y2 - 14 - height
        rows = int(rng.integers(2, 5))
        for row in range(rows):
            y1 = y + row * height / rows
            cell = Box(x1=x, y1=y1, x2=x + width - 4, y2=y1 + height / rows - 3)
            _add(path, cell, float(density * rng.uniform(0.85, 1.15)))
        x += width


def _chassis(path: Thickness, left: int, right: int, bottom: int) -> None:
    _add(path, Box(x1=left - 90, y1=bottom + 4, x2=right - 6, y2=bottom + 22), 1.8)
    for x in (right - 60, right - 150, right - 240, left + 40, left - 50, 120):
        centre = (x, bottom + 68)
        wheel = np.zeros_like(path)
        cv2.circle(wheel, centre, 44, 0.9, -1)
        cv2.circle(wheel, centre, 24, 2.2, -1)
        path += wheel


def _cab(path: Thickness) -> None:
    outline = np.array([[60, 400], [60, 270], [90, 150], [262, 120], [262, 400]], dtype=np.int32)
    cab = np.zeros_like(path)
    cv2.fillPoly(cab, [outline], 0.3)
    cv2.polylines(cab, [outline], True, 0.9, 6)
    cv2.rectangle(cab, (95, 300), (215, 395), 2.4, -1)
    cv2.ellipse(cab, (165, 235), (26, 48), 0, 0, 360, 0.75, -1)
    cv2.circle(cab, (165, 172), 17, 0.65, -1)
    path += cab
