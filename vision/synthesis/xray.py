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
    top, bottom, gap = 34, 372, 24
    span = 660 if len(loaded) == 1 else 600
    left = 380 if len(loaded) == 1 else 150
    boxes = []
    for number, full in enumerate(loaded):
        x1 = left + number * (span + gap)
        boxes.append(Box(x1=x1, y1=top, x2=x1 + span, y2=bottom))
        _container(path, boxes[-1], rng, full=full)
    right = int(boxes[-1].x2)
    _chassis(path, left, right, bottom)
    path = np.asarray(cv2.GaussianBlur(path, (0, 0), 1.1), dtype=np.float32)
    seen = np.exp(-path) + rng.normal(0, NOISE, path.shape)
    grey = np.rint(np.clip(seen, 0, 1) ** 0.8 * 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(grey).save(out, "PNG")
    return TruckView(png=out.getvalue(), containers=tuple(boxes))


def _add(path: Thickness, box: Box, amount: float) -> None:
    path[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)] += amount


def _container(path: Thickness, box: Box, rng: np.random.Generator, *, full: bool) -> None:
    _add(path, box, 0.13)
    edge = 6
    for frame in (
        Box(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y1 + edge),
        Box(x1=box.x1, y1=box.y2 - 14, x2=box.x2, y2=box.y2),
        Box(x1=box.x1, y1=box.y1, x2=box.x1 + 9, y2=box.y2),
        Box(x1=box.x2 - 9, y1=box.y1, x2=box.x2, y2=box.y2),
    ):
        _add(path, frame, 1.3)
    for x in np.arange(box.x1 + 14, box.x2 - 12, 13):
        _add(path, Box(x1=x, y1=box.y1 + edge, x2=x + 4, y2=box.y2 - 14), 0.05)
    if not full:
        return
    x = box.x1 + 14
    while x < box.x2 - 40:
        width = min(float(rng.integers(48, 90)), box.x2 - 14 - x)
        height = (box.height_px - 20) * rng.uniform(0.62, 0.9)
        density = rng.uniform(1.2, 3.2)
        y = box.y2 - 14 - height
        rows = int(rng.integers(2, 5))
        for row in range(rows):
            y1 = y + row * height / rows
            cell = Box(x1=x, y1=y1, x2=x + width - 4, y2=y1 + height / rows - 3)
            _add(path, cell, float(density * rng.uniform(0.85, 1.15)))
        x += width


def _chassis(path: Thickness, left: int, right: int, bottom: int) -> None:
    """Trailer frame, wheels and the low rear of the tractor; portals leave the cab out."""
    _add(path, Box(x1=left + 6, y1=bottom + 3, x2=right - 10, y2=bottom + 20), 1.1)
    _add(path, Box(x1=max(0, left - 330), y1=bottom + 44, x2=left + 60, y2=bottom + 66), 2.6)
    for x in range(left + 30, right - 20, 70):
        _add(path, Box(x1=x, y1=bottom + 2, x2=x + 7, y2=bottom + 34), 0.9)
    for x in (right - 70, right - 190, left + 20, left - 90):
        wheel = np.zeros_like(path)
        cv2.circle(wheel, (int(x), bottom + 100), 66, 0.7, -1)
        cv2.circle(wheel, (int(x), bottom + 100), 50, 2.6, -1)
        path += wheel
