"""What kind of detector recorded a spectrum: by the file's words for it, else by its peaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.radiation import peaks
from vision.radiation.templates import RESOLUTIONS
from vision.scan import Spectrum

MEASURABLE = (0.02, 0.12)


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
    (("czt", "cdznte", "cdte", "h3d"), 0.016, "small"),
    (("nai",), 0.074, "large"),
)


def settings(detector: str, measured: float | None) -> tuple[Setting, ...]:
    """Kinds of detector to try: what the file says it is, else what its peaks say."""
    words = detector.lower()
    for names, resolution, crystal in KINDS:
        if any(name in words for name in names):
            return (Setting(resolution=resolution, crystal=crystal),)
    if measured is None or not MEASURABLE[0] < measured < MEASURABLE[1]:
        return (Setting(resolution=0.074, crystal="large"),)
    order = sorted(RESOLUTIONS, key=lambda r: abs(np.log(r / measured)))
    return tuple(Setting(resolution=r, crystal=c) for r in order[:2] for c in ("small", "large"))


def lowest_kev(spectrum: Spectrum) -> float:
    """Where the detector starts to see: an eighth of its density between 60 and 200 keV."""
    edges = np.geomspace(12.0, 200.0, 33)
    density = peaks.rebinned(spectrum.counts, spectrum.edges_kev, edges) / np.diff(edges)
    level = float(np.median(density[edges[:-1] > 60]))
    seeing = np.flatnonzero((density >= 0.12 * level) | (edges[1:] > 60))
    return float(edges[seeing[0]])
