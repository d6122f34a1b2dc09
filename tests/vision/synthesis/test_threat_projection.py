from __future__ import annotations

import numpy as np
import pytest

from vision.geometry import Box
from vision.scan import PixelUnit, XrayImage
from vision.synthesis.threat_projection import Projection, display_gamma, project
from vision.synthesis.xray_detector import Window
from vision.synthesis.xray_plan import Plan
from vision.synthesis.xray_scene import SimulatedScan, simulate
from vision.synthesis.xray_threats import SHAPES
from vision.xray.normalise import transmission_like

EMPTY = Plan(headings=("0000",), pitch_x_m=0.012, pitch_z_m=0.012, source_height_m=0.4)
BY_NAME = {shape.name: shape for shape in SHAPES}


@pytest.fixture(scope="module")
def scan() -> SimulatedScan:
    return simulate(EMPTY, seed=4)


def display(scan: SimulatedScan, *, gamma: float) -> XrayImage:
    counts = scan.counts[:, :, 0].astype(np.float32)
    window = Window(black=0.0, white=1.0, gamma=gamma)
    grey = window.applied((counts - scan.dark_counts) / scan.air_counts)
    return XrayImage(sha256="", scan_format="png", pixels=grey[:, :, None], unit=PixelUnit.DISPLAY)


def projected(scan: SimulatedScan, name: str, *, seed: int = 1) -> Projection:
    image = display(scan, gamma=1.0)
    found = project(image, scan.containers[0], BY_NAME[name], np.random.default_rng(seed))
    assert found is not None
    return found


@pytest.mark.parametrize("gamma", [0.6, 0.8, 1.0])
def test_the_display_curve_is_read_off_the_walls(scan: SimulatedScan, gamma: float) -> None:
    view = transmission_like(display(scan, gamma=gamma))
    assert display_gamma(view, scan.containers[0]) == pytest.approx(gamma, rel=0.25)


def test_a_container_without_a_visible_wall_has_a_straight_curve(scan: SimulatedScan) -> None:
    view = np.full((300, 900), 0.9, dtype=np.float32)
    view[50:250, 100:800] = 0.01
    assert display_gamma(view, Box(x1=100, y1=50, x2=800, y2=250)) == 1.0


def test_only_pixels_in_the_box_change_and_they_darken(scan: SimulatedScan) -> None:
    image = display(scan, gamma=1.0)
    found = projected(scan, "sedan")
    change = image.pixels.astype(float) - found.image.pixels
    box = found.box
    inside = np.s_[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
    assert change[inside].mean() > 10
    change[inside] = 0
    assert not change.any()
    assert found.image.unit is image.unit


def test_a_car_in_an_empty_container_passes_the_checks(scan: SimulatedScan) -> None:
    found = projected(scan, "sedan")
    assert found.realistic, found.checks
    assert scan.containers[0].intersection_px(found.box) == pytest.approx(
        found.box.area_px, rel=0.05
    )


def test_what_black_goods_swallow_is_refused(scan: SimulatedScan) -> None:
    image = display(scan, gamma=1.0)
    box = scan.containers[0]
    image.pixels[int(box.y1) + 5 : int(box.y2) - 5, int(box.x1) + 5 : int(box.x2) - 5] = 0
    found = project(image, box, BY_NAME["bricks"], np.random.default_rng(1))
    assert found is None or not found.realistic


def test_two_energies_are_refused(scan: SimulatedScan) -> None:
    pixels = np.repeat(scan.counts, 2, axis=2)
    image = XrayImage(sha256="", scan_format="tiff", pixels=pixels, unit=PixelUnit.COUNTS)
    with pytest.raises(ValueError, match="one energy"):
        project(image, scan.containers[0], BY_NAME["sedan"], np.random.default_rng(1))
