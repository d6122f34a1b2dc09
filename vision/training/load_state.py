"""Train the empty-or-loaded model: logistic regression on physical features.

Run as `python -m vision.training.load_state --data ROOT --out weights/load-state/1`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from vision.formats import read_scan
from vision.geometry import Box
from vision.scan import RawScan, ScanKind, XrayImage
from vision.xray.load_state import features
from vision.xray.normalise import transmission_like

PENALTY = 0.02
JITTERS = 6
JITTER = 0.015
SEED = 20260


def labelled_boxes(split: Path) -> list[tuple[Path, list[tuple[Box, str]]]]:
    """Pictures of a split with their boxes, in pixels, and load states."""
    states: dict[tuple[str, int], str] = {}
    with (split / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            states[Path(row["image"]).stem, int(row["box_index"])] = row["load_state"]
    pictures = []
    for path in sorted((split / "images").iterdir()):
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY))
        assert isinstance(scan, XrayImage)  # noqa: S101 - narrowing; the kind was asked for
        height, width = scan.pixels.shape[:2]
        label = split / "labels" / f"{path.stem}.txt"
        lines = label.read_text(encoding="utf-8").splitlines() if label.exists() else []
        boxes = []
        for number, line in enumerate(entry for entry in lines if entry.strip()):
            cx, cy, w, h = (float(v) for v in line.split()[1:5])
            box = Box(
                x1=(cx - w / 2) * width,
                y1=(cy - h / 2) * height,
                x2=(cx + w / 2) * width,
                y2=(cy + h / 2) * height,
            )
            boxes.append((box, states.get((path.stem, number), "uncertain")))
        pictures.append((path, boxes))
    return pictures


def fit(
    rows: npt.NDArray[np.float64], loaded: npt.NDArray[np.float64]
) -> dict[str, list[float] | float]:
    """L2-penalised logistic regression; classes weigh the same."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    standard = (rows - mean) / scale
    weight = np.where(loaded > 0, 0.5 / loaded.mean(), 0.5 / (1 - loaded.mean()))

    def loss(parameters: npt.NDArray[np.float64]) -> float:
        score = standard @ parameters[:-1] + parameters[-1]
        cross_entropy = np.logaddexp(0, score) - loaded * score
        return float((weight * cross_entropy).mean() + PENALTY * (parameters[:-1] ** 2).sum())

    best = minimize(loss, np.zeros(rows.shape[1] + 1), method="L-BFGS-B").x
    return {
        "mean": mean.tolist(),
        "scale": scale.tolist(),
        "weights": best[:-1].tolist(),
        "bias": float(best[-1]),
    }


def main() -> None:
    """Train on the `train` split and write `model.json`; prints its sha256."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder xray/ajna_container")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    generator = np.random.default_rng(SEED)
    rows, loaded = [], []
    for path, boxes in labelled_boxes(arguments.data / "train"):
        raw = RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY)
        scan = read_scan(raw)
        assert isinstance(scan, XrayImage)  # noqa: S101 - narrowing; the kind was asked for
        view = transmission_like(scan)
        for box, state in boxes:
            if state not in {"empty", "loaded"}:
                continue
            for shift in [np.zeros(4), *generator.normal(0, JITTER, (JITTERS, 4))]:
                rows.append(features(view, _shifted(box, shift, view.shape)))
                loaded.append(float(state == "loaded"))
    model = json.dumps(fit(np.array(rows), np.array(loaded)), indent=1).encode()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "model.json").write_bytes(model)
    print(hashlib.sha256(model).hexdigest())  # noqa: T201 - a command line tool


def _shifted(box: Box, shift: npt.NDArray[np.float64], shape: tuple[int, ...]) -> Box:
    width, height = box.width_px, box.height_px
    return Box(
        x1=max(0, box.x1 + shift[0] * width),
        y1=max(0, box.y1 + shift[1] * height),
        x2=min(shape[1], box.x2 + shift[2] * width),
        y2=min(shape[0], box.y2 + shift[3] * height),
    )


if __name__ == "__main__":
    main()
