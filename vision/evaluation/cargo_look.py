"""Goods by their look, on a simulated site that has learnt from decided loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.evaluation.object_trial import wilson
from vision.evaluation.progress import Progress, reported, silent
from vision.models.shelf import Shelf
from vision.scan import PixelUnit, XrayImage
from vision.synthesis.xray_cargo import BY_HEADING
from vision.synthesis.xray_plan import random_plan
from vision.synthesis.xray_scene import simulate
from vision.xray.calibration import NO_SCANNERS
from vision.xray.cargo_look import embed, open_model
from vision.xray.inside_view import look_inside
from vision.xray.likeness import p_value, votes
from vision.xray.sight import sight_of

SURE, LEVEL = 0.9, 0.02
Looks = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loads:
    """(N, F) looks, each with its heading."""

    looks: Looks
    headings: tuple[str, ...]


def simulated(*, each: int, seed: int, shelf: Shelf, progress: Progress = silent) -> Loads:
    """So many simulated loads of every heading; the outline is that of the simulation."""
    model = open_model(shelf)
    looks, headings = [], []
    jobs = [(heading, number) for heading in sorted(BY_HEADING) for number in range(each)]
    for place, (heading, number) in enumerate(reported(jobs, progress)):
        plan = random_plan(np.random.default_rng((seed, place, number)), goods=BY_HEADING[heading])
        scan = simulate(plan, seed=seed + place)
        image = XrayImage(
            sha256="", scan_format="", pixels=scan.counts[:, :, -1:], unit=PixelUnit.COUNTS
        )
        seen = look_inside(sight_of(image, NO_SCANNERS), scan.containers[0], shelf=shelf)
        looks.append(embed(seen.path, seen.heat, load=seen.load, model=model))
        headings.append(heading)
    return Loads(looks=np.array(looks, dtype=np.float32), headings=tuple(headings))


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
