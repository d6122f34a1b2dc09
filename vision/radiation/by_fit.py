"""All but germanium: a spectrum fitted as a whole, under every energy scale and kind likely.

Potassium, radium and thorium are in every background: they are named only where they exceed one,
a measured one or the usual mixture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vision.radiation import detector_kind, full_spectrum, nuclide_search, peaks, soft_xrays
from vision.radiation.detector_kind import Setting
from vision.radiation.full_spectrum import Measured
from vision.radiation.identified import (
    BEYOND_ORDINARY,
    DAUGHTERS,
    MIN_EXCESS_OVER_BACKGROUND,
    NATURAL_AND_URANIUM,
    ORDINARY_BQ_KG,
    Curve,
    Identification,
    Identified,
    entry_of,
    exceeds,
)
from vision.radiation.lines import BETA, EXPECTED, NATURAL, nameable
from vision.radiation.nuclide_search import Candidates, Component, Fit
from vision.radiation.templates import Templates, templates
from vision.scan import Spectrum

PLUTONIUM = "Pu-239"
MOST_OF_SPECTRUM = 0.4
GAINS, GAIN_STEP = (0.94, 0.97, 1.0, 1.03, 1.06), 0.03
HALF_CHANNEL_FROM_KEV = 4.0
NATURAL_Z, LEAST_NATURAL_SHARE = 6.0, 0.05
BETA_EXCESS = 0.5


class _Fitter:
    """Fits one spectrum under many settings."""

    def __init__(self, spectrum: Spectrum, background: Spectrum | None, detector: str) -> None:
        behind, scale = None, 0.0
        if background is not None:
            behind = peaks.rebinned(background.counts, background.edges_kev, spectrum.edges_kev)
            scale = spectrum.live_time_s / background.live_time_s
        names = [entry.nuclide for entry in nameable()]
        built_in = detector_kind.built_in(detector)
        self._measured = Measured(
            spectrum=spectrum,
            background=behind,
            background_scale=scale,
            lowest_kev=detector_kind.lowest_kev(spectrum),
            built_in=tuple(i for i, name in enumerate(names) if name == built_in),
        )
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


def identify(
    spectrum: Spectrum, background: Spectrum | None, detector: str, *, removed: bool
) -> Identification:
    """Nuclides by the whole spectrum; `removed` says that the background was already taken off."""
    starts = detector_kind.settings(detector, peaks.resolution_of(spectrum))
    fitter = _Fitter(spectrum, background, detector)
    fit, setting = fitter.best(starts)
    excess = 1.0 if background is None else exceeds(spectrum, background)
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
            category=entry_of(PLUTONIUM).category,
            score=z,
            share=0.0,
            shield="open",
            lines_kev=soft_xrays.LINES_KEV,
            counted=False,
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
        share = own.counts / total
        if own.counts - usual > NATURAL_Z * own.sigma and share > LEAST_NATURAL_SHARE:
            lines = entry_of(name)
            found.append(
                Identified(
                    nuclide=name,
                    category=lines.category,
                    score=float(((own.counts - usual) / own.sigma) ** 2),
                    share=share,
                    shield="load",
                    lines_kev=lines.strongest(4),
                    counted=False,
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
