"""Goods by their look: leave one out over labelled crops, and simulated sites that learn."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.evaluation.object_trial import wilson
from vision.evaluation.progress import Progress, reported, silent
from vision.formats import read_scan
from vision.geometry import Box
from vision.scan import RawScan, ScanKind, XrayImage
from vision.synthesis.xray_cargo import BY_HEADING
from vision.synthesis.xray_plan import random_plan
from vision.synthesis.xray_scene import simulate
from vision.xray.likeness import p_value, votes
from vision.xray.look import embed, features
from vision.xray.normalise import transmission_like
from vision.xray.outline import tighten
from vision.xray.sight import interior_of

SURE, LEVEL = 0.9, 0.02
Looks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """(N, F) looks, each with its heading."""

    looks: Looks
    headings: tuple[str, ...]


def crops(folder: Path, parameters: Mapping[str, float], progress: Progress = silent) -> Loads:
    """Pictures of single containers with `labels.csv` (image, ncm4), all splits."""
    looks, headings = [], []
    rows = [
        (labels.parent / "images" / row["image"], row["ncm4"])
        for labels in sorted(folder.glob("*/labels.csv"))
        for row in csv.DictReader(labels.read_text("utf-8").splitlines())
    ]
    for path, heading in reported(rows, progress):
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY))
        if not isinstance(scan, XrayImage):
            continue
        view = transmission_like(scan)
        whole = Box(x1=0, y1=0, x2=view.shape[1], y2=view.shape[0])
        row = features(interior_of(view, whole).part(view))
        if row is not None:
            looks.append(embed(row, parameters))
            headings.append(heading)
    return Loads(looks=np.array(looks, dtype=np.float32), headings=tuple(headings))


def simulated(
    parameters: Mapping[str, float], *, each: int, seed: int, progress: Progress = silent
) -> Loads:
    """So many simulated loads of every heading; the outline is that of the simulation."""
    looks, headings = [], []
    jobs = [(heading, number) for heading in sorted(BY_HEADING) for number in range(each)]
    for place, (heading, number) in enumerate(reported(jobs, progress)):
        rng = np.random.default_rng((seed, place, number))
        plan = random_plan(rng, goods=BY_HEADING[heading])
        scan = simulate(plan, seed=seed + place)
        air, dark = scan.air_counts, scan.dark_counts
        view = np.clip((scan.counts[:, :, -1] - dark) / (air - dark), 0, 1).astype(np.float32)
        inside = interior_of(view, tighten(view, scan.containers[0]))
        row = features(inside.part(view))
        if row is not None:
            looks.append(embed(row, parameters))
            headings.append(heading)
    return Loads(looks=np.array(looks, dtype=np.float32), headings=tuple(headings))


def leave_one_out(loads: Loads) -> dict[str, Any]:
    """Each load by its nearest others."""
    return _figures(
        [
            votes(
                loads.looks[i],
                np.delete(loads.looks, i, axis=0),
                [h for j, h in enumerate(loads.headings) if j != i],
            )
            for i in range(len(loads.headings))
        ],
        loads.headings,
    )


def learned(references: Loads, tests: Loads) -> dict[str, Any]:
    """Tests by their neighbours among references, and what right and wrong papers would raise.

    Raised as in the shipped policy: stranger than `LEVEL` among its heading, and `SURE` that it is
    one other.
    """
    ranked = [votes(own, references.looks, references.headings) for own in tests.looks]
    by_heading = {
        heading: references.looks[np.asarray(references.headings) == heading]
        for heading in sorted(set(references.headings))
    }
    strange, raised = {True: 0, False: 0}, {True: 0, False: 0}
    for own, truth, said in zip(tests.looks, tests.headings, ranked, strict=True):
        for declared, looks in by_heading.items():
            right = declared == truth
            odd = p_value(own, looks) <= LEVEL
            strange[right] += odd
            raised[right] += odd and any(k != declared and v >= SURE for k, v in said)
    count = {True: len(tests.headings), False: len(tests.headings) * (len(by_heading) - 1)}
    return {
        **_figures(ranked, tests.headings),
        "right_papers_strange": wilson(strange[True], count[True]),
        "right_papers_raised": wilson(raised[True], count[True]),
        "wrong_papers_strange": wilson(strange[False], count[False]),
        "wrong_papers_raised": wilson(raised[False], count[False]),
    }


def _figures(ranked: Sequence[list[tuple[str, float]]], truth: Sequence[str]) -> dict[str, Any]:
    count = len(truth)
    first = sum(r[0][0] == t for r, t in zip(ranked, truth, strict=True))
    three = sum(t in [k for k, _ in r[:3]] for r, t in zip(ranked, truth, strict=True))
    sure = [(r[0][0], t) for r, t in zip(ranked, truth, strict=True) if r[0][1] >= SURE]
    right = sum(said == t for said, t in sure)
    return {
        "loads": count,
        "headings": len(set(truth)),
        "top_1": wilson(first, count),
        "top_3": wilson(three, count),
        "sure": [len(sure), count],
        "right_when_sure": wilson(right, len(sure)),
    }
