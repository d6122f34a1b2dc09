"""Trials of the object detector: what it scored on objects and on clean scans, and the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import XrayImage
from vision.xray import containers, objects
from vision.xray.normalise import transmission_like
from vision.xray.objects import Candidate

# An inspector must be led to the object; how tight the frame is matters less.
MATCH_IOU = 0.3
LOWEST = 0.02
FALSE_ALARMS = (0.002, 0.01, 0.05, 0.2)
Z_95 = 1.96
BINS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One object that was there.

    `score` is the best matching candidate's, 0 if there was none; `size_m` its largest extent,
    `cover` the mean free paths of load before and behind it, `contrast` how much it changes them.
    """

    label: str
    shape: str
    score: float
    size_m: float
    cover: float
    contrast: float


def candidates_of(image: XrayImage, *, shelf: Shelf) -> list[Candidate]:
    """All candidates of a scan, found as inspection finds them: containers first."""
    view = transmission_like(image)
    outlines = [box for box, _ in containers.detect(view, shelf=shelf)]
    looked = objects.look(view, outlines, shelf=shelf, lowest=LOWEST)
    return [candidate for one in looked for candidate in one.candidates]


def best_score(candidates: Sequence[Candidate], label: str, box: Box) -> float:
    """Of the candidates of that class that lie where the object is; 0 if none does."""
    scores = [c.score for c in candidates if c.label == label and c.box.iou(box) >= MATCH_IOU]
    return max(scores, default=0.0)


def wilson(count: int, total: int) -> dict[str, Any]:
    """A share with its 95 % interval by Wilson."""
    if not total:
        return {"count": 0, "total": 0, "share": None, "interval_95": None}
    p, z = count / total, Z_95
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    low, high = max(0.0, float(middle - half)), min(1.0, float(middle + half))
    return {
        "count": count,
        "total": total,
        "share": round(p, 4),
        "interval_95": [round(low, 4), round(high, 4)],
    }


def threshold_at(scores: Sequence[float], *, scans: int, false_alarms: float) -> float:
    """The lowest score at which at most that many candidates per clean scan remain."""
    allowed = int(false_alarms * scans)
    ordered = sorted(scores, reverse=True)
    if len(ordered) <= allowed:
        return LOWEST
    return float(np.nextafter(ordered[allowed], 1.0))


def tables(
    trials: Sequence[Trial],
    clean: Sequence[Sequence[Candidate]],
    *,
    serving: dict[str, float],
) -> dict[str, Any]:
    """Detection against false alarms per scan by class, by size and by clutter.

    Args:
        trials: one for each object.
        clean: candidates of each clean scan.
        serving: threshold of each class that is served.
    """
    labels = list(dict.fromkeys(trial.label for trial in trials))
    return {label: _of_class(label, trials, clean, serving.get(label)) for label in labels}


def _of_class(
    label: str,
    trials: Sequence[Trial],
    clean: Sequence[Sequence[Candidate]],
    served: float | None,
) -> dict[str, Any]:
    own = [trial for trial in trials if trial.label == label]
    scores = [c.score for scan in clean for c in scan if c.label == label]
    curve = {}
    for level in FALSE_ALARMS:
        limit = threshold_at(scores, scans=len(clean), false_alarms=level)
        curve[f"{level:g}"] = {"threshold": round(limit, 3), **_found(own, limit)}
    result: dict[str, Any] = {"by_false_alarms_per_scan": curve}
    if served is None:
        return {**result, "serving": "abstains"}
    alarmed = sum(any(c.label == label and c.score >= served for c in scan) for scan in clean)
    result["serving"] = {
        "threshold": served,
        "detected": _found(own, served),
        "clean_scans_alarmed": wilson(alarmed, len(clean)),
        "by_shape": {
            shape: _found([t for t in own if t.shape == shape], served)
            for shape in sorted({t.shape for t in own})
        },
        "by_size_m": _binned(own, served, lambda t: t.size_m),
        "by_cover": _binned(own, served, lambda t: t.cover),
        "by_contrast": _binned(own, served, lambda t: t.contrast),
    }
    return result


def _found(trials: Sequence[Trial], limit: float) -> dict[str, Any]:
    return wilson(sum(trial.score >= limit for trial in trials), len(trials))


def _binned(
    trials: Sequence[Trial], limit: float, value: Callable[[Trial], float]
) -> dict[str, Any]:
    """Thirds of the trials by a value, named by its range."""
    if not trials:
        return {}
    values: npt.NDArray[np.float64] = np.array([value(trial) for trial in trials])
    edges = np.quantile(values, np.linspace(0, 1, BINS + 1))
    part = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, BINS - 1)
    return {
        f"{edges[n]:.2f} to {edges[n + 1]:.2f}": _found(
            [trial for trial, where in zip(trials, part, strict=True) if where == n], limit
        )
        for n in range(BINS)
    }
