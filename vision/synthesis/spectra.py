"""Single gamma spectra of known nuclides, for any kind of detector; random only in its counts.

Scintillators go through `gamma_transport`, whose bins are too wide for germanium: there each line
is a Gaussian on a smooth continuum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from vision.radiation.lines import NATURAL, library
from vision.scan import Spectrum
from vision.synthesis import gamma_transport as transport

Array = npt.NDArray[np.float64]

HIGHEST_KEV = 3000.0
GERMANIUM_CHANNELS = 8192
# Part of a germanium detector's counts that are in no peak.
CONTINUUM = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is measured. `sources` are nuclides with their counts; `gain` is the drift of the
    energy scale, 1 for none.
    """

    sources: Mapping[str, float]
    live_time_s: float = 300.0
    background_cps: float = 60.0
    iron_g_cm2: float = 0.0
    gain: float = 1.0
    channels: int = 1024


def scintillator(
    recipe: Recipe, detector: str, rng: np.random.Generator
) -> tuple[Spectrum, Spectrum]:
    """A spectrum and a background four times as long, of a detector of `gamma_transport`."""
    behind = transport.natural_background(detector) * recipe.background_cps
    expected = behind * recipe.live_time_s
    for nuclide, counts in recipe.sources.items():
        photons = transport.from_point(nuclide, iron_g_cm2=recipe.iron_g_cm2)
        shape = transport.counts_of(photons, detector)
        expected = expected + counts * shape / shape.sum()
    edges = np.linspace(0.0, HIGHEST_KEV, recipe.channels + 1)
    longer = 4 * recipe.live_time_s
    return (
        _drawn(_channels(expected, edges, recipe.gain), edges, recipe.live_time_s, rng),
        _drawn(_channels(behind * longer, edges, recipe.gain), edges, longer, rng),
    )


def _channels(fine: Array, edges: Array, gain: float) -> Array:
    own = np.arange(fine.size + 1) * transport.STEP_KEV * gain
    sums = np.concatenate([[0.0], np.cumsum(fine)])
    return np.diff(np.interp(edges, own, sums))


def _drawn(expected: Array, edges: Array, live_s: float, rng: np.random.Generator) -> Spectrum:
    counts = rng.poisson(expected.clip(0)).astype(np.float64)
    return Spectrum(counts=counts, edges_kev=edges, live_time_s=live_s, real_time_s=live_s)


def germanium(
    recipe: Recipe, rng: np.random.Generator, *, fwhm_662_kev: float = 1.8
) -> tuple[Spectrum, Spectrum]:
    """The same of germanium; the background holds the natural lines."""
    edges = np.linspace(0.0, HIGHEST_KEV, GERMANIUM_CHANNELS + 1)
    natural = [_germanium_shape(name, edges, recipe.gain, fwhm_662_kev) for name in NATURAL]
    behind = recipe.background_cps * np.mean(natural, axis=0)
    expected = behind * recipe.live_time_s
    for nuclide, counts in recipe.sources.items():
        shape = _germanium_shape(nuclide, edges, recipe.gain, fwhm_662_kev)
        expected = expected + counts * shape
    longer = 4 * recipe.live_time_s
    return (
        _drawn(expected, edges, recipe.live_time_s, rng),
        _drawn(behind * longer, edges, longer, rng),
    )


def _germanium_shape(nuclide: str, edges: Array, gain: float, fwhm_662_kev: float) -> Array:
    """(N,) counts per channel, sum 1."""
    lines = {entry.nuclide: entry for entry in library()}[nuclide]
    energies = lines.energies_kev
    seen = (1 + (energies / 140.0) ** 3) ** (-0.3) * np.exp(-((30.0 / energies) ** 3))
    areas = lines.per_decay * seen
    sigma = np.sqrt(0.5 + (fwhm_662_kev**2 - 0.5) * energies / 661.7) / 2.355
    peaks = np.diff(ndtr((edges[:, None] - gain * energies) / sigma), axis=0) @ areas
    centres = (edges[1:] + edges[:-1]) / 2
    end = float((energies * areas).sum() / areas.sum())
    smooth = np.exp(-centres / end) / (1 + np.exp(-(centres - 35.0) / 6.0))
    return np.asarray((1 - CONTINUUM) * peaks / peaks.sum() + CONTINUUM * smooth / smooth.sum())
