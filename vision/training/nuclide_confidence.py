"""Make `vision/radiation/nuclide_confidence.csv`: how often an answer of some score is right.

Simulated spectra of known sources, weak and strong, bare and in steel, drifting, with and without
a measured background, one or two nuclides or none; every answer counts as right or wrong.

    python -m vision.training.nuclide_confidence vision/radiation/nuclide_confidence.csv
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vision.radiation.confidence import method_of
from vision.radiation.identify import identify
from vision.radiation.lines import BETA, EXPECTED, NATURAL, nameable
from vision.synthesis.spectra import Recipe, germanium, scintillator

SEED = 52_000
SPECTRA = 2000
BINS = 8
DETECTORS = ("NaI", "CsI", "LaBr", "HPGe")
NONE, TWO, RARE = 0.15, 0.2, 0.2
WITHOUT_BACKGROUND = 0.3


def answers(count: int, rng: np.random.Generator) -> Iterator[tuple[str, float, bool]]:
    """(method, score, right) of every answer to `count` simulated spectra."""
    every = [entry.nuclide for entry in nameable() if entry.nuclide != BETA]
    usual = [name for name in every if name in EXPECTED]
    others = [name for name in every if name not in EXPECTED]
    for _ in range(count):
        sources: dict[str, float] = {}
        number = 0 if rng.random() < NONE else 1 + int(rng.random() < TWO)
        for _ in range(number):
            names = others if rng.random() < RARE else usual
            sources[str(rng.choice(names))] = float(10 ** rng.uniform(2.3, 5.0))
        recipe = Recipe(
            sources=sources,
            background_cps=float(10 ** rng.uniform(0.5, 2.3)),
            gain=float(rng.normal(1.0, 0.012)),
            iron_g_cm2=float(rng.choice([0.0, 0.0, 4.0, 12.0, 24.0])),
        )
        detector = str(rng.choice(DETECTORS))
        if detector == "HPGe":
            recipe = Recipe(sources=sources, background_cps=recipe.background_cps)
            spectrum, background = germanium(recipe, rng)
        else:
            spectrum, background = scintillator(recipe, detector, rng)
        unmeasured = rng.random() < WITHOUT_BACKGROUND
        found = identify(spectrum, None if unmeasured else background, detector=detector)
        for one in found.nuclides:
            # Of a background that nobody measured the natural series are part.
            right = one.nuclide in sources or (unmeasured and one.nuclide in NATURAL)
            yield method_of(sharp=found.curve is None), one.score, right


def table(every: list[tuple[str, float, bool]]) -> Iterator[tuple[str, float, int, int]]:
    """(method, least score, right, total) in bins of equal size."""
    for method in sorted({method for method, _, _ in every}):
        own = sorted((score, right) for name, score, right in every if name == method)
        for part in np.array_split(np.arange(len(own)), BINS):
            inside = [own[i] for i in part]
            yield method, round(inside[0][0], 2), sum(r for _, r in inside), len(inside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--spectra", type=int, default=SPECTRA)
    arguments = parser.parse_args()
    every = list(answers(arguments.spectra, np.random.default_rng(SEED)))
    with arguments.out.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("method", "least_score", "right", "total"))
        out.writerows(table(every))


if __name__ == "__main__":
    main()
