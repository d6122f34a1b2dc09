"""How often an answer of some score is right, counted on simulated spectra.

The table `nuclide_confidence.csv` is made by `vision.training.nuclide_confidence`. Simulated
spectra are kinder than real ones: read a probability as an upper bound.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

CONFIDENCE_FILE = "nuclide_confidence.csv"


def method_of(*, sharp: bool) -> str:
    """The name of a method in the table."""
    return "lines" if sharp else "fit"


@cache
def _table(method: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Least scores, ascending, and the part of answers that are right, never falling."""
    text = (resources.files("vision.radiation") / CONFIDENCE_FILE).read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["method"] == method]
    # Laplace: one more of each, so that no answer is certain.
    parts = [(int(row["right"]) + 1) / (int(row["total"]) + 2) for row in rows]
    scores = np.array([float(row["least_score"]) for row in rows])
    return scores, np.maximum.accumulate(parts)


def probability(score: float, *, sharp: bool) -> float:
    """That an answer with this score is right; `sharp`: of germanium, by its lines."""
    scores, parts = _table(method_of(sharp=sharp))
    at = max(0, int(np.searchsorted(scores, score, side="right")) - 1)
    return round(float(parts[at]), 3)
