"""Which nuclides a spectrum shows, whatever the detector.

Germanium is told by how narrow its peaks are and read by its lines; everything else is fitted as
a whole.
"""

from __future__ import annotations

from vision.radiation import by_fit, by_lines, detector_kind, peaks
from vision.radiation.identified import Identification
from vision.scan import Spectrum

MIN_COUNTS = 60


def identify(
    spectrum: Spectrum,
    background: Spectrum | None,
    *,
    background_removed: bool = False,
    detector: str = "",
) -> Identification:
    """Nuclides of one spectrum; none if there are too few counts to tell, or the
    detector is plastic and shows no peaks (its energy windows speak for it in an alarm).

    Args:
        spectrum: what was measured.
        background: measured apart, with the same detector.
        background_removed: it was already taken off `spectrum`.
        detector: the file's words for it, a hint at its kind.
    """
    if spectrum.counts.sum() < MIN_COUNTS or detector_kind.is_plastic(detector):
        return Identification(nuclides=(), curve=None)
    measured = peaks.resolution_of(spectrum)
    if measured is not None and measured <= peaks.SHARP:
        found = by_lines.identify(spectrum, background, measured, removed=background_removed)
        return Identification(nuclides=found, curve=None)
    return by_fit.identify(spectrum, background, detector, removed=background_removed)
