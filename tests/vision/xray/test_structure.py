from dataclasses import replace
from pathlib import Path

import pytest

from vision.findings import Material, StructureMeasured, Zone
from vision.models.shelf import Shelf
from vision.scan import PixelUnit
from vision.synthesis.blocks import Block, Scene, calibration, side_view
from vision.xray.calibration import ScannerBook
from vision.xray.measurements import of_containers
from vision.xray.sight import sight_of

SHELF = Shelf(Path(__file__).parents[3] / "weights")
BOOK = ScannerBook(scanners=(calibration(),))
FULL = Block(x1=0.01, x2=0.99, top=1.0, material=Material.ORGANIC, areal_g_cm2=30)


def parts(scene: Scene) -> dict[Zone, float]:
    found = of_containers(sight_of(scene.image, BOOK), [scene.outline], shelf=SHELF)
    return {f.zone: f.residual_z for f in found if isinstance(f, StructureMeasured)}


def test_an_ordinary_frame_is_as_usual() -> None:
    measured = parts(side_view([], seed=2, channels=1))
    assert set(measured) == {Zone.ROOF, Zone.FLOOR, Zone.FRONT_WALL}
    assert all(abs(z) < 2 for z in measured.values())


@pytest.mark.parametrize("depth_mm", [300.0, 500.0])
def test_a_false_wall_is_thick(depth_mm: float) -> None:
    measured = parts(side_view([], seed=2, channels=1, false_wall_mm=depth_mm))
    assert measured[Zone.FRONT_WALL] > 4
    assert abs(measured[Zone.ROOF]) < 2


def test_what_the_load_hides_is_not_measured() -> None:
    assert Zone.FRONT_WALL not in parts(side_view([FULL], seed=2, channels=1))


def test_grey_levels_measure_no_thickness() -> None:
    scene = side_view([], seed=2, channels=1)
    assert parts(replace(scene, image=replace(scene.image, unit=PixelUnit.DISPLAY))) == {}
