"""Which nuclides a germanium detector's spectrum shows: its peaks against the table of lines.

Efficiency and absorption are known only roughly, so an area may be off by a factor of two or so
and soft lines may be gone; energies are exact. A strong line that ought to be seen and is not
counts against its nuclide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt

from vision.radiation import peaks
from vision.radiation.lines import EXPECTED, NATURAL, NuclideLines, library_of_lines
from vision.radiation.peaks import Filtered, Peak
from vision.radiation.templates import attenuation
from vision.scan import Spectrum

Array = npt.NDArray[np.float64]

SIGNIFICANT = 4.5
TOLERANCE_FWHM = 0.55
TOLERANCE_GAIN = 0.0004
SPREAD = 0.7
MISSED_BELOW = 0.3
SEEN_ABOVE = 5.0
SOFT_KEV, SOFT_PENALTY = 100.0, 0.2
XRAYS_KEV = 40.0
LEAST_SCORE, LEAST_SCORE_RARE = 1.2, 1.7
LEAST_SHARE, LEAST_SHARE_OF_MANY, MANY_LINES = 0.03, 0.003, 5
LEAST_SHARE_OF_ONE_LINE, LEAST_SHARE_OF_ONE_LINE_RARE = 0.1, 0.3
EXPLAINED = 0.65
UNMEASURED_SHARE = 0.08
# Tried where the scale as written explains little.
GAINS = (1.0, 0.9965, 0.9975, 0.9985, 1.0015, 1.0025, 1.0035)
WELL_EXPLAINED = 0.5
MAX_NUCLIDES = 6
SHOWN = 6
HEAD = 14
# Bismuth and lead X-rays of shields, annihilation: peaks that name nothing.
ANNIHILATION_KEV, ANNIHILATION_WIDTH_KEV = 511.0, 2.0
LEAST_SHARE_OF_ANNIHILATION = 0.35
ABSORBER_NAMES = ("bare", "iron", "thick iron", "lead")
ABSORBERS = ((0.0, 0.0), (8.0, 0.0), (24.0, 0.0), (0.0, 6.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A nuclide whose lines were found. `share` is its part of all counts in peaks."""

    nuclide: str
    score: float
    share: float
    lines_kev: tuple[float, ...]
    activity: float
    normal: float
    absorber: int


def efficiency(energies_kev: Array, absorber: int) -> Array:
    """Counts in the peak per photon, in arbitrary units: a germanium crystal's, with absorbers."""
    iron, lead = ABSORBERS[absorber]
    bare = (1 + (energies_kev / 140.0) ** 3) ** (-0.95 / 3) * np.exp(-((22.0 / energies_kev) ** 3))
    depth = attenuation("iron", energies_kev) * iron + attenuation("lead", energies_kev) * lead
    return np.asarray(bare * np.exp(-depth))


@cache
def _heads() -> tuple[tuple[NuclideLines, tuple[tuple[Array, Array], ...]], ...]:
    """Each nuclide with the lines that matter behind each absorber: energies, expected areas."""
    result = []
    for lines in library_of_lines():
        kinds = []
        for absorber in range(len(ABSORBERS)):
            energies, areas = _merged(lines, absorber)
            order = np.argsort(-areas)[:HEAD]
            kinds.append((energies[order], areas[order] / areas.max()))
        result.append((lines, tuple(kinds)))
    return tuple(result)


def _merged(lines: NuclideLines, absorber: int) -> tuple[Array, Array]:
    """Lines closer than 0.8 keV look like one."""
    areas = lines.per_decay * efficiency(lines.energies_kev, absorber)
    order = np.argsort(lines.energies_kev)
    group = np.concatenate([[0], np.cumsum(np.diff(lines.energies_kev[order]) > 0.8)])
    total = np.bincount(group, areas[order])
    middle = np.bincount(group, (areas * lines.energies_kev)[order]) / np.maximum(total, 1e-300)
    return np.asarray(middle), np.asarray(total)


