"""From evidence to a probability: a logistic calibration that travels as data."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from service.nomenclature.shipped import DATA

TIE = 0.03
"""Two headings whose scores are nearer than this are a toss-up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What the probability is made from; all in [0, 1] but `words`, a count of content words."""

    score: float
    margin: float
    explained: float
    complete: float
    words: int
    ambiguous: bool

    def vector(self) -> npt.NDArray[np.float64]:
        """(8,): a constant and seven features, in the order of `FEATURES`."""
        return np.array(
            [
                1.0,
                self.score,
                self.margin,
                self.explained,
                self.complete,
                float(self.margin < TIE),
                math.log1p(self.words),
                float(self.ambiguous),
            ]
        )


FEATURES = (
    "constant",
    "score",
    "margin",
    "explained",
    "complete",
    "tie",
    "log_words",
    "ambiguous",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Logistic weights by feature, and the probability under which the answer is abstention."""

    weights: tuple[float, ...]
    threshold: float

    def probability(self, evidence: Evidence) -> float:
        logit = float(np.dot(self.weights, evidence.vector()))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def shipped_calibration() -> Calibration:
    """The weights fitted by `tallyman evaluate goods --calibrate`; the file says on what."""
    stored = json.loads((DATA / "goods_calibration.json").read_text(encoding="utf-8"))
    return Calibration(
        weights=tuple(float(stored["weights"][name]) for name in FEATURES),
        threshold=float(stored["threshold"]),
    )
