"""Containers and their load against labelled side views."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vision.evaluation.progress import Progress, reported, silent
from vision.findings import ContainerFound, LoadState
from vision.formats import read_scan
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import RawScan, ScanKind, XrayImage
from vision.xray import containers
from vision.xray.analyser import XrayAnalyser
from vision.xray.normalise import transmission_like

MATCH_IOU = 0.5
LOWEST_SCORE = 0.001
Scored = tuple[Box, float]


def evaluate(
    folder: Path, *, split: str | None, shelf: Shelf, progress: Progress = silent
) -> dict[str, Any]:
    """Figures over `folder/SPLIT/{images,labels,labels.csv}`; all splits if None.

    `precision` and `recall` are at IoU 0.5 and the shipped threshold; the mean average
    precisions use every score. A container whose load is labelled uncertain is left out of
    `load`; one that was not found counts there as abstained.
    """
    analyser = XrayAnalyser(shelf)
    latencies, ious, misses = [], [], []
    found_right = found_all = labelled = 0
    load = {"correct": 0, "wrong": 0, "abstained": 0}
    confusion: Counter[str] = Counter()
    ranked: list[tuple[list[Box], list[Scored]]] = []
    pictures = list(_pictures(folder, split=split))
    for path, truth in reported(pictures, progress):
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY))
        if not isinstance(scan, XrayImage):
            continue
        height, width = scan.pixels.shape[:2]
        boxes = [(_scaled(box, width, height), state) for box, state in truth]
        began = time.perf_counter()
        findings, _ = analyser.analyse(scan, name=path.name)
        latencies.append((time.perf_counter() - began) * 1000)
        found = [f.evidence.box for f in findings if isinstance(f, ContainerFound)]
        loads = [f for f in findings if isinstance(f, LoadState)]
        pairs = _pair([box for box, _ in boxes], [box for box in found if box])
        labelled, found_all = labelled + len(boxes), found_all + len(found)
        found_right += len(pairs)
        for index, (box, state) in enumerate(boxes):
            match = pairs.get(index)
            read = loads[match].load.value if match is not None else "not_found"
            if match is None:
                misses.append({"file": path.name, "expected": "container", "read": None})
            else:
                ious.append(box.iou(found[match] or box))
            if state in {"empty", "loaded"}:
                confusion[f"{state}->{read}"] += 1
                result = "correct" if read == state else "abstained"
                if read in {"empty", "loaded"} and read != state:
                    result = "wrong"
                load[result] += 1
                if result != "correct":
                    misses.append({"file": path.name, "expected": state, "read": read})
        every = containers.detect(transmission_like(scan), shelf=shelf, threshold=LOWEST_SCORE)
        ranked.append(([box for box, _ in boxes], every))
    steps = np.arange(0.5, 1.0, 0.05)
    precisions = [average_precision(ranked, float(step)) for step in steps]
    return {
        "n": len(latencies),
        "latency_ms": latency_summary(latencies),
        "boxes": {
            "labelled": labelled,
            "found": found_all,
            "precision": found_right / found_all if found_all else None,
            "recall": found_right / labelled if labelled else None,
            "median_iou": float(np.median(ious)) if ious else None,
            "map50": precisions[0],
            "map50_95": float(np.mean(precisions)),
        },
        "load": {**load, "confusion": dict(confusion)},
        "groups": {},
        "misses": misses,
    }


def latency_summary(latencies: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile, in ms."""
    if not latencies:
        return {"median": None, "p95": None}
    return {
        "median": round(float(np.median(latencies)), 1),
        "p95": round(float(np.percentile(latencies, 95)), 1),
    }


def average_precision(pictures: Sequence[tuple[list[Box], list[Scored]]], iou: float) -> float:
    """Area under the precision envelope over recall, every point (COCO uses 101 of them)."""
    total = sum(len(truth) for truth, _ in pictures)
    hits: list[tuple[float, bool]] = []
    for truth, found in pictures:
        left = list(truth)
        for box, score in sorted(found, key=lambda pair: -pair[1]):
            best = max(left, key=box.iou, default=None)
            hit = best is not None and box.iou(best) >= iou
            if hit and best is not None:
                left.remove(best)
            hits.append((score, hit))
    if not total or not hits:
        return 0.0
    flags = np.array([hit for _, hit in sorted(hits, key=lambda pair: -pair[0])])
    true = np.cumsum(flags)
    precision = true / np.arange(1, flags.size + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    recall = np.concatenate([[0.0], true / total])
    return float((np.diff(recall) * envelope).sum())


def _pair(truth: list[Box], found: list[Box]) -> dict[int, int]:
    options = sorted(
        (
            (-box.iou(other), i, j)
            for i, box in enumerate(truth)
            for j, other in enumerate(found)
            if box.iou(other) >= MATCH_IOU
        ),
    )
    pairs: dict[int, int] = {}
    for _, i, j in options:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _pictures(folder: Path, *, split: str | None) -> Iterator[tuple[Path, list[tuple[Box, str]]]]:
    names = (
        [split] if split else sorted(p.name for p in folder.iterdir() if (p / "images").is_dir())
    )
    for name in names:
        base = folder / name
        if not (base / "images").is_dir():
            raise FileNotFoundError(f"{base}: expected a folder `images`")
        states: dict[tuple[str, int], str] = {}
        with (base / "labels.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                states[Path(row["image"]).stem, int(row["box_index"])] = row["load_state"]
        for path in sorted((base / "images").iterdir()):
            label = base / "labels" / f"{path.stem}.txt"
            text = label.read_text(encoding="utf-8") if label.exists() else ""
            lines = [line for line in text.splitlines() if line.strip()]
            yield (
                path,
                [
                    (_unit_box(line), states.get((path.stem, number), "uncertain"))
                    for number, line in enumerate(lines)
                ],
            )


def _unit_box(line: str) -> Box:
    cx, cy, w, h = (float(value) for value in line.split()[1:5])
    return Box(x1=cx - w / 2, y1=cy - h / 2, x2=cx + w / 2, y2=cy + h / 2)


def _scaled(box: Box, width: int, height: int) -> Box:
    return Box(x1=box.x1 * width, y1=box.y1 * height, x2=box.x2 * width, y2=box.y2 * height)