class _Field:
    """What is left to explain."""

    def __init__(
        self, found: Filtered, every: Sequence[Peak], *, resolution: float, lowest_kev: float
    ) -> None:
        self.lowest_kev = lowest_kev
        self.found = found
        self.peaks = every
        self.resolution = resolution
        self.energy = np.array([peak.energy_kev for peak in every])
        self.area = np.array([peak.area for peak in every])
        self.sigma = np.array([peak.sigma for peak in every])
        self.left = self.area.copy()

    def tolerance(self, energies: Array) -> Array:
        return np.asarray(
            TOLERANCE_FWHM * peaks.fwhm_kev(energies, self.resolution)
            + TOLERANCE_GAIN * energies
            + 0.15
        )

    def nearest(self, energies: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """For each line its nearest peak, and whether that is near enough."""
        distance = np.abs(self.energy[None] - energies[:, None])
        at = distance.argmin(axis=1)
        return at, distance[np.arange(energies.size), at] <= self.tolerance(energies)

    def take(self, trial: _Trial) -> None:
        """Take off what a nuclide explains."""
        at = trial.matched
        self.left[at] -= np.minimum(trial.expected, self.left[at])
        # What the rough efficiency leaves of an explained peak is no evidence.
        self.left[at] = np.where(self.left[at] < EXPLAINED * self.area[at], 0.0, self.left[at])

    def uncertainty(self, energies: Array) -> Array:
        at = np.searchsorted(self.found.edges_kev, energies) - 1
        inside = (energies > self.lowest_kev) & (at >= 0) & (at < self.found.sigma.size)
        known = self.found.sigma[at.clip(0, self.found.sigma.size - 1)]
        return np.where(inside, known, np.inf)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    score: float
    activity: float
    absorber: int
    matched: npt.NDArray[np.int64]
    expected: Array
    explained: float


def _try(field: _Field, kinds: tuple[tuple[Array, Array], ...]) -> _Trial | None:
    """The best activity and absorber of one nuclide."""
    best: _Trial | None = None
    for absorber, (energies, areas) in enumerate(kinds):
        at, near = field.nearest(energies)
        if not near.any():
            continue
        sigma = field.uncertainty(energies)
        left = np.where(near, field.left[at], 0.0)
        there = np.where(near, field.area[at], 0.0)
        strong = near & (left > SIGNIFICANT * field.sigma[at])
        for place in np.flatnonzero(strong)[:6]:
            activity = float(left[place] / areas[place])
            expected = areas * activity
            trial = _judge(
                energies, expected, at=at, strong=strong, left=left, there=there, sigma=sigma
            )
            if best is None or trial.score > best.score + (0.3 if absorber != best.absorber else 0):
                best = _Trial(
                    score=trial.score,
                    activity=activity,
                    absorber=absorber,
                    matched=trial.matched,
                    expected=trial.expected,
                    explained=trial.explained,
                )
    return best


def _judge(
    energies: Array,
    expected: Array,
    *,
    at: npt.NDArray[np.int64],
    strong: npt.NDArray[np.bool_],
    left: Array,
    there: Array,
    sigma: Array,
) -> _Trial:
    ratio = np.log(np.maximum(left, 1e-9) / np.maximum(expected, 1e-9))
    # More than expected may be another's; less is one's own fault.
    off = np.where(ratio > 0, ratio / 1.5, ratio)
    fits = strong & (np.abs(off) < 2 * SPREAD)
    weight = np.log10(1 + (left / np.maximum(sigma, 1e-9)).clip(0, 1e4))
    gained = float((weight * np.exp(-0.5 * (off / SPREAD) ** 2))[fits].sum())
    ought = expected / sigma
    missed = (ought > SEEN_ABOVE) & (there < MISSED_BELOW * expected)
    soft = energies < SOFT_KEV
    penalty = np.log10(1 + ought) * np.where(soft, SOFT_PENALTY, 1.0)
    lost = float(penalty[missed].sum())
    explained = float(np.minimum(expected, left)[fits].sum())
    return _Trial(
        score=gained - lost,
        activity=0.0,
        absorber=0,
        matched=at[fits],
        expected=expected[fits],
        explained=explained,
    )


def match(
    spectrum: Spectrum,
    background: Spectrum | None,
    resolution: float,
    *,
    lowest_kev: float,
    unmeasured: bool = False,
) -> tuple[Match, ...]:
    """Nuclides by the lines found, in the order in which they explain the peaks.

    Args:
        spectrum: what was measured.
        background: to take off, or None.
        resolution: FWHM at 662 keV, as a fraction.
        lowest_kev: where the detector starts to see.
        unmeasured: an unknown background is in the spectrum, so that small parts prove nothing.
    """
    found = peaks.filtered(spectrum, background, resolution, error=0.01)
    every = peaks.find(found, resolution)
    if not every:
        return ()
    best: tuple[Match, ...] = ()
    for gain in GAINS:
        scaled = [replace(peak, energy_kev=peak.energy_kev / gain) for peak in every]
        field = _Field(found, scaled, resolution=resolution, lowest_kev=lowest_kev)
        matches = _explain(field, unmeasured=unmeasured)
        if gain == 1.0:
            best = matches
            if _explained(matches) > WELL_EXPLAINED or unmeasured:
                break
        elif _explained(matches) > max(WELL_EXPLAINED, _explained(best)) and _sure(matches):
            best = matches
    return best


def _explained(matches: tuple[Match, ...]) -> float:
    return sum(match.share for match in matches)


def _sure(matches: tuple[Match, ...]) -> bool:
    """An energy scale that is off needs more than one line to be believed."""
    return max(len(match.lines_kev) for match in matches) > 1


def _explain(field: _Field, *, unmeasured: bool) -> tuple[Match, ...]:
    """Nuclides one by one, each on what the ones before it left."""
    total = float(field.area.sum())
    result: list[Match] = []
    taken: set[str] = set()
    while len(result) < MAX_NUCLIDES:
        best: tuple[float, NuclideLines, _Trial] | None = None
        for lines, kinds in _heads():
            trial = None if lines.nuclide in taken else _try(field, kinds)
            if trial is None:
                continue
            expected = lines.nuclide in EXPECTED
            share = trial.explained / total
            rank = trial.score - (LEAST_SCORE if expected else LEAST_SCORE_RARE)
            if rank < 0 or share < _least_share(field, trial, expected=expected):
                continue
            natural = lines.nuclide in NATURAL
            many = expected and trial.matched.size >= MANY_LINES
            if unmeasured and not (natural or many) and share < UNMEASURED_SHARE:
                continue
            if result and field.energy[trial.matched].max() < XRAYS_KEV:
                continue
            if best is None or rank > best[0]:
                best = (rank, lines, trial)
        if best is None:
            break
        _, lines, trial = best
        taken.add(lines.nuclide)
        field.take(trial)
        result.append(
            Match(
                nuclide=lines.nuclide,
                score=trial.score,
                share=trial.explained / total,
                lines_kev=_strongest(field, trial),
                activity=trial.activity,
                normal=_normal(lines, trial.absorber),
                absorber=trial.absorber,
            )
        )
    return tuple(result)


def _strongest(field: _Field, trial: _Trial) -> tuple[float, ...]:
    """Energies of the largest peaks that support it, ascending."""
    largest = trial.matched[np.argsort(-field.area[trial.matched])[:SHOWN]]
    return tuple(round(float(energy), 1) for energy in np.sort(field.energy[largest]))


def _normal(lines: NuclideLines, absorber: int) -> float:
    """What turns a trial's activity, that of its strongest line, into one comparable to others."""
    return float(1.0 / _merged(lines, absorber)[1].max())


def _least_share(field: _Field, trial: _Trial, *, expected: bool) -> float:
    """Of all counts in peaks; one line alone is weak evidence, many good ones are strong."""
    if trial.matched.size == 1:
        if abs(field.energy[trial.matched[0]] - ANNIHILATION_KEV) < ANNIHILATION_WIDTH_KEV:
            return LEAST_SHARE_OF_ANNIHILATION
        return LEAST_SHARE_OF_ONE_LINE if expected else LEAST_SHARE_OF_ONE_LINE_RARE
    return LEAST_SHARE_OF_MANY if trial.matched.size >= MANY_LINES else LEAST_SHARE
