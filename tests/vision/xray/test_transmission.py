import numpy as np
import pytest

from vision.errors import ShapeMismatch
from vision.findings import Material
from vision.scan import PixelUnit, XrayImage
from vision.synthesis.blocks import AIR, DARK, Block, side_view
from vision.xray.transmission import correct_for_air, measure


def test_air_is_one_and_a_dead_channel_is_no_number() -> None:
    counts = np.full((3, 5), 1000, np.uint16)
    air = np.array([1000, 1900, 90], np.float32)
    seen = correct_for_air(counts, air=air, dark_level=100)
    assert np.allclose(seen[0], 1.0)
    assert np.allclose(seen[1], 0.5)
    assert np.isnan(seen[2]).all()


def test_air_of_another_detector_is_refused() -> None:
    with pytest.raises(ShapeMismatch):
        correct_for_air(np.zeros((3, 5), np.uint16), air=np.ones(5, np.float32), dark_level=0)


def test_gains_and_flicker_are_taken_out() -> None:
    block = Block(x1=0.3, x2=0.7, top=0.6, material=Material.ORGANIC, areal_g_cm2=20)
    scene = side_view([block], seed=1)
    seen = measure(scene.image)
    assert seen is not None
    error = seen.attenuation[:, :, 0] - scene.clean
    assert abs(float(np.median(error))) < 0.003
    assert float(np.abs(error).mean()) < 0.006
    assert 0.001 < seen.noise < 0.004


def test_a_dead_detector_is_mended_and_marked() -> None:
    scene = side_view([], seed=1)
    pixels = scene.image.pixels.copy()
    pixels[150] = int(DARK)
    image = XrayImage(
        sha256="", scan_format="raw", pixels=pixels, unit=PixelUnit.COUNTS,
        acquisition=scene.image.acquisition,
    )  # fmt: skip
    seen = measure(image)
    assert seen is not None
    assert seen.opaque[150].all()
    assert np.abs(seen.attenuation[150, :, 0] - scene.clean[150]).mean() < 0.02


def test_what_is_opaque_is_said() -> None:
    block = Block(x1=0.4, x2=0.5, top=0.5, material=Material.METAL, areal_g_cm2=400)
    seen = measure(side_view([block], seed=1).image)
    assert seen is not None
    # 122 x 117 of 1459 x 419 pixels.
    assert 0.022 < seen.opaque.mean() < 0.025


@pytest.mark.parametrize("unit", [PixelUnit.DISPLAY, PixelUnit.COUNTS])
def test_grey_levels_and_dark_air_measure_nothing(unit: PixelUnit) -> None:
    pixels = np.full((60, 80, 1), AIR if unit is PixelUnit.DISPLAY else 900, np.uint16)
    pixels[20:40] = 50_000
    image = XrayImage(sha256="", scan_format="png", pixels=pixels, unit=unit)
    assert measure(image) is None
