"""Germanium: which of the nuclides whose lines were found are named."""

from __future__ import annotations

from vision.radiation import detector_kind, line_match
from vision.radiation.identified import (
    BEYOND_ORDINARY,
    DAUGHTERS,
    MIN_EXCESS_OVER_BACKGROUND,
    NATURAL_AND_URANIUM,
    ORDINARY_BQ_KG,
    Identified,
    entry_of,
    exceeds,
)
from vision.radiation.lines import NATURAL
from vision.scan import Spectrum

SMALL_NATURAL_SHARE = 0.07
ALONE_SHARE = 0.9


def identify(
    spectrum: Spectrum, background: Spectrum | None, resolution: float, *, removed: bool
) -> tuple[Identified, ...]:
    """Nuclides by their lines; `resolution` is FWHM at 662 keV as a fraction, `removed` says that
    the background was already taken off.
    """
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
            and exceeds(spectrum, background) < MIN_EXCESS_OVER_BACKGROUND
        ):
            continue
        kept.append(match)
    return tuple(
        Identified(
            nuclide=match.nuclide,
            category=entry_of(match.nuclide).category,
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
