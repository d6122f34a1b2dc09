import numpy as np
import pytest

from vision.findings import NuclideCategory
from vision.radiation import detector_kind, soft_xrays
from vision.radiation.identify import identify
from vision.scan import Spectrum
from vision.synthesis.spectra import Recipe, scintillator

EDGES = np.linspace(0.0, 3000.0, 8193)


def with_hump(at_kev: float, counts: float, rng: np.random.Generator) -> Spectrum:
    """A thin-windowed crystal's background, with a hump."""
    centres = (EDGES[1:] + EDGES[:-1]) / 2
    expected = 30.0 * np.exp(-centres / 400.0) * (centres > 5)
    hump = np.exp(-0.5 * ((centres - at_kev) / 2.5) ** 2)
    drawn = rng.poisson(expected + counts * hump / hump.sum()).astype(float)
    return Spectrum(counts=drawn, edges_kev=EDGES, live_time_s=60.0, real_time_s=60.0)


def test_l_x_rays_alone_are_plutonium_and_nuclear(rng: np.random.Generator) -> None:
    (found,) = identify(with_hump(16.5, 8000.0, rng), None, detector="NaI").nuclides
    assert found.nuclide == "Pu-239"
    assert found.category is NuclideCategory.NUCLEAR


@pytest.mark.parametrize(("at_kev", "counts"), [(16.5, 0.0), (5.0, 8000.0), (40.0, 8000.0)])
def test_no_hump_or_a_hump_elsewhere_is_not(
    at_kev: float, counts: float, rng: np.random.Generator
) -> None:
    assert soft_xrays.excess_z(with_hump(at_kev, counts, rng)) == 0.0


def test_potash_without_a_background_is_told_from_the_ground(rng: np.random.Generator) -> None:
    potash, ground = (
        scintillator(Recipe(sources=sources, background_cps=30.0), "NaI", rng)[0]
        for sources in ({"K-40": 60_000.0}, {})
    )
    assert [one.nuclide for one in identify(potash, None, detector="NaI").nuclides] == ["K-40"]
    assert identify(ground, None, detector="NaI").nuclides == ()


def test_an_instruments_own_caesium_is_background(rng: np.random.Generator) -> None:
    spectrum, _ = scintillator(Recipe(sources={"Cs-137": 4_000.0}), "NaI", rng)
    assert [one.nuclide for one in identify(spectrum, None, detector="NaI").nuclides] == ["Cs-137"]
    assert identify(spectrum, None, detector="IdentiFinderNG").nuclides == ()
    assert detector_kind.built_in("RadEagle NaI 3x1") == ""


@pytest.mark.parametrize(
    ("words", "resolution"), [("RadiaCodeCsI10", 0.084), ("LaBr3", 0.033), ("NaI 3x3", 0.074)]
)
def test_the_files_words_choose_the_kind(words: str, resolution: float) -> None:
    (setting,) = detector_kind.settings(words, None)
    assert setting.resolution == resolution
