from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vision.findings import Material
from vision.models.shelf import Shelf
from vision.synthesis.blocks import Block, calibration, side_view
from vision.xray import materials
from vision.xray.transmission import measure

LIMITS = Shelf(Path(__file__).parents[3] / "weights").parameters(materials.MODEL)
WALL = (0.4 * 7.87 * 0.0488, 0.4 * 7.87 * 0.0362)


def classes_of(block: Block, *extra: Block) -> np.ndarray:
    scene = side_view([block, *extra], seed=1)
    seen = measure(scene.image)
    assert seen is not None
    classes = materials.classify(seen, calibration(), limits=LIMITS, wall=WALL)
    assert classes is not None
    columns = slice(int(120 + (block.x1 + 0.02) * 1219), int(120 + (block.x2 - 0.02) * 1219))
    return classes[200:280, columns]


@pytest.mark.parametrize("material", [Material.ORGANIC, Material.METAL, Material.MINERAL])
@pytest.mark.parametrize("areal", [25.0, 40.0, 70.0])
def test_a_thick_block_is_told(material: Material, areal: float) -> None:
    found = classes_of(Block(x1=0.3, x2=0.5, top=0.8, material=material, areal_g_cm2=areal))
    right = (found == materials.CLASSES.index(material)).mean()
    wrong = ((found != materials.CLASSES.index(material)) & (found != materials.UNTOLD)).mean()
    assert right > 0.6
    assert wrong < 0.02


def test_metal_behind_organic_is_not_called_organic_or_metal() -> None:
    found = classes_of(
        Block(x1=0.3, x2=0.5, top=0.8, material=Material.ORGANIC, areal_g_cm2=30),
        Block(x1=0.3, x2=0.5, top=0.8, material=Material.METAL, areal_g_cm2=30),
    )
    assert (found == materials.CLASSES.index(Material.ORGANIC)).mean() < 0.02
    assert (found == materials.CLASSES.index(Material.METAL)).mean() < 0.02


def test_opaque_and_thin_places_are_not_told() -> None:
    for areal in (0.2, 300.0):
        found = classes_of(
            Block(x1=0.3, x2=0.5, top=0.8, material=Material.METAL, areal_g_cm2=areal)
        )
        assert (found == materials.UNTOLD).mean() > 0.99


def test_one_energy_or_one_wedge_tells_nothing() -> None:
    block = Block(x1=0.3, x2=0.5, top=0.8, material=Material.METAL, areal_g_cm2=30)
    seen = measure(side_view([block], seed=1, channels=1).image)
    assert seen is not None
    assert materials.classify(seen, calibration(), limits=LIMITS) is None
    both = measure(side_view([block], seed=1).image)
    lonely = replace(calibration(), wedges=calibration().wedges[:1])
    assert both is not None
    assert materials.classify(both, lonely, limits=LIMITS) is None


def test_shares_add_up_to_one_and_colours_differ() -> None:
    classes = np.array([[0, 1], [2, 3]], np.uint8)
    found = materials.shares(classes, np.ones((2, 2), np.bool_))
    assert sum(share.share for share in found) == pytest.approx(1)
    picture = materials.pseudo_colour(np.full((2, 2), 0.3, np.float32), classes)
    assert len({tuple(colour) for colour in picture.reshape(-1, 3).tolist()}) == 4
