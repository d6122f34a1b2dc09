from __future__ import annotations

import numpy as np
import pytest

from vision.geometry import Box
from vision.scan import PixelUnit, XrayImage
from vision.synthesis.xray_plan import Plan
from vision.synthesis.xray_scene import SimulatedScan, simulate
from vision.xray.doors import End, door_end
from vision.xray.normalise import transmission_like


def a_scan(*, doors_right: bool, seed: int) -> SimulatedScan:
    plan = Plan(headings=("0000",), pitch_x_m=0.03, pitch_z_m=0.03, doors_right=doors_right)
    return simulate(plan, seed=seed)


def view_of(scan: SimulatedScan) -> np.ndarray:
    image = XrayImage(sha256="", scan_format="tiff", pixels=scan.counts, unit=PixelUnit.COUNTS)
    return transmission_like(image)


@pytest.mark.parametrize("doors_right", [True, False], ids=["right", "left"])
def test_the_doors_are_away_from_the_tractor(doors_right: bool) -> None:
    told = []
    for seed in range(4):
        scan = a_scan(doors_right=doors_right, seed=seed)
        told.append(door_end(view_of(scan), scan.containers))
    expected = End.RIGHT if doors_right else End.LEFT
    assert set(told) <= {expected, None}
    assert told.count(expected) >= 2


def test_a_container_alone_has_no_known_doors() -> None:
    view = np.ones((400, 1600), dtype=np.float32)
    container = Box(x1=400, y1=50, x2=1200, y2=280)
    view[50:280, 400:1200] = 0.7
    assert door_end(view, [container]) is None
    assert door_end(view, []) is None


def test_a_picture_that_ends_at_both_walls_tells_nothing() -> None:
    view = np.full((300, 800), 0.7, dtype=np.float32)
    assert door_end(view, [Box(x1=0, y1=10, x2=800, y2=280)]) is None
