"""Which nuclides a spectrum shows, whatever the detector.

Germanium is told by how narrow its peaks are and read by its lines (`line_match`); everything
else is fitted as a whole (`full_spectrum`). Potassium, radium and thorium are in every
background: they are named only where they exceed one, a measured one or the usual mixture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vision.findings import NuclideCategory
from vision.radiation import (
    detector_kind,
    full_spectrum,
    line_match,
    nuclide_search,
    peaks,
    soft_xrays,
)
from vision.radiation.detector_kind import Setting
from vision.radiation.full_spectrum import Measured
from vision.radiation.lines import BETA, EXPECTED, NATURAL, NuclideLines, nameable
from vision.radiation.nuclide_search import Candidates, Component, Fit
from vision.radiation.templates import Templates, templates
from vision.scan import Spectrum

Array = npt.NDArray[np.float64]

MIN_COUNTS = 60
PLUTONIUM = "Pu-239"
MOST_OF_SPECTRUM = 0.4
GAINS, GAIN_STEP = (0.94, 0.97, 1.0, 1.03, 1.06), 0.03
HALF_CHANNEL_FROM_KEV = 4.0
NATURAL_AND_URANIUM = frozenset({*NATURAL, "U-238"})
# Natural background differs by more than this between an office and the lawn before it.
MIN_EXCESS_OVER_BACKGROUND = 0.2
# World medians of ground in Bq/kg, and by how much a series must exceed them beside the others.
ORDINARY_BQ_KG = {"K-40": 400.0, "Ra-226": 35.0, "Th-232": 30.0}
BEYOND_ORDINARY = 4.0
NATURAL_Z = 6.0
SMALL_NATURAL_SHARE = 0.07
ALONE_SHARE = 0.9
BETA_Z, BETA_EXCESS = 8.0, 0.5
# A parent's lines hold those of its daughter.
DAUGHTERS = {
    "Lu-177m": "Lu-177",
    "Th-232": "Th-228",
    "Ac-225": "Bi-213",
    "Mo-99": "Tc-99m",
    "Ca-47": "Sc-47",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """`score`: of lines, decades of evidence; of a full fit, the fall of chi squared.

    `share` is the nuclide's part of the counts over background; `shield` what it seems to be
    behind ("" if nothing is known of it).
    """

    nuclide: str
    category: NuclideCategory
    score: float
    share: float
    shield: str
    lines_kev: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """(N,) counts that the fit gives between `edges_kev` (N + 1,), background included."""

    edges_kev: Array
    counts: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """Nuclides, the strongest evidence first, and the fit behind them, if it was one."""

    nuclides: tuple[Identified, ...]
    curve: Curve | None


def identify(
    spectrum: Spectrum,
    background: Spectrum | None,
    *,
    background_removed: bool = False,
    detector: str = "",
) -> Identification:
    """Nuclides of one spectrum; none if there are too few counts to tell.

    Args:
        spectrum: what was measured.
        background: measured apart, with the same detector.
        background_removed: it was already taken off `spectrum`.
        detector: the file's words for it, a hint at its kind.
    """
    if spectrum.counts.sum() < MIN_COUNTS:
        return Identification(nuclides=(), curve=None)
    measured = peaks.resolution_of(spectrum)
    if measured is not None and measured <= peaks.SHARP:
        found = _by_lines(spectrum, background, measured, removed=background_removed)
        return Identification(nuclides=found, curve=None)
    return _by_fit(
        spectrum, background, detector_kind.settings(detector, measured), removed=background_removed
    )


def _exceeds(spectrum: Spectrum, background: Spectrum) -> float:
    """By how much the rate is above that of the background, as a part of it."""
    behind = background.counts.sum() / background.live_time_s
    return float(spectrum.counts.sum() / spectrum.live_time_s / max(behind, 1e-9)) - 1.0


def _entry(nuclide: str) -> NuclideLines:
    return next(entry for entry in nameable() if entry.nuclide == nuclide)


# Germanium


def _by_lines(
    spectrum: Spectrum, background: Spectrum | None, resolution: float, *, removed: bool
) -> tuple[Identified, ...]:
    matches = line_match.match(
        spectrum,
        background,
        resolution,
        lowest_kev=detector_kind.lowest_kev(spectrum),
        unmeasured=background is None and not removed,
    )
    names = {match.nuclide for match in matches}
    held = {DAUGHTERS.get(name) for name in names}
    kept = []
    for match in matches:
        natural = match.nuclide in NATURAL_AND_URANIUM
        if match.nuclide in held:
            continue
        if match.nuclide in NATURAL:
            if len(names) > 1 and match.share < SMALL_NATURAL_SHARE:
                continue
            if not removed and background is None and not _extraordinary(match, matches):
                continue
        if (
            natural
            and background is not None
            and _exceeds(spectrum, background) < MIN_EXCESS_OVER_BACKGROUND
        ):
            continue
        kept.append(match)
    return tuple(
        Identified(
            nuclide=match.nuclide,
            category=_entry(match.nuclide).category,
            score=match.score,
            share=match.share,
            shield=line_match.ABSORBER_NAMES[match.absorber],
            lines_kev=match.lines_kev,
        )
        for match in sorted(kept, key=lambda match: -match.score)
    )


def _extraordinary(match: line_match.Match, every: tuple[line_match.Match, ...]) -> bool:
    """Whether a natural series is more than the others let expect of a background."""
    activity = {m.nuclide: m.activity * m.normal for m in every if m.nuclide in NATURAL}
    own = activity[match.nuclide] / ORDINARY_BQ_KG[match.nuclide]
    others = [
        value / ORDINARY_BQ_KG[name] for name, value in activity.items() if name != match.nuclide
    ]
    return own > BEYOND_ORDINARY * max(others) if others else match.share > ALONE_SHARE


# Everything else


class _Fitter:
    """Fits one spectrum under many settings."""

    def __init__(self, spectrum: Spectrum, background: Spectrum | None) -> None:
        behind, scale = None, 0.0
        if background is not None:
            behind = peaks.rebinned(background.counts, background.edges_kev, spectrum.edges_kev)
            scale = spectrum.live_time_s / background.live_time_s
        self._measured = Measured(
            spectrum=spectrum,
            background=behind,
            background_scale=scale,
            lowest_kev=detector_kind.lowest_kev(spectrum),
        )
        names = [entry.nuclide for entry in nameable()]
        beta = np.array([name == BETA for name in names])
        rare = np.array([name not in EXPECTED for name in names]) & ~beta
        self._lined = Candidates(rare=rare, allowed=~beta)
        self._beta = Candidates(rare=rare, allowed=beta)

    def fit(self, setting: Setting, *, beta: bool = False) -> Fit:
        kind = templates(setting.resolution, setting.crystal)
        prepared = full_spectrum.prepare(
            kind, self._measured, gain=setting.gain, offset_kev=setting.offset_kev
        )
        return nuclide_search.search(
            kind, prepared, self._beta if beta else self._lined, gain=setting.gain
        )

    def best(self, starts: tuple[Setting, ...]) -> tuple[Fit, Setting]:
        """The likeliest over kinds of detector, then over its energy scale."""
        channel = float(np.median(np.diff(self._measured.spectrum.edges_kev)))
        # Some write the middle of a channel where others write its lower edge.
        offsets = (0.0, channel / 2) if channel > HALF_CHANNEL_FROM_KEV else (0.0,)
        first = starts[0]
        if len(starts) > 1:
            tried = [(self.fit(replace(s, offset_kev=offsets[-1])), s) for s in starts]
            first = max(tried, key=lambda pair: _explained(pair[0]))[1]
        coarse = [replace(first, gain=gain, offset_kev=offsets[-1]) for gain in GAINS]
        tried = [(self.fit(setting), setting) for setting in coarse]
        near = min(tried, key=lambda pair: pair[0].cost)[1]
        beside = [near.gain - GAIN_STEP / 2, near.gain + GAIN_STEP / 2]
        fine = [replace(near, gain=gain) for gain in beside]
        fine += [replace(near, gain=gain, offset_kev=o) for gain in beside for o in offsets[:-1]]
        fine += [replace(near, offset_kev=offset) for offset in offsets[:-1]]
        tried += [(self.fit(setting), setting) for setting in fine]
        return min(tried, key=lambda pair: pair[0].cost)


def _explained(fit: Fit) -> float:
    """Log likelihood that the nuclides bring; comparable between widths, as chi squared is not."""
    return fit.prepared.net.size * float(np.log((fit.start_chi2 + 1) / (fit.chi2 + 1)))


def _by_fit(
    spectrum: Spectrum, background: Spectrum | None, starts: tuple[Setting, ...], *, removed: bool
) -> Identification:
    fitter = _Fitter(spectrum, background)
    fit, setting = fitter.best(starts)
    excess = 1.0 if background is None else _exceeds(spectrum, background)
    named = [
        _identified(component) for component in sorted(fit.components, key=lambda c: -c.gain_chi2)
    ]
    if not named and background is not None and excess > BETA_EXCESS:
        fit = fitter.fit(setting, beta=True)
        named = [_identified(component) for component in fit.components]
    held = {DAUGHTERS.get(one.nuclide) for one in named}
    named = [one for one in named if one.nuclide not in held]
    if background is not None and excess < MIN_EXCESS_OVER_BACKGROUND:
        named = [one for one in named if one.nuclide not in NATURAL_AND_URANIUM]
    if background is None and not removed:
        kind = templates(setting.resolution, setting.crystal)
        named = [one for one in named if one.nuclide not in NATURAL or one.share > MOST_OF_SPECTRUM]
        have = {one.nuclide for one in named}
        named += [one for one in _natural(kind, fit) if one.nuclide not in have]
    if not named:
        named = _plutonium(spectrum)
    return Identification(nuclides=tuple(named), curve=_curve(fit, setting))


def _identified(component: Component) -> Identified:
    lines = nameable()[component.nuclide]
    return Identified(
        nuclide=lines.nuclide,
        category=lines.category,
        score=component.gain_chi2,
        share=component.share,
        shield=component.shield,
        lines_kev=() if lines.nuclide == BETA else lines.strongest(4),
    )


def _plutonium(spectrum: Spectrum) -> list[Identified]:
    """Plutonium by its X-rays alone."""
    z = soft_xrays.excess_z(spectrum)
    if not z:
        return []
    return [
        Identified(
            nuclide=PLUTONIUM,
            category=_entry(PLUTONIUM).category,
            score=z,
            share=0.0,
            shield="open",
            lines_kev=soft_xrays.LINES_KEV,
        )
    ]


def _natural(kind: Templates, fit: Fit) -> list[Identified]:
    """Series that stand out of the mixture that any ground has."""
    others = [c.model for c in fit.components if nameable()[c.nuclide].nuclide not in NATURAL]
    parts = full_spectrum.natural_parts(fit.prepared, others)
    per_activity = _ordinary_counts(kind)
    total = float(fit.prepared.net.sum())
    found = []
    for index, name in enumerate(NATURAL):
        own = parts[index]
        beside = [
            (parts[i].counts + 2 * parts[i].sigma) / per_activity[i] for i in range(3) if i != index
        ]
        usual = BEYOND_ORDINARY * max(beside) * per_activity[index]
        if own.counts - usual > NATURAL_Z * own.sigma:
            lines = _entry(name)
            found.append(
                Identified(
                    nuclide=name,
                    category=lines.category,
                    score=float(((own.counts - usual) / own.sigma) ** 2),
                    share=own.counts / total,
                    shield="load",
                    lines_kev=lines.strongest(4),
                )
            )
    return found


def _ordinary_counts(kind: Templates) -> tuple[float, ...]:
    """Counts of each natural series in ordinary ground, up to one factor for all."""
    return tuple(
        ORDINARY_BQ_KG[name] * float(scale)
        for name, scale in zip(NATURAL, kind.natural_per_bq, strict=True)
    )


def _curve(fit: Fit, setting: Setting) -> Curve:
    edges = templates(setting.resolution, setting.crystal).edges_kev
    used = fit.prepared.used
    behind = fit.prepared.gross - fit.prepared.net
    smooth = full_spectrum.smooth_part(fit.prepared, fit.model)
    return Curve(
        edges_kev=edges[used.start : used.stop + 1] * setting.gain + setting.offset_kev,
        counts=(behind + fit.model + smooth).clip(0),
    )
