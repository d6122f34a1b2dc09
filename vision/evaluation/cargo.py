"""Goods headings by looks: leave-one-out over crops that are labelled for the whole load."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from vision.evaluation.measures import share
from vision.evaluation.progress import Progress, reported, silent
from vision.formats import read_scan
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import RawScan, ScanKind, XrayImage
from vision.xray import cargo_look
from vision.xray.calibration import NO_SCANNERS
from vision.xray.inside_view import look_inside
from vision.xray.sight import sight_of

HEADING = "ncm4"


def has_headings(folder: Path) -> bool:
    """Whether the labels of its `train` split are goods headings."""
    labels = folder / "train" / "labels.csv"
    return labels.exists() and HEADING in labels.read_text(encoding="utf-8").splitlines()[0]


def evaluate(folder: Path, *, shelf: Shelf, progress: Progress = silent) -> dict[str, Any]:
    """Nearest other crop by cosine, and whether its heading is among the three nearest headings.

    A crop is a container by itself; its edges are the outline.
    """
    model = cargo_look.open_model(shelf)
    base = folder / "train"
    with (base / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    vectors, headings = [], []
    for row in reported(rows, progress):
        path = base / "images" / row["image"]
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY))
        if not isinstance(scan, XrayImage):
            continue
        height, width = scan.pixels.shape[:2]
        sight = sight_of(scan, NO_SCANNERS)
        seen = look_inside(sight, Box(x1=0, y1=0, x2=width, y2=height), shelf=shelf)
        vectors.append(cargo_look.embed(seen.path, seen.heat, load=seen.load, model=model))
        headings.append(row[HEADING])
    alike = np.array(vectors) @ np.array(vectors).T
    np.fill_diagonal(alike, -np.inf)
    first = third = 0
    misses = []
    for number, own in enumerate(headings):
        order = [headings[other] for other in np.argsort(-alike[number])[:-1]]
        nearest = list(dict.fromkeys(order))
        first += nearest[0] == own
        third += own in nearest[:3]
        if nearest[0] != own:
            misses.append({"file": rows[number]["image"], "expected": own, "read": nearest[0]})
    return {
        "n": len(headings),
        "headings": len(set(headings)),
        "top_1": share(first, len(headings)),
        "top_3": share(third, len(headings)),
        "misses": misses,
    }
