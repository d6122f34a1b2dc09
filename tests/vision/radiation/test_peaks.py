import numpy as np
import pytest

from vision.radiation import peaks
from vision.scan import Spectrum

EDGES = np.linspace(0.0, 3000.0, 8193)


def a_spectrum(
    lines: dict[float, float], *, resolution: float, rng: np.random.Generator
) -> Spectrum:
    centres = (EDGES[1:] + EDGES[:-1]) / 2
    expected = 40 * np.exp(-centres / 500.0)
    for energy, area in lines.items():
        sigma = float(peaks.fwhm_kev(np.array(energy), resolution)) / 2.355
        peak = np.exp(-0.5 * ((centres - energy) / sigma) ** 2)
        expected = expected + area * peak / peak.sum()
    counts = rng.poisson(expected).astype(float)
    return Spectrum(counts=counts, edges_kev=EDGES, live_time_s=100.0, real_time_s=100.0)


def test_planted_peaks_are_found_where_they_are_and_as_large(rng: np.random.Generator) -> None:
    planted = {186.2: 3000.0, 661.7: 20000.0, 1332.5: 6000.0}
    spectrum = a_spectrum(planted, resolution=0.003, rng=rng)
    found = peaks.find(peaks.filtered(spectrum, None, 0.003), 0.003)
    assert len(found) == 3
    for peak, (energy, area) in zip(found, planted.items(), strict=True):
        assert peak.energy_kev == pytest.approx(energy, abs=0.3)
        assert peak.area == pytest.approx(area, rel=0.05, abs=4 * peak.sigma)


def test_a_strong_peak_has_no_companions_at_its_sides(rng: np.random.Generator) -> None:
    spectrum = a_spectrum({661.7: 500_000.0}, resolution=0.003, rng=rng)
    found = peaks.find(peaks.filtered(spectrum, None, 0.003), 0.003)
    assert [round(peak.energy_kev) for peak in found] == [662]


def test_two_peaks_a_width_and_a_half_apart_are_two(rng: np.random.Generator) -> None:
    apart = 1.6 * float(peaks.fwhm_kev(np.array(1173.0), 0.003))
    spectrum = a_spectrum({1173.0: 20000.0, 1173.0 + apart: 9000.0}, resolution=0.003, rng=rng)
    found = peaks.find(peaks.filtered(spectrum, None, 0.003), 0.003)
    assert len(found) == 2
    assert found[0].area / found[1].area == pytest.approx(20 / 9, rel=0.35)


def test_a_smooth_continuum_has_no_peaks(rng: np.random.Generator) -> None:
    spectrum = a_spectrum({}, resolution=0.003, rng=rng)
    assert peaks.resolution_of(spectrum) is None
    assert peaks.find(peaks.filtered(spectrum, None, 0.003), 0.003) == ()


@pytest.mark.parametrize("resolution", [0.0025, 0.011, 0.03, 0.07])
def test_the_width_of_peaks_is_measured(resolution: float, rng: np.random.Generator) -> None:
    lines = {356.0: 30000.0, 661.7: 30000.0, 1332.5: 30000.0}
    spectrum = a_spectrum(lines, resolution=resolution, rng=rng)
    measured = peaks.resolution_of(spectrum)
    assert measured is not None
    assert resolution / 1.5 < measured < resolution * 1.5


def test_germanium_is_told_from_all_others(rng: np.random.Generator) -> None:
    sharp = peaks.resolution_of(a_spectrum({661.7: 5000.0}, resolution=0.003, rng=rng))
    wide = peaks.resolution_of(a_spectrum({661.7: 50000.0}, resolution=0.016, rng=rng))
    assert sharp is not None
    assert sharp <= peaks.SHARP
    assert wide is None or wide > peaks.SHARP
