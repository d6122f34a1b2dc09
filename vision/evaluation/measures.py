"""What is measured in X-ray views, against generated boxes whose load is known.

Blocks of one material, no scatter, no beam hardening: this checks the methods and their
abstentions. It is no statement about a scanner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from vision.evaluation.progress import Progress, reported, silent
from vision.findings import Material
from vision.models.shelf import Shelf
from vision.synthesis.blocks import Block, Scene, calibration, side_view
from vision.xray import materials
from vision.xray.calibration import ScannerBook
from vision.xray.measurements import material_classes
from vision.xray.sight import Sight, interior_of, sight_of

# Edges of the bins of mass per area, g/cm²: from textiles to what 6 MeV hardly passes.
AREAL_G_CM2 = (4.0, 15.0, 30.0, 60.0, 90.0)
FIRST_SEED = 7000
EDGE_PX = 12
Z_95 = 1.96


def evaluate(*, scans: int, shelf: Shelf, progress: Progress = silent) -> dict[str, Any]:
    """Figures over so many generated views; a share comes with count, total and 95 % interval."""
    book = ScannerBook(scanners=(calibration(),))
    told: Counter[tuple[str, str]] = Counter()
    for seed in reported(range(FIRST_SEED, FIRST_SEED + scans), progress):
        blocks = _blocks(seed)
        scene = side_view(blocks, seed=seed)
        sight = sight_of(scene.image, book)
        told.update(_materials(sight, scene, blocks, shelf))
    return {
        "n": scans,
        "material": {
            f"{name} {result}": share(told[name, result], _total(told, name))
            for name in sorted({name for name, _ in told})
            for result in ("right", "wrong", "cannot_tell")
        },
    }


def share(count: int, total: int) -> dict[str, Any]:
    """Wilson's interval beside a share."""
    if not total:
        return {"count": 0, "total": 0, "share": None, "interval_95": None}
    p, z = count / total, Z_95
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return {
        "count": count,
        "total": total,
        "share": round(p, 4),
        "interval_95": [round(float(middle - half), 4), round(float(middle + half), 4)],
    }


def _total(told: Counter[tuple[str, str]], name: str) -> int:
    return sum(count for (other, _), count in told.items() if other == name)


def _blocks(seed: int) -> list[Block]:
    """Side by side, each of one material."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 6))
    edges = np.linspace(0.03, 0.97, count + 1)
    return [
        Block(
            x1=float(x1),
            x2=float(x2) - 0.01,
            top=float(rng.uniform(0.3, 0.95)),
            material=materials.CLASSES[int(rng.integers(3))],
            areal_g_cm2=float(rng.uniform(AREAL_G_CM2[0], AREAL_G_CM2[-1])),
        )
        for x1, x2 in pairwise(edges)
    ]


def _materials(
    sight: Sight, scene: Scene, blocks: Sequence[Block], shelf: Shelf
) -> Counter[tuple[str, str]]:
    """A block counts by what most of its inside is called."""
    inside = interior_of(scene.outline)
    classes = material_classes(sight, inside, shelf)
    told: Counter[tuple[str, str]] = Counter()
    if classes is None:
        return told
    width = scene.outline.width_px
    for block in blocks:
        x1 = round(scene.outline.x1 + block.x1 * width) - inside.x1 + EDGE_PX
        x2 = round(scene.outline.x1 + block.x2 * width) - inside.x1 - EDGE_PX
        part = classes[-EDGE_PX - 30 : -EDGE_PX, max(x1, 0) : max(x2, 1)]
        if not part.size:
            continue
        most = int(np.bincount(part.ravel(), minlength=materials.UNTOLD + 1).argmax())
        called = (*materials.CLASSES, Material.CANNOT_TELL)[most]
        bin_ = int(np.searchsorted(AREAL_G_CM2, block.areal_g_cm2))
        name = f"{block.material.value} {AREAL_G_CM2[bin_ - 1]:.0f}-{AREAL_G_CM2[bin_]:.0f} g/cm2"
        right = called is block.material
        unknown = called is Material.CANNOT_TELL
        told[name, "right" if right else "cannot_tell" if unknown else "wrong"] += 1
    return told
