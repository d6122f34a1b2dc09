"""What kind of detector recorded a spectrum: by the file's words for it, else by its peaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vision.radiation import peaks
from vision.radiation.templates import CRYSTALS, RESOLUTIONS, Crystal
from vision.scan import Spectrum

# Above these widths the measured one is that of peaks that run into each other and of edges.
WIDE, MEDIUM = 0.05, 0.02
NARROWER, LITTLE_NARROWER = 0.72, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a detector is taken to record: kind of crystal, peak width and energy scale."""

    resolution: float
    crystal: str
    gain: float = 1.0
    offset_kev: float = 0.0


KINDS = (
    (("radiacode", "csi"), 0.084, "small"),
    (("labr",), 0.033, "large"),
    (("cebr",), 0.043, "large"),
    (("czt", "cdznte", "cdte", "h3d", "m400"), 0.011, "small"),
    (("nai", "identifinder"), 0.074, "large"),
)


# Instruments that carry a source to keep their gain.
BUILT_IN = (("identifinder", "Cs-137"),)


PLASTIC = ("plastic", "pvt", "polyvinyl")


def is_plastic(detector: str) -> bool:
    """Whether the file says that its detector is one without photopeaks."""
    words = detector.lower()
    return any(name in words for name in PLASTIC)


def built_in(detector: str) -> str:
    """The nuclide that the instrument itself shows, or ""."""
    words = detector.lower()
    return next((nuclide for name, nuclide in BUILT_IN if name in words), "")


def settings(detector: str, measured: float | None) -> tuple[Setting, ...]:
    """Kinds of detector to try: what the file says it is, else what its peaks say."""
    words = detector.lower()
    for names, resolution, crystal in KINDS:
        if any(name in words for name in names):
            return (Setting(resolution=resolution, crystal=crystal),)
    usual = (
        Setting(resolution=0.074, crystal="large"),
        Setting(resolution=0.084, crystal="small"),
    )
    if measured is None:
        return usual
    if measured > WIDE:
        return (*usual, *_near(measured * NARROWER, 1, CRYSTALS))
    if measured > MEDIUM:
        return (*usual, *_near(measured * LITTLE_NARROWER, 2, CRYSTALS))
    return _near(measured, 1, {"small": CRYSTALS["small"]})


def _near(resolution: float, count: int, crystals: Mapping[str, Crystal]) -> tuple[Setting, ...]:
    order = sorted(RESOLUTIONS, key=lambda r: abs(np.log(r / resolution)))
    return tuple(Setting(resolution=r, crystal=c) for r in order[:count] for c in crystals)


def lowest_kev(spectrum: Spectrum) -> float:
    """Where the detector starts to see: an eighth of its density between 60 and 200 keV."""
    edges = np.geomspace(12.0, 200.0, 33)
    density = peaks.rebinned(spectrum.counts, spectrum.edges_kev, edges) / np.diff(edges)
    level = float(np.median(density[edges[:-1] > 60]))
    seeing = np.flatnonzero((density >= 0.12 * level) | (edges[1:] > 60))
    return float(edges[seeing[0]])
