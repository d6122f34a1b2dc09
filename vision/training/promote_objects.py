"""Measure a trained object detector, choose its thresholds, and write its manifest and card.

    python -m vision.training.promote_objects RUN --weights weights [--real DIR/ajna_container]

Thresholds come from clean scans of their own seeds, for a stated rate of false alarms per scan; a
class that finds too little at its rate gets none and abstains. Grey levels that a scanner windowed
for eyes have thresholds of their own, and only where real clean scans (split `train` of DIR) set
them. Figures are of other seeds, of shapes that training never saw, and of split `val`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vision.evaluation.xray_objects import FIRST_SEED, evaluate_projected, evaluate_simulated
from vision.models.shelf import Shelf
from vision.training.objects_card import card, manifest_text
from vision.xray.objects import DISPLAY_SUFFIX, MODEL

CALIBRATION_SEED = 8_000_000
# False alarms per clean scan that choose a threshold, and the least detection of trained shapes at
# it with which a class speaks at all.
RATES = {"vehicle": 0.002}
OTHER_RATE = 0.01
LEAST_DETECTION = {"vehicle": 0.7}
OTHER_DETECTION = 0.4
DRAFT = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many scans are simulated: clean ones, and with an object for each class."""

    clean: int
    each: int
    workers: int


def thresholds(
    figures: dict[str, Any], *, suffix: str, source: str
) -> dict[str, tuple[float, str]]:
    """Value and operating point of each class that finds enough at its rate."""
    chosen = {}
    for label, own in figures["classes"].items():
        rate = RATES.get(label, OTHER_RATE)
        cell = own["by_false_alarms_per_scan"][f"{rate:g}"]
        if (cell["share"] or 0.0) < LEAST_DETECTION.get(label, OTHER_DETECTION):
            continue
        chosen[label + suffix] = (
            max(cell["threshold"], DRAFT),
            f"at most {rate:g} false alarms per scan on {figures['clean_scans']} clean scans "
            f"({source}); finds {cell['share']:.2f} of {cell['total']} objects there",
        )
    return chosen


def promote(run: Path, weights: Path, *, real: Path | None, sizes: Sizes) -> dict[str, Any]:
    """Calibrate, measure, and write `weights/xray-objects/1`; returns all figures.

    Raises:
        ValueError: no class finds enough at its rate; `weights` is left as it was.
    """
    trained = json.loads((run / "trained.json").read_text(encoding="utf-8"))
    labels, recipe = tuple(trained["labels"]), trained["recipe"]
    scratch = run / "weights"
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(weights, scratch)
    folder = scratch / MODEL / "1"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run / "model.onnx", folder / "model.onnx")
    sha256 = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    data_sha256 = hashlib.sha256((run / "pictures" / "train.sha256").read_bytes()).hexdigest()
    _serve(scratch)

    def write(limits: dict[str, tuple[float, str]], figures: dict[str, Any]) -> Shelf:
        text = manifest_text(
            labels=labels,
            recipe=recipe,
            sha256=sha256,
            data_sha256=data_sha256,
            limits=limits,
            figures=figures,
        )
        (folder / "model.toml").write_text(text, encoding="utf-8")
        return Shelf(scratch, threads=1)

    names = [label + suffix for label in labels for suffix in ("", DISPLAY_SUFFIX)]
    shelf = write({name: (DRAFT, "draft") for name in names}, {})
    trial = _simulated(sizes, shelf, seed=CALIBRATION_SEED, held_out=False)
    limits = thresholds(trial, suffix="", source="simulated, 16-bit counts")
    if real is not None:
        shown = evaluate_projected(real, split="train", shelf=shelf, held_out=False)
        limits |= thresholds(shown, suffix=DISPLAY_SUFFIX, source="real, split train")
    if not limits:
        raise ValueError("no class finds enough at its rate of false alarms: nothing to serve")
    shelf = write(limits, {})
    half = Sizes(clean=sizes.clean // 2, each=sizes.each // 2, workers=sizes.workers)
    figures = {
        "counts": _simulated(sizes, shelf),
        "display": _simulated(half, shelf, display=True),
    }
    if real is not None:
        figures["projected"] = evaluate_projected(real, split="val", shelf=shelf)
    write(limits, figures)
    (folder / "card.md").write_text(card(labels, recipe, limits, figures), encoding="utf-8")
    shutil.copytree(folder, weights / MODEL / "1", dirs_exist_ok=True)
    _serve(weights)
    return {"calibration": trial, "thresholds": limits, **figures}


def _simulated(
    sizes: Sizes,
    shelf: Shelf,
    *,
    seed: int = FIRST_SEED,
    held_out: bool = True,
    display: bool = False,
) -> dict[str, Any]:
    return evaluate_simulated(
        clean=sizes.clean,
        each=sizes.each,
        workers=sizes.workers,
        shelf=shelf,
        seed=seed,
        held_out=held_out,
        display=display,
    )


def _serve(weights: Path) -> None:
    lineup = weights / "lineup.toml"
    text = lineup.read_text(encoding="utf-8")
    if f"{MODEL} =" not in text:
        lineup.write_text(f'{text.rstrip()}\n{MODEL} = "1"\n', encoding="utf-8")


def main() -> int:
    """Exit code 2 and one line on stderr if something is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.training.promote_objects",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run", type=Path, help="folder of the training run")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--real", type=Path, help="real scans in train/ and val/images")
    parser.add_argument("--clean", type=int, default=1500)
    parser.add_argument("--each", type=int, default=150)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    try:
        figures = promote(
            arguments.run,
            arguments.weights,
            real=arguments.real,
            sizes=Sizes(clean=arguments.clean, each=arguments.each, workers=arguments.workers),
        )
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
