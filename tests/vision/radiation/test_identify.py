import numpy as np
import pytest

from vision.findings import NuclideCategory
from vision.radiation.identified import Identification
from vision.radiation.identify import identify
from vision.synthesis.spectra import Recipe, germanium, scintillator


def names(found: Identification) -> set[str]:
    return {one.nuclide for one in found.nuclides}


def seen_by(recipe: Recipe, detector: str, rng: np.random.Generator) -> Identification:
    if detector == "HPGe":
        return identify(*germanium(recipe, rng), detector=detector)
    return identify(*scintillator(recipe, detector, rng), detector=detector)


@pytest.mark.parametrize("detector", ["NaI", "CsI", "LaBr", "HPGe"])
@pytest.mark.parametrize("nuclide", ["Am-241", "Ba-133", "Co-57", "Co-60", "Cs-137", "I-131"])
def test_a_check_source_is_named_and_nothing_beside_it(
    nuclide: str, detector: str, rng: np.random.Generator
) -> None:
    recipe = Recipe(sources={nuclide: 30_000.0})
    assert names(seen_by(recipe, detector, rng)) == {nuclide}


@pytest.mark.parametrize("detector", ["NaI", "CsI", "LaBr", "HPGe"])
def test_two_sources_are_two_nuclides(detector: str, rng: np.random.Generator) -> None:
    recipe = Recipe(sources={"Co-60": 40_000.0, "Cs-137": 40_000.0})
    assert names(seen_by(recipe, detector, rng)) == {"Co-60", "Cs-137"}


@pytest.mark.parametrize("gain", [0.97, 1.03])
@pytest.mark.parametrize("nuclide", ["Cs-137", "Co-60", "Ba-133"])
def test_a_drifting_crystal_names_the_same(
    nuclide: str, gain: float, rng: np.random.Generator
) -> None:
    recipe = Recipe(sources={nuclide: 30_000.0}, gain=gain)
    assert names(seen_by(recipe, "NaI", rng)) == {nuclide}


@pytest.mark.parametrize("nuclide", ["Cs-137", "Co-60"])
def test_a_source_in_a_steel_drum_is_named(nuclide: str, rng: np.random.Generator) -> None:
    recipe = Recipe(sources={nuclide: 20_000.0}, iron_g_cm2=16.0)
    (found,) = seen_by(recipe, "NaI", rng).nuclides
    assert found.nuclide == nuclide


@pytest.mark.parametrize("detector", ["NaI", "CsI", "LaBr", "HPGe"])
@pytest.mark.parametrize("seed", range(4))
def test_background_names_nothing_with_or_without_a_second_one(detector: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    recipe = Recipe(sources={}, background_cps=100.0)
    if detector == "HPGe":
        spectrum, background = germanium(recipe, rng)
    else:
        spectrum, background = scintillator(recipe, detector, rng)
    assert identify(spectrum, background, detector=detector).nuclides == ()
    if detector != "HPGe":
        assert identify(spectrum, None, detector=detector).nuclides == ()


def test_natural_thorium_above_background_is_natural(rng: np.random.Generator) -> None:
    found = seen_by(Recipe(sources={"Th-232": 40_000.0}), "NaI", rng)
    assert [(one.nuclide, one.category) for one in found.nuclides] == [
        ("Th-232", NuclideCategory.NORM)
    ]


def test_uranium_is_named_by_its_lines_in_germanium(rng: np.random.Generator) -> None:
    (found,) = seen_by(Recipe(sources={"U-235": 40_000.0}), "HPGe", rng).nuclides
    assert found.category is NuclideCategory.NUCLEAR
    assert any(abs(line - 185.7) < 0.5 for line in found.lines_kev)


def test_a_handful_of_counts_names_nothing(rng: np.random.Generator) -> None:
    recipe = Recipe(sources={"Cs-137": 20.0}, background_cps=0.1)
    assert seen_by(recipe, "NaI", rng).nuclides == ()


def test_the_fit_follows_the_counts(rng: np.random.Generator) -> None:
    spectrum, background = scintillator(Recipe(sources={"Cs-137": 60_000.0}), "NaI", rng)
    curve = identify(spectrum, background, detector="NaI").curve
    assert curve is not None
    peak = (curve.edges_kev[:-1] > 620) & (curve.edges_kev[1:] < 700)
    inside = (spectrum.edges_kev[:-1] > 620) & (spectrum.edges_kev[1:] < 700)
    assert curve.counts[peak].sum() == pytest.approx(spectrum.counts[inside].sum(), rel=0.2)


def test_a_plastic_detector_has_no_lines_to_name(rng: np.random.Generator) -> None:
    spectrum, background = scintillator(Recipe(sources={"Cs-137": 60_000.0}), "plastic", rng)
    assert identify(spectrum, background, detector="PVT panel").nuclides == ()
