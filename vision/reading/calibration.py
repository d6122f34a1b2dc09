"""From what a decoder says to how often that is right: a logistic model per subject.

A share among hypotheses is no frequency: networks are too sure of themselves, and crops of one
marking are not independent. The model was fitted on the train splits, on pictures as they are and
on degraded copies of them, so that it has seen misreadings.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from vision.errors import ModelUnavailable
from vision.findings import Provenance
from vision.models.shelf import Shelf

MODEL = "photo-reading"
_LEAST = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the probability of a reading is made of; `share` and `weakest` in [0, 1].

    `regular` is True for a code whose check digit was seen, and for a plate of a known shape;
    `supplied` counts characters that only the grammar has.
    """

    share: float
    weakest: float
    regular: bool
    supplied: int

    def as_row(self) -> tuple[float, ...]:
        """In the order of the model's weights."""
        share = min(max(self.share, _LEAST), 1 - _LEAST)
        return (
            1.0,
            math.log(share / (1 - share)),
            math.log(max(self.weakest, _LEAST)),
            0.0 if self.regular else 1.0,
            float(min(self.supplied, 2)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingModel:
    """Weights by subject, thresholds by operating point ("container_code", "plate_gate")."""

    weights: dict[str, tuple[float, ...]]
    thresholds: dict[str, float]
    provenance: Provenance

    def probability(self, subject: str, features: Features) -> float:
        """How often a reading like this is right, in [0, 1]."""
        total = sum(w * x for w, x in zip(self.weights[subject], features.as_row(), strict=True))
        return 1 / (1 + math.exp(-min(max(total, -60.0), 60.0)))


def open_model(shelf: Shelf) -> ReadingModel:
    """Raises: ModelUnavailable: missing, tampered with or malformed."""
    try:
        stored = json.loads(shelf.read(MODEL))
        weights = {name: tuple(float(w) for w in row) for name, row in stored["weights"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelUnavailable(f"{MODEL}: {problem}") from problem
    manifest = shelf.manifest(MODEL)
    return ReadingModel(
        weights=weights,
        thresholds={name: entry.value for name, entry in manifest.thresholds.items()},
        provenance=shelf.provenance(MODEL, label="container_code"),
    )
