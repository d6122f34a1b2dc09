"""The object detector on simulated scans and on real scans with projected objects.

Simulated scans have seeds and object shapes that training never saw. Real scans count as clean;
what their containers really hold is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.evaluation.object_trial import (
    Trial,
    best_score,
    candidates_of,
    tables,
)
from vision.evaluation.progress import Progress, reported, silent
from vision.formats import read_scan
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import PixelUnit, RawScan, XrayImage
from vision.synthesis.threat_projection import project
from vision.synthesis.xray_detector import random_window
from vision.synthesis.xray_plan import Plan, random_plan
from vision.synthesis.xray_scene import SimulatedScan, simulate, simulate_many
from vision.synthesis.xray_threats import shapes
from vision.xray import containers, objects
from vision.xray.normalise import transmission_like
from vision.xray.objects import Candidate, threshold_names

# Training uses the recipe's seed; these lie far from it.
FIRST_SEED = 9_000_000
PITCH_M = (0.009, 0.016)
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})


def evaluate_simulated(
    *,
    clean: int,
    each: int,
    shelf: Shelf,
    display: bool = False,
    seed: int = FIRST_SEED,
    held_out: bool = True,
    workers: int = 1,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Tables over `clean` scans without and `each` scans per class with one object.

    Args:
        clean: scans without objects, for false alarms.
        each: scans with one object, per class of the model.
        shelf: holds the detector.
        display: through random display curves to 8 bits, instead of 16-bit counts.
        seed: the same seed gives the same scans.
        held_out: shapes that training never saw, where the class has such.
        workers: processes that simulate.
        progress: told after each scan.
    """
    manifest = shelf.manifest(objects.MODEL)
    wanted: list[tuple[str, ...]] = [()] * clean
    wanted += [(label,) for label in manifest.labels for _ in range(each)]
    jobs = [_job(hidden, (seed, n), held_out=held_out) for n, hidden in enumerate(wanted)]
    trials: list[Trial] = []
    empty: list[list[Candidate]] = []
    unplaced = 0
    scans = simulate_many(jobs, workers=workers, progress=progress)
    for number, (hidden, scan) in enumerate(zip(wanted, scans, strict=True)):
        rng = np.random.default_rng((seed, number, 1))
        found = candidates_of(_image(scan, rng, display=display), shelf=shelf)
        if not hidden:
            empty.append(found)
            continue
        unplaced += not scan.objects
        trials += [
            Trial(
                label=item.label,
                shape=item.shape,
                score=best_score(found, item.label, item.box),
                size_m=max(item.size_m),
                cover=item.cover,
                contrast=item.contrast,
            )
            for item in scan.objects
        ]
    return {
        "data": "simulated, 8-bit display" if display else "simulated, 16-bit counts",
        "clean_scans": len(empty),
        "objects": len(trials),
        "did_not_fit": unplaced,
        "held_out_shapes": held_out,
        "classes": tables(trials, empty, serving=_serving(shelf, display=display)),
    }


def evaluate_projected(
    folder: Path,
    *,
    split: str | None,
    shelf: Shelf,
    seed: int = FIRST_SEED,
    held_out: bool = True,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Tables over real scans: untouched, and with one projected object of each class.

    Raises:
        FileNotFoundError: the folder has no pictures.
    """
    labels = shelf.manifest(objects.MODEL).labels
    trials: list[Trial] = []
    untouched: list[list[Candidate]] = []
    rejected: dict[str, int] = {}
    units: set[PixelUnit] = set()
    for number, path in enumerate(reported(_files(folder, split), progress)):
        image = read_scan(RawScan(name=path.name, data=path.read_bytes()))
        if not isinstance(image, XrayImage) or image.pixels.shape[2] != 1:
            continue
        units.add(image.unit)
        untouched.append(candidates_of(image, shelf=shelf))
        outlines = containers.detect(transmission_like(image), shelf=shelf)
        for index, label in enumerate(labels if outlines else ()):
            rng = np.random.default_rng((seed, number, index))
            options = shapes(label, held_out=held_out)
            shape = options[int(rng.integers(len(options)))]
            projection = project(image, outlines[0][0], shape, rng)
            if projection is None or not projection.realistic:
                rejected[label] = rejected.get(label, 0) + 1
                continue
            found = candidates_of(projection.image, shelf=shelf)
            trials.append(
                Trial(
                    label=label,
                    shape=shape.name,
                    score=best_score(found, label, projection.box),
                    size_m=max(projection.size_m),
                    cover=projection.cover,
                    contrast=projection.contrast,
                )
            )
    return {
        "data": "real scans, objects projected; untouched ones count as clean",
        "clean_scans": len(untouched),
        "objects": len(trials),
        "rejected_by_realism_checks": rejected,
        "held_out_shapes": held_out,
        "classes": tables(
            trials, untouched, serving=_serving(shelf, display=units == {PixelUnit.DISPLAY})
        ),
    }


def a_clean_view(seed: int) -> tuple[npt.NDArray[np.float32], Box]:
    """A simulated view without hidden objects, (H, W) in [0, 1], and its container's outline."""
    plan, own = _job((), (FIRST_SEED, seed), held_out=True)
    scan = simulate(plan, seed=own)
    image = _image(scan, np.random.default_rng(seed), display=False)
    return transmission_like(image), scan.containers[0]


def _job(hidden: tuple[str, ...], seed: tuple[int, int], *, held_out: bool) -> tuple[Plan, int]:
    rng = np.random.default_rng(seed)
    plan = random_plan(rng, objects=hidden, held_out=held_out, pitch_m=PITCH_M)
    return plan, int(rng.integers(2**31))


def _image(scan: SimulatedScan, rng: np.random.Generator, *, display: bool) -> XrayImage:
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] = scan.counts[:, :, -1:]
    if display:
        counts = scan.counts[:, :, -1].astype(np.float32)
        seen = np.asarray((counts - scan.dark_counts) / scan.air_counts, dtype=np.float32)
        pixels = random_window(rng).applied(seen)[:, :, None]
    return XrayImage(
        sha256="",
        scan_format="simulated",
        pixels=pixels,
        unit=PixelUnit.DISPLAY if display else PixelUnit.COUNTS,
    )


def _serving(shelf: Shelf, *, display: bool) -> dict[str, float]:
    manifest = shelf.manifest(objects.MODEL)
    names = threshold_names(manifest, PixelUnit.DISPLAY if display else PixelUnit.COUNTS)
    return {label: manifest.thresholds[name].value for label, name in names.items()}


def _files(folder: Path, split: str | None) -> Sequence[Path]:
    splits = [split] if split else sorted(p.name for p in folder.iterdir() if p.is_dir())
    files = [
        path
        for name in splits
        for path in sorted((folder / name / "images").glob("*"))
        if path.suffix.lower() in SUFFIXES
    ]
    if not files:
        raise FileNotFoundError(f"{folder}: no pictures in {', '.join(splits)}/images")
    return files
