"""Fill, packages and mass of generated boxes whose load is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vision.findings import FillProfile, MassEstimate, Material, PackageCount
from vision.models.shelf import Shelf
from vision.scan import NOTHING_SAID, PixelUnit
from vision.synthesis.blocks import Block, Scene, calibration, side_view, stack
from vision.xray.calibration import NO_SCANNERS, Calibration, ScannerBook
from vision.xray.mass import gain_of
from vision.xray.measurements import of_containers
from vision.xray.outline import tighten
from vision.xray.sight import sight_of

SHELF = Shelf(Path(__file__).parents[3] / "weights")
BOOK = ScannerBook(scanners=(calibration(),))
HALF = Block(x1=0.05, x2=0.55, top=0.5, material=Material.ORGANIC, areal_g_cm2=25)


def found(scene: Scene, kind: type, book: ScannerBook = BOOK):  # noqa: ANN201
    findings = of_containers(sight_of(scene.image, book), [scene.outline], shelf=SHELF)
    return next(finding for finding in findings if isinstance(finding, kind))


def test_a_block_fills_what_it_fills() -> None:
    fill = found(side_view([HALF], seed=3), FillProfile)
    assert fill.low <= 0.25 <= fill.high
    heights = np.array(fill.heights)
    assert heights.size == 64
    assert abs(np.median(heights[5:30]) - 0.5) < 0.05
    assert heights[40:60].max() < 0.1


def test_an_empty_box_has_next_to_nothing_in_it() -> None:
    scene = side_view([], seed=3)
    assert found(scene, FillProfile).filled_share < 0.06
    mass = found(scene, MassEstimate)
    assert mass.mass_kg is not None
    assert mass.low_kg == 0
    assert mass.mass_kg < 400


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("material", [Material.ORGANIC, Material.METAL])
def test_mass_is_within_its_interval(material: Material, channels: int) -> None:
    block = replace(HALF, material=material)
    scene = side_view([block], seed=4, channels=channels)
    mass = found(scene, MassEstimate)
    assert mass.mass_kg is not None
    assert mass.low_kg <= scene.mass_kg <= mass.high_kg
    assert abs(mass.mass_kg / scene.mass_kg - 1) < (0.05 if channels == 2 else 0.15)


def test_two_energies_make_mass_surer() -> None:
    widths = []
    for channels in (1, 2):
        mass = found(side_view([HALF], seed=4, channels=channels), MassEstimate)
        widths.append(mass.high_kg - mass.low_kg)
    assert widths[1] < 0.9 * widths[0]


def refused(scene: Scene, book: ScannerBook = BOOK) -> str:
    mass = found(scene, MassEstimate, book)
    assert mass.mass_kg is None
    return str(mass.reason)


def test_mass_says_why_it_cannot_be_told() -> None:
    scene = side_view([HALF], seed=4)
    windowed = replace(scene, image=replace(scene.image, unit=PixelUnit.DISPLAY))
    assert "windowed" in refused(windowed)
    assert "wedge" in refused(scene, NO_SCANNERS)
    opaque = side_view([replace(HALF, areal_g_cm2=300)], seed=4)
    assert "opaque" in refused(opaque)
    unsized: Calibration = replace(calibration(), pitch_x_mm=None, pitch_y_mm=None)
    bare = replace(scene, image=replace(scene.image, acquisition=NOTHING_SAID))
    assert "pixel" in refused(bare, ScannerBook(scanners=(unsized,)))


def test_a_regular_stack_is_counted() -> None:
    scene = side_view(stack(4, 12, areal_g_cm2=20), seed=5, channels=1)
    count = found(scene, PackageCount)
    assert count.accepted
    assert (count.rows, count.columns) == (4, 12)
    # 900 mm wide and 2350 mm across: two or three behind one another.
    assert count.low <= 4 * 12 * 2 <= count.high
    assert count.low <= 4 * 12 * 3 <= count.high


@pytest.mark.parametrize("blocks", [[], [HALF], [HALF, replace(HALF, x1=0.6, x2=0.9, top=0.9)]])
def test_what_is_no_stack_is_not_counted(blocks: list[Block]) -> None:
    count = found(side_view(blocks, seed=6), PackageCount)
    assert not count.accepted


def test_without_any_size_nothing_is_counted() -> None:
    scene = side_view(stack(4, 12, areal_g_cm2=20), seed=5, channels=1)
    bare = replace(scene, image=replace(scene.image, acquisition=NOTHING_SAID))
    assert not found(bare, PackageCount, NO_SCANNERS).accepted


def test_a_learnt_gain_multiplies_the_mass_and_is_part_of_its_version() -> None:
    scene = side_view([HALF], seed=4)
    taught = ScannerBook(scanners=(replace(calibration(), mass_gain=1.25, mass_spread=0.02),))
    plain, corrected = found(scene, MassEstimate), found(scene, MassEstimate, taught)
    assert corrected.mass_kg == pytest.approx(1.25 * plain.mass_kg)
    assert corrected.high_kg - corrected.low_kg < plain.high_kg - plain.low_kg
    assert gain_of(plain.provenance) == 1.0
    assert gain_of(corrected.provenance) == 1.25


@pytest.mark.parametrize("top", [0.3, 0.95])
def test_a_dark_load_hides_neither_roof_nor_floor_of_a_bare_box(top: float) -> None:
    block = Block(x1=0.02, x2=0.98, top=top, material=Material.METAL, areal_g_cm2=70)
    scene = side_view([block], seed=8, channels=1)
    edges = tighten(sight_of(scene.image, BOOK).view, scene.outline)
    assert abs(edges.y1 - scene.outline.y1) <= 2
    assert abs(edges.y2 - scene.outline.y2) <= 2
