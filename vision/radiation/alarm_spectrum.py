"""The spectrum that an alarm of a passage is made of, and the background behind it."""

from __future__ import annotations

import numpy as np

from vision.findings import NaturalExcess
from vision.radiation.decide import GammaResult
from vision.scan import CountSeries, RadiationScan, Spectrum


def spectrum_of(
    scan: RadiationScan,
    series: CountSeries,
    result: GammaResult,
    excess: NaturalExcess | None,
    place: int,
) -> tuple[Spectrum | None, Spectrum | None, tuple[float, float] | None]:
    """Spectrum of an alarm, the background to take off it, and the time it stands for."""
    span = result.finding.evidence.interval_s
    if excess is not None and excess.unnatural:
        span = excess.evidence.interval_s
    if series.channels is None or series.channel_edges_kev is None or span is None:
        spectrum = scan.spectra[min(place, len(scan.spectra) - 1)] if scan.spectra else None
        return spectrum, scan.background, span
    middle = series.start_s + series.duration_s / 2
    inside = (middle >= span[0]) & (middle <= span[1])
    live = float(series.duration_s[inside].sum())
    spectrum = Spectrum(
        counts=series.channels[inside].sum(axis=0, dtype=np.float64),
        edges_kev=series.channel_edges_kev,
        live_time_s=live,
        real_time_s=live,
    )
    occupancy = result.prepared.occupancy
    if occupancy.estimated:
        return spectrum, scan.background, span
    # The vehicle shields background; less time stands for less background.
    tested = slice(occupancy.tested_first, occupancy.tested_last + 1)
    own = inside[tested]
    free = result.prepared.background.rate_cps * float(result.prepared.duration_s[own].sum())
    left = float(result.prepared.expected[own].sum()) / free if free > 0 else 1.0
    behind_s = result.prepared.background.duration_s / max(left, 0.3)
    behind = Spectrum(
        counts=series.channels[occupancy.behind].sum(axis=0, dtype=np.float64),
        edges_kev=series.channel_edges_kev,
        live_time_s=behind_s,
        real_time_s=behind_s,
    )
    return spectrum, behind, span
