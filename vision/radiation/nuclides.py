"""Which nuclides a spectrum shows: templates fitted to its peaks, with gain, resolution and
efficiency as nuisances.

1. Take off the background, if the measurement has one, and the continuum (SNIP, Ryan 1988,
   10.1016/0168-583X(88)90063-8).
2. Choose the instrument (small CsI, NaI, LaBr, CZT, HPGe) whose resolution fits best.
3. Add nuclides one by one (forward selection over a non-negative least-squares fit), as long
   as each explains a significant part of what is left and its own strongest line is there.

A nuclide without gamma or X-ray lines above 20 keV (H-3, Sr-90, Fe-55) is never found.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from vision.findings import NuclideCategory
from vision.scan import Spectrum

Array = npt.NDArray[np.float64]

LINES_FILE = "nuclide_lines.csv"
LOWEST_KEV, HIGHEST_KEV = 25.0, 2800.0
MIN_COUNTS = 60
MIN_IMPROVEMENT = 24.0
MIN_SHARE = 0.035
MIN_SIGNIFICANCE = 3.5
SYSTEMATIC_NET = 0.06
SYSTEMATIC_GROSS = 0.012
CONTINUUM_WINDOW = 1.1
MAX_NUCLIDES = 4
MAX_REFUSED = 6
GAIN_COST = 0.2
MIN_SHARE_OF_GROSS = 0.08
PEAK_BANDS_KEV = ((150, 250), (250, 400), (400, 600), (600, 900), (900, 1600), (1600, 2800))
PEAK_SIGNIFICANCE = 6.0
RARE = 0.3
# The list that ANSI N42.34 tests identifiers with, and what ports meet; others must bring more.
EXPECTED = frozenset(
    {"Am-241", "Ba-133", "Co-57", "Co-60", "Cs-137", "Eu-152", "F-18", "Ga-67", "I-131", "In-111"}
    | {"Ir-192", "K-40", "Lu-177", "Na-22", "Pu-239", "Ra-226", "Tc-99m", "Th-232", "Tl-201"}
    | {"U-235", "U-238"}
)
# Met in every background: without a background measurement they prove nothing.
UBIQUITOUS = frozenset({"K-40", "Ra-226", "Th-232", "U-238"})
# Natural background differs by more than this between an office and the lawn before it.
MIN_EXCESS_OVER_BACKGROUND = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Resolution (fraction FWHM at 662 keV) and slope of the full-energy efficiency."""

    name: str
    resolution_662: float
    slope: float
    bins_per_fwhm: float = 4.0
    gains: tuple[float, ...] = (1.0,)
    # A nuclide must explain this part of all the peaks; wide peaks hide more of our ignorance.
    min_share_of_evidence: float = 0.3

    def fwhm_kev(self, energy: Array) -> Array:
        if self.resolution_662 < 0.01:
            return np.asarray(np.sqrt(0.8 + (0.0017 * 661.7) ** 2 * energy / 661.7))
        return np.asarray(self.resolution_662 * 661.7 * (energy / 661.7) ** 0.55 + 0.5)


