"""Plutonium close to a detector with a thin window: its L X-rays, when nothing else is to be seen.

The alpha emitters from plutonium on shine in the L X-rays of what they become, 13.6, 17.2 and
20.2 keV, a thousand times brighter than in gammas; americium has its 59.5 keV line as well.
"""

from __future__ import annotations

import numpy as np

from vision.radiation.peaks import rebinned
from vision.scan import Spectrum

BAND_KEV = (12.5, 22.0)
BELOW_KEV, ABOVE_KEV = (6.5, 9.5), (26.0, 34.0)
LINES_KEV = (13.6, 17.2, 20.2)
LEAST_Z, LEAST_EXCESS = 8.0, 0.5


def excess_z(spectrum: Spectrum) -> float:
    """How far the band of L X-rays stands above its two sides; 0 where it does not stand out.

    A detector that is blind there, or noisy below, shows nothing or a slope, not a hump.
    """
    edges = np.array([*BELOW_KEV, *BAND_KEV, *ABOVE_KEV])
    if edges[0] < spectrum.edges_kev[0] or edges[-1] > spectrum.edges_kev[-1]:
        return 0.0
    if np.median(np.diff(spectrum.edges_kev)) > 2.0:
        return 0.0
    counts = rebinned(spectrum.counts, spectrum.edges_kev, edges)[::2]
    widths = np.diff(edges)[::2]
    density = counts / widths
    usual = max(float(density[0]), float(density[2])) * widths[1]
    if usual <= 0 or counts[1] < (1 + LEAST_EXCESS) * usual:
        return 0.0
    z = (counts[1] - usual) / np.sqrt(counts[1] + usual)
    return float(z) if z >= LEAST_Z else 0.0
