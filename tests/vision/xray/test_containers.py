"""Finding containers in pictures of other framing, their own edges, and their size."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from vision.findings import Material
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import PixelUnit, XrayImage
from vision.synthesis import xray
from vision.synthesis.blocks import Block, side_view
from vision.xray import container_size, containers
from vision.xray.calibration import NO_SCANNERS
from vision.xray.framing import vehicle_frame, without_bands
from vision.xray.normalise import transmission_like
from vision.xray.outline import tighten
from vision.xray.sight import sight_of

SHELF = Shelf(Path(__file__).parents[3] / "weights")
LIMITS = SHELF.parameters(container_size.MODEL)
LOADS = [True, True]


def truck() -> tuple[np.ndarray, tuple[Box, ...]]:
    made = xray.side_view(LOADS, seed=2)
    view = np.asarray(Image.open(io.BytesIO(made.png))).astype(np.float32) / 255
    return view, made.containers


Moved = tuple[np.ndarray, tuple[float, int, int]]


def padded(view: np.ndarray, sides: tuple[int, int, int, int], value: float) -> Moved:
    left, top, right, bottom = sides
    wide = np.pad(view, ((top, bottom), (left, right)), constant_values=value)
    return wide, (1.0, left, top)


CHANGES = {
    "plain": lambda v: (v, (1.0, 0, 0)),
    "white sides": lambda v: padded(v, (900, 0, 1700, 0), 1.0),
    "black sides": lambda v: padded(v, (400, 0, 400, 0), 0.0),
    "black around": lambda v: padded(v, (300, 150, 300, 150), 0.0),
    "white above": lambda v: padded(v, (0, 250, 0, 0), 1.0),
    "squeezed": lambda v: (cv2.resize(v, None, fx=0.5, fy=1), (0.5, 0, 0)),
    "stretched": lambda v: (cv2.resize(v, None, fx=2.5, fy=1), (2.5, 0, 0)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_framing_does_not_matter(change: Callable[[np.ndarray], Moved]) -> None:
    view, truth = truck()
    seen, (scale, dx, dy) = change(view)
    found = containers.detect(seen, shelf=SHELF)
    assert len(found) == len(truth)
    for box in truth:
        moved = Box(x1=box.x1 * scale + dx, y1=box.y1 + dy, x2=box.x2 * scale + dx, y2=box.y2 + dy)
        assert max(moved.iou(other) for other, _ in found) > 0.75


@pytest.mark.parametrize("inverted", [False, True])
def test_polarity_is_told_in_spite_of_black_bands(inverted: bool) -> None:
    view, _ = truck()
    grey = np.rint(view * 65_535).astype(np.uint16)
    grey = 65_535 - grey if inverted else np.pad(grey, ((90, 90), (0, 0)))
    image = XrayImage(sha256="", scan_format="png", pixels=grey[:, :, None], unit=PixelUnit.DISPLAY)
    top = transmission_like(image)[91:110] if not inverted else transmission_like(image)[:20]
    assert float(np.median(top)) > 0.9


def test_bands_and_air_are_left_out_of_the_frame() -> None:
    view, _ = truck()
    height, width = view.shape
    wide, _ = padded(view, (300, 0, 500, 0), 0.0)
    inner = without_bands(wide)
    assert abs(inner.x1 - 300) <= 4
    assert abs(inner.x2 - 300 - width) <= 4
    airy, _ = padded(view, (2000, 0, 2000, 0), 1.0)
    frame = vehicle_frame(airy)
    assert 1900 < frame.x1 < 2300
    assert frame.y2 <= height


def test_a_picture_of_air_has_no_frame_of_its_own() -> None:
    frame = vehicle_frame(np.ones((300, 500), np.float32))
    assert (frame.x1, frame.y1, frame.x2, frame.y2) == (0, 0, 500, 300)


def test_edges_are_where_air_ends() -> None:
    view, (box, _) = truck()
    loose = Box(x1=box.x1 - 12, y1=box.y1 - 14, x2=box.x2 + 9, y2=box.y2 + 8)
    tight = tighten(view, loose)
    assert abs(tight.x1 - box.x1) <= 2
    assert abs(tight.y1 - box.y1) <= 2
    assert tight.y2 == loose.y2


def size_by_pitch(length_mm: float, height_mm: float) -> container_size.Size:
    block = Block(x1=0.2, x2=0.6, top=0.5, material=Material.ORGANIC, areal_g_cm2=20)
    scene = side_view([block], seed=1, length_mm=length_mm, height_mm=height_mm)
    view = sight_of(scene.image, NO_SCANNERS).view
    return container_size.measure(
        view, tighten(view, scene.outline), others=[], pitch_mm=(10.0, 10.0), limits=LIMITS
    )


@pytest.mark.parametrize(
    ("length_mm", "height_mm", "feet", "high"),
    [(6058, 2591, 20, False), (12192, 2896, 40, True), (13716, 2896, 45, True)],
)
def test_a_pitch_tells_length_and_height(
    length_mm: float, height_mm: float, feet: int, high: bool
) -> None:
    size = size_by_pitch(length_mm, height_mm)
    assert (size.length_ft, size.high_cube) == (feet, high)


def test_a_length_that_no_container_has_is_not_told() -> None:
    size = size_by_pitch(9_125, 2_744)
    assert (size.length_ft, size.high_cube) == (None, None)


def test_without_a_pitch_two_of_one_length_are_of_twenty_feet() -> None:
    view, (left, right) = truck()
    size = container_size.measure(view, left, others=[right], pitch_mm=None, limits=LIMITS)
    assert size.length_ft == 20
    other = Box(x1=right.x1, y1=right.y1, x2=right.x1 + 250, y2=right.y2)
    size = container_size.measure(view, left, others=[other], pitch_mm=None, limits=LIMITS)
    assert size.length_ft is None


def beams(count: int, *, chassis: bool) -> tuple[np.ndarray, Box]:
    """A box of so many floor beams, and a chassis that sticks out far or not at all."""
    view = np.ones((500, 2400), np.float32)
    box = Box(x1=800, y1=60, x2=1600, y2=400)
    view[60:400, 800:1600] = 0.8
    for number in range(count):
        x = 800 + int((number + 0.5) * 800 / count)
        view[320:380, x : x + 5] = 0.4
    view[402:430, 300 if chassis else 810 : 2100 if chassis else 1590] = 0.3
    rng = np.random.default_rng(1)
    return (view + rng.normal(0, 0.01, view.shape)).clip(0, 1).astype(np.float32), box


@pytest.mark.parametrize(
    ("count", "chassis", "feet"), [(41, False, 40), (41, True, 20), (20, False, None)]
)
def test_beams_and_overhang(count: int, chassis: bool, feet: int | None) -> None:
    view, box = beams(count, chassis=chassis)
    size = container_size.measure(view, box, others=[], pitch_mm=None, limits=LIMITS)
    assert size.length_ft == feet
    assert size.high_cube is None
