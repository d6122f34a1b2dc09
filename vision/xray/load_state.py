"""Empty or loaded: how much the inside of a container darkens, by a logistic model."""

from __future__ import annotations

import json
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import ModelUnavailable
from vision.geometry import Box
from vision.models.shelf import Shelf

MODEL = "load-state"
GRID = (8, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadModel:
    """Standardisation and weights of the logistic model, each (F,)."""

    mean: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: float

    def probability_loaded(self, features: npt.NDArray[np.float64]) -> float:
        score = float((features - self.mean) / self.scale @ self.weights) + self.bias
        return float(1 / (1 + np.exp(-np.clip(score, -60, 60))))


def open_model(shelf: Shelf) -> LoadModel:
    """Raises: ModelUnavailable: missing, tampered with or malformed."""
    try:
        stored = json.loads(shelf.read(MODEL))
        return LoadModel(
            mean=np.asarray(stored["mean"], dtype=np.float64),
            scale=np.asarray(stored["scale"], dtype=np.float64),
            weights=np.asarray(stored["weights"], dtype=np.float64),
            bias=float(stored["bias"]),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise ModelUnavailable(f"{MODEL}: {problem}") from problem


def features(view: npt.NDArray[np.float32], box: Box) -> npt.NDArray[np.float64]:
    """Physical features of the inside of the box, (F,).

    Args:
        view: (H, W) in [0, 1], air bright.
        box: outline of the container; walls, roof and floor are left out by insets.
    """
    x1, x2 = box.x1 + 0.05 * box.width_px, box.x2 - 0.05 * box.width_px
    y1, y2 = box.y1 + 0.10 * box.height_px, box.y2 - 0.16 * box.height_px
    inside = view[int(y1) : max(int(y2), int(y1) + 1), int(x1) : max(int(x2), int(x1) + 1)]
    cells = cv2.resize(inside, GRID[::-1], interpolation=cv2.INTER_AREA).astype(np.float64)
    rows, columns = cells.mean(axis=1), cells.mean(axis=0)
    quantiles = np.percentile(cells, (2, 10, 25, 50, 75, 90, 98))
    upper, lower = rows[: GRID[0] // 2].mean(), rows[GRID[0] // 2 :].mean()
    texture = np.abs(np.diff(cells, axis=1)).mean()
    return np.array(
        [
            *quantiles,
            cells.std(),
            columns.std(),
            rows.std(),
            upper - lower,
            rows[-1],
            texture,
            np.log(cells.clip(0.01)).mean(),
        ]
    )
