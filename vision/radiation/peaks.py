"""Peaks of a spectrum: how wide they are, where they are, what they hold.

Everything happens on bins that are an even part of a peak's width (FWHM), so that one kernel fits
everywhere: a Gaussian with its own mean, slope and curvature taken out (a matched filter of zero
area), which a smooth continuum does not excite.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vision.scan import Spectrum

Array = npt.NDArray[np.float64]

LOWEST_KEV, HIGHEST_KEV = 12.0, 3050.0
BINS_PER_FWHM = 3.0
SHARP = 0.006
"""FWHM at 662 keV, as a fraction, below which a detector is germanium."""
SIGNIFICANT = 6.0
FOUND_FROM = 4.5
LOBE_FWHM, LOBE_SHARE, LOBE_ROUNDS = 3.2, 0.12, 4
TRIED = tuple(0.0015 * 1.25**step for step in range(21))
WIDER, KEPT = 1.6, 0.8
LEAST_CHANNELS, LEAST_CHANNELS_WIDE = 2.8, 5.0
ABOVE_EDGE = 1.2


def fwhm_kev(energies_kev: Array, resolution: float) -> Array:
    """Width of a peak; `resolution` is the fraction at 662 keV.

    Germanium: electronic noise and the statistics of charge add in squares; others follow a
    power of the energy.
    """
    width = resolution * 661.7
    if resolution < SHARP:
        noise = 0.55 * width
        return np.asarray(np.sqrt(noise**2 + (width**2 - noise**2) * energies_kev / 661.7))
    return np.asarray(width * (energies_kev / 661.7) ** 0.55 + 0.5)


@lru_cache(maxsize=64)
def grid(resolution: float) -> Array:
    """(N + 1,) edges in keV, a third of a peak apart."""
    edges = [LOWEST_KEV]
    while edges[-1] < HIGHEST_KEV:
        edges.append(edges[-1] + float(fwhm_kev(np.array(edges[-1]), resolution)) / BINS_PER_FWHM)
    return np.array(edges)


def in_widths(energies_kev: Array, resolution: float) -> Array:
    """Energies counted in peak widths from the lowest bin."""
    edges = grid(resolution)
    return np.interp(energies_kev, edges, np.arange(edges.size) / BINS_PER_FWHM)


def rebinned(counts: Array, edges_kev: Array, onto_kev: Array) -> Array:
    """(N,) counts between other edges; a channel is shared out evenly."""
    cumulative = np.concatenate([[0.0], np.cumsum(counts)])
    return np.diff(np.interp(onto_kev, edges_kev, cumulative))


# Channels and bins blur a peak, each by a twelfth of its width squared.
_BLURRED_BINS = float(np.sqrt((BINS_PER_FWHM / 2.355) ** 2 + 1 / 6))


@lru_cache(maxsize=1)
def kernel() -> Array:
    """A peak two FWHM to either side, without mean, slope and curvature; projects a peak to 1."""
    reach = round(1.7 * BINS_PER_FWHM)
    x = np.arange(-reach, reach + 1, dtype=np.float64)
    peak = np.exp(-0.5 * (x / (BINS_PER_FWHM / 2.355)) ** 2)
    peak /= peak.sum()
    smooth = np.stack([np.ones_like(x), x, x**2])
    left = peak - smooth.T @ np.linalg.lstsq(smooth.T, peak, rcond=None)[0]
    blurred = np.exp(-0.5 * (x / _BLURRED_BINS) ** 2)
    return np.asarray(left / (left @ (blurred / blurred.sum())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """(N,) area of a peak centred in each bin, and how sure that is, on `edges_kev` (N + 1,)."""

    edges_kev: Array
    area: Array
    sigma: Array

    @property
    def centres_kev(self) -> Array:
        return np.asarray((self.edges_kev[1:] + self.edges_kev[:-1]) / 2)


def filtered(
    spectrum: Spectrum, background: Spectrum | None, resolution: float, *, error: float = 0.0
) -> Filtered:
    """The matched filter's answer. `error` is a part of the counts that is no peak's by right."""
    edges = grid(resolution)
    edges = edges[(edges >= spectrum.edges_kev[0]) & (edges <= spectrum.edges_kev[-1])]
    gross = rebinned(spectrum.counts, spectrum.edges_kev, edges)
    net, variance = gross, gross
    if background is not None:
        scale = spectrum.live_time_s / background.live_time_s
        behind = rebinned(background.counts, background.edges_kev, edges)
        net, variance = gross - scale * behind, gross + scale**2 * behind
    shape = kernel()
    area = np.convolve(net, shape[::-1], mode="same")
    noise = np.convolve(variance, shape**2, mode="same")
    level = np.convolve(np.abs(net), np.ones(shape.size) / shape.size, mode="same")
    half = shape.size // 2
    area[:half], area[area.size - half :] = 0.0, 0.0
    return Filtered(edges_kev=edges, area=area, sigma=np.sqrt(noise + 1 + (error * level) ** 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Peak:
    """A peak that was found: energy in keV, counts in it and their uncertainty."""

    energy_kev: float
    area: float
    sigma: float


@lru_cache(maxsize=1)
def _answer() -> tuple[Array, Array]:
    """The filter's answer to one count in a peak, against the distance in FWHM."""
    shape = kernel()
    fine = np.arange(-4 * BINS_PER_FWHM, 4 * BINS_PER_FWHM + 0.01, 0.25)
    bins = np.arange(-shape.size, shape.size + 1)
    sigma = _BLURRED_BINS
    answers = []
    for shift in fine:
        peak = np.exp(-0.5 * ((bins - shift) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
        answers.append(float(np.convolve(peak, shape[::-1], mode="same")[shape.size]))
    return fine / BINS_PER_FWHM, np.array(answers)


def find(found: Filtered, resolution: float) -> tuple[Peak, ...]:
    """Every significant peak; the side lobes that the filter gives a strong one are taken off."""
    z = found.area / found.sigma
    top = (z[1:-1] > FOUND_FROM) & (z[1:-1] >= z[:-2]) & (z[1:-1] > z[2:])
    at = np.flatnonzero(top) + 1
    if not at.size:
        return ()
    energy, height = _parabola(found, at)
    sigma = found.sigma[at]
    width = fwhm_kev(energy, resolution)
    distance, answer = _answer()
    area: Array = height
    for _ in range(LOBE_ROUNDS):
        apart = (energy[:, None] - energy[None]) / width[:, None]
        shares = np.interp(apart, distance, answer, left=0.0, right=0.0)
        area = np.asarray(np.linalg.lstsq(shares, height, rcond=None)[0])
        beside = (np.abs(apart) < LOBE_FWHM) & (np.abs(apart) > 0)
        strongest = np.where(beside, area[None].clip(0), 0.0).max(axis=1, initial=0.0)
        keep = (area > FOUND_FROM * sigma) & (area > LOBE_SHARE * strongest)
        if keep.all():
            break
        energy, height, sigma, width = energy[keep], height[keep], sigma[keep], width[keep]
        area = area[keep]
    return tuple(
        Peak(energy_kev=float(e), area=float(a), sigma=float(s))
        for e, a, s in zip(energy, area, sigma, strict=True)
    )


def _parabola(found: Filtered, at: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """Place and height of maxima between bins."""
    before, here, after = found.area[at - 1], found.area[at], found.area[at + 1]
    bend = np.minimum(before - 2 * here + after, -1e-12)
    shift = (0.5 * (before - after) / bend).clip(-0.5, 0.5)
    width = found.edges_kev[at + 1] - found.edges_kev[at]
    return found.centres_kev[at] + shift * width, here - 0.25 * (before - after) * shift


def resolution_of(spectrum: Spectrum) -> float | None:
    """The smallest width at which peaks keep what they hold; None without a clear peak.

    Through a filter too narrow for it a peak looks smaller than through the next wider one.
    """
    channel = float(np.median(np.diff(spectrum.edges_kev)))
    seen = spectrum.edges_kev[np.flatnonzero(spectrum.counts)]
    # The edge of what a detector sees at all is no peak.
    lowest = max(50.0, ABOVE_EDGE * float(seen[0])) if seen.size else 50.0
    for resolution in TRIED:
        # Converters differ from channel to channel: in wide peaks that must not count.
        least = LEAST_CHANNELS if resolution <= SHARP else LEAST_CHANNELS_WIDE
        if resolution * 661.7 < least * channel:
            continue
        near = filtered(spectrum, None, resolution, error=0.02)
        z = near.area / near.sigma
        inner = (z[1:-1] > SIGNIFICANT) & (z[1:-1] >= z[:-2]) & (z[1:-1] > z[2:])
        places = np.flatnonzero(inner) + 1
        places = places[near.centres_kev[places] > lowest]
        if not places.size:
            continue
        wider = filtered(spectrum, None, WIDER * resolution, error=0.02)
        at = np.searchsorted(wider.edges_kev, near.centres_kev[places]) - 1
        at = at.clip(1, wider.area.size - 2)
        there = np.max([wider.area[at - 1], wider.area[at], wider.area[at + 1]], axis=0)
        weight = z[places].clip(0, 50)
        kept = (near.area[places] / np.maximum(there, near.area[places] * 0.5)).clip(0, 1.5)
        if float((weight * kept).sum() / weight.sum()) >= KEPT:
            return float(resolution)
    return None
