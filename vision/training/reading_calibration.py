"""Fit the probabilities of readings, and the thresholds of stated wrong-accept rates.

    python -m vision.training.reading_calibration --containers DIR --plates DIR --out RUN

Reads the train split of both folders with the serving code, as they are and degraded, and writes
`model.json` and `thresholds.json`. Candidates are kept in RUN, one file per picture: a run that was
cut off goes on.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from vision.formats import read_scan
from vision.geometry import Box
from vision.grammar.plate import normalise_plate
from vision.models.shelf import Shelf
from vision.reading import looks
from vision.reading.calibration import Features
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.results import code_features, is_done, plate_features
from vision.scan import Photo, RawScan, ScanKind

# Of all readings, so many may be accepted and wrong; "_gate" where nobody looks again.
RATES = {
    "container_code": {"": 0.005, "_gate": 0.002},
    "plate": {"": 0.02, "_gate": 0.002},
}
# Folder, and every so many of its pictures: plates are many.
SUBJECTS = {"container_code": ("containers", 1), "plate": ("plates", 3)}
RIDGE = 0.02
# Side factor, blur in pixels, JPEG quality of the copies.
COPIES = ((1.0, 0.0, 95), (0.45, 0.5, 55))
# A code beside all labels that is this clear may be another container's, and right.
UNLABELLED_CLEAR = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading with whether it was right."""

    subject: str
    features: Features
    right: bool


def degraded(
    pixels: npt.NDArray[np.uint8], *, factor: float, blur: float, quality: int
) -> npt.NDArray[np.uint8]:
    """A smaller, softer, more compressed copy, (h, w, 3) RGB."""
    size = (max(32, round(pixels.shape[1] * factor)), max(32, round(pixels.shape[0] * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if blur:
        small = cv2.GaussianBlur(small, (0, 0), blur)
    done = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    back = np.asarray(cv2.imdecode(done, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.ascontiguousarray(back[:, :, ::-1])


def collect(
    folder: Path, subject: str, *, engine: LineReaderEngine, kept: Path, every: int
) -> list[Candidate]:
    """Candidates of every so many pictures of the train split of `folder/labels.csv`, from `kept`
    where they lie there.
    """
    by_file: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == "train":
                by_file[row["file"]].append(row)
    found: list[Candidate] = []
    for number, (name, rows) in enumerate(sorted(by_file.items())[::every]):
        path = kept / f"{subject}-{number:04d}.json"
        if not path.exists():
            raw = RawScan(name=name, data=(folder / name).read_bytes(), kind=ScanKind.PHOTO)
            photo = read_scan(raw)
            pixels = photo.pixels if isinstance(photo, Photo) else np.zeros((32, 32, 3), np.uint8)
            own = list(_of_picture(pixels, rows, subject, engine=engine))
            path.write_text(json.dumps([asdict(candidate) for candidate in own]))
        for stored in json.loads(path.read_text()):
            features = Features(**stored["features"])
            found.append(Candidate(subject=subject, features=features, right=stored["right"]))
        sys.stderr.write(f"{subject} {number + 1} of {-(-len(by_file) // every)}\n")
    return found


def _of_picture(
    pixels: npt.NDArray[np.uint8],
    rows: Sequence[dict[str, str]],
    subject: str,
    *,
    engine: LineReaderEngine,
) -> Iterator[Candidate]:
    texts = {normalise_plate(row["text"]) for row in rows}
    for factor, blur, quality in COPIES:
        copy = degraded(pixels, factor=factor, blur=blur, quality=quality)
        boxes = [_box(row, factor) for row in rows]
        seen = looks.seen(engine, copy, done=is_done)
        options = (
            [(c.text, c.box, code_features(c)) for c in seen.codes]
            if subject == "container_code"
            else [(p.text, p.box, plate_features(p)) for p in seen.plates]
        )
        for text, box, features in options:
            labelled = any(own and own.intersection_px(box) > 0 for own in boxes)
            beside = text not in texts and not labelled
            if beside and (subject == "plate" or features.weakest >= UNLABELLED_CLEAR):
                continue
            yield Candidate(subject=subject, features=features, right=text in texts)


def _box(row: dict[str, str], factor: float) -> Box | None:
    x1, y1, x2, y2 = (float(row[key]) * factor for key in ("x1", "y1", "x2", "y2"))
    return Box(x1=x1, y1=y1, x2=x2, y2=y2) if x2 > x1 and y2 > y1 else None


def fit(candidates: Sequence[Candidate]) -> tuple[float, ...]:
    """Weights of the logistic model, by maximum likelihood with a little ridge."""
    rows = np.array([candidate.features.as_row() for candidate in candidates])
    right = np.array([candidate.right for candidate in candidates], float)

    def loss(weights: npt.NDArray[np.float64]) -> float:
        logits = rows @ weights
        likelihood = np.logaddexp(0, logits) - right * logits
        return float(likelihood.mean() + RIDGE * (weights[1:] ** 2).sum() / len(rows))

    return tuple(round(float(w), 6) for w in minimize(loss, np.zeros(rows.shape[1])).x)


def threshold(
    probability: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], rate: float
) -> float:
    """Lowest probability from which on at most `rate` of all readings are accepted and wrong, both
    as counted and as the probabilities themselves expect; 1 if there is none.
    """
    order = np.argsort(-probability)
    counted = np.cumsum(~right[order]) / len(order)
    expected = np.cumsum(1 - probability[order]) / len(order)
    good = np.flatnonzero((counted <= rate) & (expected <= rate))
    return float(probability[order][good[-1]]) if good.size else 1.0


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--containers", type=Path, required=True)
    parser.add_argument("--plates", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    engine = LineReaderEngine(Shelf(arguments.weights, threads=1))
    arguments.out.mkdir(parents=True, exist_ok=True)
    weights: dict[str, tuple[float, ...]] = {}
    thresholds: dict[str, float] = {}
    for subject, (name, every) in SUBJECTS.items():
        folder: Path = getattr(arguments, name)
        found = collect(folder, subject, engine=engine, kept=arguments.out, every=every)
        weights[subject] = fit(found)
        rows = np.array([candidate.features.as_row() for candidate in found])
        regular = np.array([c.features.regular or subject == "plate" for c in found])
        right = np.array([candidate.right for candidate in found])
        probability = 1 / (1 + np.exp(-rows @ np.array(weights[subject])))
        for suffix, rate in RATES[subject].items():
            value = threshold(probability[regular], right[regular], rate)
            thresholds[subject + suffix] = round(value, 5)
        sys.stderr.write(f"{subject}: {len(found)} candidates, {int(right.sum())} right\n")
    (arguments.out / "model.json").write_text(json.dumps({"weights": weights}, indent=1) + "\n")
    (arguments.out / "thresholds.json").write_text(json.dumps(thresholds, indent=1) + "\n")


if __name__ == "__main__":
    main()