_WIDE = tuple(np.linspace(0.92, 1.08, 17))
INSTRUMENTS = (
    Instrument(name="CsI 1 cm3", resolution_662=0.085, slope=1.7, gains=_WIDE),
    Instrument(name="NaI", resolution_662=0.072, slope=1.1, gains=_WIDE),
    Instrument(
        name="LaBr", resolution_662=0.03, slope=1.2, gains=tuple(np.linspace(0.97, 1.03, 9))
    ),
    Instrument(
        name="CZT", resolution_662=0.015, slope=1.8, gains=tuple(np.linspace(0.98, 1.02, 7))
    ),
    Instrument(
        name="HPGe",
        resolution_662=0.0025,
        slope=0.95,
        gains=(0.9985, 0.9993, 1.0, 1.0007, 1.0015),
        min_share_of_evidence=0.05,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """`score` is the fall of chi squared that the nuclide brings."""

    nuclide: str
    category: NuclideCategory
    score: float
    lines_kev: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclideLines:
    """Energies (keV) and photons per decay, (L,) each."""

    nuclide: str
    category: NuclideCategory
    energies_kev: Array
    per_decay: Array


@cache
def library() -> tuple[NuclideLines, ...]:
    """Every nuclide that can be found."""
    text = (resources.files("vision.radiation") / LINES_FILE).read_text(encoding="utf-8")
    grouped: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        line = (float(row["energy_kev"]), float(row["per_decay"]))
        grouped.setdefault((row["nuclide"], row["category"]), []).append(line)
    return tuple(
        NuclideLines(
            nuclide=name,
            category=NuclideCategory(category),
            energies_kev=np.array([energy for energy, _ in lines]),
            per_decay=np.array([share for _, share in lines]),
        )
        for (name, category), lines in grouped.items()
    )


def identify(
    spectrum: Spectrum, background: Spectrum | None, *, background_removed: bool = False
) -> tuple[Identified, ...]:
    """Nuclides, strongest evidence first; () if there are too few counts to tell."""
    if spectrum.counts.sum() < MIN_COUNTS:
        return ()
    instrument = choose_instrument(spectrum)
    prepared = _prepare(spectrum, background, instrument)
    if prepared is None:
        return ()
    best: _Fit | None = None
    for gain in instrument.gains:
        for slope in (instrument.slope - 0.35, instrument.slope, instrument.slope + 0.35):
            templates = _templates(prepared.edges, instrument, gain=float(gain), slope=slope)
            fit = _select(prepared, templates, instrument, gain=float(gain))
            # A shifted axis must pay for itself.
            cost = fit.chi2 + GAIN_COST * fit.start * ((gain - 1) / 0.08) ** 2
            if best is None or cost < best.cost:
                best = _Fit(chi2=fit.chi2, cost=cost, chosen=fit.chosen, start=fit.start)
    if best is None:
        return ()
    proven = background is not None or background_removed
    if not proven and prepared.peaks.clip(0).sum() < MIN_SHARE_OF_GROSS * spectrum.counts.sum():
        return ()
    if background is not None:
        ratio = (spectrum.counts.sum() / spectrum.live_time_s) / (
            background.counts.sum() / background.live_time_s
        )
        proven = bool(ratio > 1 + MIN_EXCESS_OVER_BACKGROUND)
    return tuple(
        found
        for found in sorted(best.chosen, key=lambda found: -found.score)
        if proven or found.nuclide not in UBIQUITOUS
    )


def choose_instrument(spectrum: Spectrum) -> Instrument:
    """The instrument whose peak width makes the strongest peak stand out most."""
    centres = (spectrum.edges_kev[1:] + spectrum.edges_kev[:-1]) / 2
    width = float(np.median(np.diff(spectrum.edges_kev)))
    scored = []
    for instrument in INSTRUMENTS:
        if instrument.resolution_662 * 661.7 < 1.3 * width:
            continue
        scored.append((_strongest_peak(spectrum.counts, centres, width, instrument), instrument))
    if not scored:
        return INSTRUMENTS[0]
    return max(scored, key=lambda pair: pair[0])[1]


def _strongest_peak(counts: Array, centres: Array, width: float, instrument: Instrument) -> float:
    """Largest projection of the counts on a peak of that width, curvature left out.

    For a Gaussian peak the projection on a normalised Gaussian is largest at its own width.
    """
    best = 0.0
    for low, high in PEAK_BANDS_KEV:
        here = (centres >= low) & (centres < high)
        sigma = float(instrument.fwhm_kev(np.array(np.sqrt(low * high)))) / 2.355 / width
        reach = max(3, round(3.5 * sigma))
        if here.sum() < 2 * reach:
            continue
        x = np.arange(-reach, reach + 1, dtype=np.float64)
        kernel = np.exp(-0.5 * (x / sigma) ** 2)
        smooth = np.stack([np.ones_like(x), x, x**2])
        kernel -= smooth.T @ np.linalg.lstsq(smooth.T, kernel, rcond=None)[0]
        response = np.convolve(counts, kernel, mode="same")
        noise = np.sqrt(np.convolve(counts, kernel**2, mode="same") + 1)
        clear = here & (response > PEAK_SIGNIFICANCE * noise)
        if clear.any():
            best = max(best, float(response[clear].max() / np.linalg.norm(kernel)))
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    edges: Array
    peaks: Array
    sigma: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    chi2: float
    chosen: tuple[Identified, ...]
    start: float
    cost: float = 0.0


def _prepare(
    spectrum: Spectrum, background: Spectrum | None, instrument: Instrument
) -> _Prepared | None:
    low = max(LOWEST_KEV, float(spectrum.edges_kev[0]))
    high = min(HIGHEST_KEV, float(spectrum.edges_kev[-1]))
    channel = float(np.median(np.diff(spectrum.edges_kev)))
    edges = [low]
    while edges[-1] < high:
        fwhm = float(instrument.fwhm_kev(np.array(edges[-1])))
        edges.append(edges[-1] + max(channel, fwhm / instrument.bins_per_fwhm))
    grid = np.array(edges[:-1])
    if grid.size < 20:
        return None
    gross = _rebinned(spectrum, grid)
    net, variance = gross.copy(), gross.copy()
    if background is not None:
        scale = spectrum.live_time_s / background.live_time_s
        behind = _rebinned(background, grid)
        net = gross - scale * behind
        variance = gross + scale**2 * behind
    widths = np.diff(grid)
    density = net / widths
    continuum = snip(density, _half_window(grid, instrument)) * widths
    peaks = net - continuum
    variance = (
        variance + 1 + (SYSTEMATIC_NET * np.abs(peaks)) ** 2 + (SYSTEMATIC_GROSS * np.abs(net)) ** 2
    )
    return _Prepared(edges=grid, peaks=peaks, sigma=np.sqrt(variance))


def _half_window(edges: Array, instrument: Instrument) -> npt.NDArray[np.int64]:
    centres = (edges[1:] + edges[:-1]) / 2
    return np.maximum(
        2, np.ceil(CONTINUUM_WINDOW * instrument.fwhm_kev(centres) / np.diff(edges))
    ).astype(np.int64)


def snip(density: Array, half_window: npt.NDArray[np.int64]) -> Array:
    """Continuum under peaks, (N,), by clipping with a decreasing window."""
    lowest = min(0.0, float(density.min()))
    work = np.log(np.log(np.sqrt(density - lowest + 1) + 1) + 1)
    index = np.arange(work.size)
    for step in range(int(half_window.max()), 0, -1):
        use = (half_window >= step) & (index >= step) & (index < work.size - step)
        at = index[use]
        work[at] = np.minimum(work[at], (work[at - step] + work[at + step]) / 2)
    return np.asarray((np.exp(np.exp(work) - 1) - 1) ** 2 - 1 + lowest)


def _rebinned(spectrum: Spectrum, edges: Array) -> Array:
    cumulative = np.concatenate([[0.0], np.cumsum(spectrum.counts)])
    return np.diff(np.interp(edges, spectrum.edges_kev, cumulative))


def _templates(edges: Array, instrument: Instrument, *, gain: float, slope: float) -> Array:
    """(nuclides, N) counts per unit activity after the same continuum removal."""
    return np.array(
        [_template(lines, edges, instrument, gain=gain, slope=slope) for lines in library()]
    )


def _template(
    lines: NuclideLines, edges: Array, instrument: Instrument, *, gain: float, slope: float
) -> Array:
    energies = lines.energies_kev
    efficiency = (1 + (energies / 140.0) ** 3) ** (-slope / 3) * np.exp(-((28.0 / energies) ** 3))
    areas = lines.per_decay * efficiency
    sigma = instrument.fwhm_kev(energies) / 2.355
    counts = _gauss_counts(edges, energies * gain, sigma, areas)
    # Backscatter and Compton edge leave bumps that the continuum removal does not take away.
    hard = energies > 250
    if hard.any() and instrument.resolution_662 > 0.01:
        part = energies[hard]
        scatter = areas[hard] * np.minimum(6.0, (part / 250.0) ** 1.0)
        back = part / (1 + 2 * part / 511.0)
        counts += _gauss_counts(
            edges, back * gain, 1.6 * instrument.fwhm_kev(back) / 2.355, 0.18 * scatter
        )
    widths = np.diff(edges)
    total = counts.sum()
    if total <= 0:
        return counts
    scaled = counts / total * 1e5
    left = scaled - snip(scaled / widths, _half_window(edges, instrument)) * widths
    return np.asarray(left.clip(0) / 1e5)


def _gauss_counts(edges: Array, centres: Array, sigma: Array, areas: Array) -> Array:
    from scipy.special import ndtr  # noqa: PLC0415

    steps = ndtr((edges[:, None] - centres[None]) / sigma[None])
    return np.asarray(np.diff(steps, axis=0) @ areas)


def _select(prepared: _Prepared, templates: Array, instrument: Instrument, *, gain: float) -> _Fit:
    weighted = (templates / prepared.sigma).T
    data = prepared.peaks / prepared.sigma
    chi2 = float(data @ data)
    needed = max(MIN_IMPROVEMENT, instrument.min_share_of_evidence * chi2)
    chosen: list[int] = []
    scores: dict[int, float] = {}
    norms = np.linalg.norm(weighted, axis=0)
    usable = (norms > 0) & (templates.sum(axis=1) > 0)
    total = float(prepared.peaks.clip(0).sum())
    weights = np.array([1.0 if x.nuclide in EXPECTED else RARE for x in library()])
    refused: set[int] = set()
    while len(chosen) < MAX_NUCLIDES and len(refused) < MAX_REFUSED:
        fitted = nnls(weighted[:, chosen], data)[0] if chosen else np.zeros(0)
        residual = data - weighted[:, chosen] @ fitted if chosen else data
        with np.errstate(divide="ignore", invalid="ignore"):
            promise = np.where(usable, weighted.T @ residual / norms, 0.0)
        best: tuple[float, int, Array, float] | None = None
        for index in np.argsort(-promise)[:8]:
            if index in chosen or index in refused or promise[index] <= 0:
                continue
            amounts, rest = nnls(weighted[:, [*chosen, int(index)]], data)
            gained = float((chi2 - rest**2) * weights[index])
            if best is None or gained > best[0]:
                best = (gained, int(index), amounts, float(rest**2))
        if best is None:
            break
        gained, index, amounts, new_chi2 = best
        share = amounts[-1] * templates[index].sum() / max(total, 1.0)
        if (
            gained < needed
            or share < MIN_SHARE
            or not _line_is_there(prepared, templates, [*chosen, index], amounts, instrument)
        ):
            refused.add(index)
            continue
        scores[index] = chi2 - new_chi2
        chosen.append(index)
        chi2 = new_chi2
    named = _named(chosen, needed, weights, weighted, data)
    return _Fit(chi2=chi2, chosen=named, start=float(data @ data))


def _named(
    chosen: Sequence[int], needed: float, weights: Array, weighted: Array, data: Array
) -> tuple[Identified, ...]:
    named = []
    full = nnls(weighted[:, list(chosen)], data)[1] ** 2 if chosen else 0.0
    for index in chosen:
        rest = [other for other in chosen if other != index]
        without = nnls(weighted[:, rest], data)[1] ** 2 if rest else float(data @ data)
        if (without - full) * weights[index] < needed / 2:
            continue
        lines = library()[index]
        strongest = np.argsort(-lines.per_decay)[:4]
        named.append(
            Identified(
                nuclide=lines.nuclide,
                category=lines.category,
                score=float(without - full),
                lines_kev=tuple(float(e) for e in np.sort(lines.energies_kev[strongest])),
            )
        )
    return tuple(named)


def _line_is_there(
    prepared: _Prepared,
    templates: Array,
    trial: Sequence[int],
    amounts: Array,
    instrument: Instrument,
) -> bool:
    """Whether the newest nuclide's strongest expected line stands out over all the others."""
    own = amounts[-1] * templates[trial[-1]]
    others = amounts[:-1] @ templates[list(trial[:-1])] if len(trial) > 1 else 0.0
    peak = int(np.argmax(own))
    reach = max(1, round(instrument.bins_per_fwhm / 2))
    window = slice(max(0, peak - reach), peak + reach + 1)
    left = float((prepared.peaks - others)[window].sum())
    noise = float(np.sqrt((prepared.sigma[window] ** 2).sum()))
    return left / noise >= MIN_SIGNIFICANCE
