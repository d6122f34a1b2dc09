"""What identification answers, and what its two methods share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.findings import NuclideCategory
from vision.radiation.lines import NATURAL, NuclideLines, nameable
from vision.scan import Spectrum

Array = npt.NDArray[np.float64]

NATURAL_AND_URANIUM = frozenset({*NATURAL, "U-238"})
# Natural background differs by more than this between an office and the lawn before it.
MIN_EXCESS_OVER_BACKGROUND = 0.2
# World medians of ground in Bq/kg (UNSCEAR 2000), and by how much a series must exceed them
# beside the others to be more than background.
ORDINARY_BQ_KG = {"K-40": 400.0, "Ra-226": 35.0, "Th-232": 30.0}
BEYOND_ORDINARY = 4.0
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
    behind ("" if nothing is known of it). `counted` is False for a score of a kind of its own, of
    which nobody has counted how often it is right.
    """

    nuclide: str
    category: NuclideCategory
    score: float
    share: float
    shield: str
    lines_kev: tuple[float, ...]
    counted: bool = True


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


def exceeds(spectrum: Spectrum, background: Spectrum) -> float:
    """By how much the rate is above that of the background, as a part of it."""
    behind = background.counts.sum() / background.live_time_s
    return float(spectrum.counts.sum() / spectrum.live_time_s / max(behind, 1e-9)) - 1.0


def entry_of(nuclide: str) -> NuclideLines:
    return next(entry for entry in nameable() if entry.nuclide == nuclide)
