"""What is measured in X-ray views, against generated boxes whose load is known.

Blocks of one material, no scatter, no beam hardening: this checks the methods and their
abstentions. It is no statement about a scanner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from vision.evaluation.progress import Progress, reported, silent
from vision.findings import (
    FillProfile,
    Finding,
    MassEstimate,
    Material,
    PackageCount,
    StructureMeasured,
)
from vision.models.shelf import Shelf
from vision.synthesis.blocks import (
    PITCH_MM,
    STACK_LENGTH,
    Block,
    Scene,
    calibration,
    side_view,
    stack,
)
from vision.xray import materials
from vision.xray.calibration import ScannerBook
from vision.xray.inside_view import look_inside
from vision.xray.measurements import of_containers
from vision.xray.sight import Sight, sight_of

# Edges of the bins of mass per area, g/cm²: from textiles to what 6 MeV hardly passes.
AREAL_G_CM2 = (4.0, 15.0, 30.0, 60.0, 90.0)
FIRST_SEED = 7000
EDGE_PX = 12
FALSE_WALL_MM, THICK_Z = (300.0, 500.0), 4.0
Z_95 = 1.96


def evaluate(*, scans: int, shelf: Shelf, progress: Progress = silent) -> dict[str, Any]:
    """Figures over so many generated views; a share comes with count, total and 95 % interval."""
    book = ScannerBook(scanners=(calibration(),))
    told: Counter[tuple[str, str]] = Counter()
    yes: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for seed in reported(range(FIRST_SEED, FIRST_SEED + scans), progress):
        blocks = _blocks(seed)
        scene = side_view(blocks, seed=seed, channels=1 + seed % 2)
        sight = sight_of(scene.image, book)
        if seed % 2:
            told.update(_materials(sight, scene, blocks, shelf))
        findings = of_containers(sight, [scene.outline], shelf=shelf)
        results = [
            *_load_figures(findings, scene, blocks),
            *_stack_figures(seed, book, shelf),
            *_wall_figures(seed, book, shelf),
        ]
        for name, right in results:
            of[name] += 1
            yes[name] += right
    return {
        "n": scans,
        "material": {
            f"{name} {result}": share(told[name, result], _total(told, name))
            for name in sorted({name for name, _ in told})
            for result in ("right", "wrong", "cannot_tell")
        },
        "load": {name: share(yes[name], of[name]) for name in sorted(of)},
    }


def _load_figures(
    findings: Sequence[Finding], scene: Scene, blocks: Sequence[Block]
) -> Iterator[tuple[str, bool]]:
    truth = sum((block.x2 - block.x1) * (block.top - block.bottom) for block in blocks)
    for found in findings:
        if isinstance(found, FillProfile):
            yield "fill in its interval", found.low <= truth <= found.high
            yield "fill within 0.05", abs(found.filled_share - truth) <= 0.05
        elif isinstance(found, PackageCount):
            yield "blocks of unlike size counted as a stack", found.accepted
        elif isinstance(found, MassEstimate):
            energies = f"{scene.image.pixels.shape[2]} energies"
            yield f"mass told, {energies}", found.mass_kg is not None
            if found.mass_kg is not None:
                off = abs(found.mass_kg / scene.mass_kg - 1)
                inside = found.low_kg <= scene.mass_kg <= found.high_kg
                yield f"mass within 10 %, {energies}", off <= 0.1
                yield f"mass in its interval, {energies}", inside


def _stack_figures(seed: int, book: ScannerBook, shelf: Shelf) -> Iterator[tuple[str, bool]]:
    rng = np.random.default_rng(seed + 500_000)
    rows, columns = int(rng.integers(2, 7)), int(rng.integers(5, 22))
    made = stack(rows, columns, areal_g_cm2=float(rng.uniform(10, 40)))
    scene = side_view(made, seed=seed, channels=1)
    behind = 2350 / (STACK_LENGTH * scene.outline.width_px * PITCH_MM / columns)
    truth = rows * columns * max(1, int(behind / rng.uniform(0.7, 1.5)))
    for found in of_containers(sight_of(scene.image, book), [scene.outline], shelf=shelf):
        if isinstance(found, PackageCount):
            yield "stack counted", found.accepted
            if found.accepted:
                right = (found.rows, found.columns) == (rows, columns)
                yield "rows and columns right of those counted", right
                yield "count in its interval of those counted", found.low <= truth <= found.high


def _wall_figures(seed: int, book: ScannerBook, shelf: Shelf) -> Iterator[tuple[str, bool]]:
    """Empty boxes, every second with a false wall."""
    depth_mm = FALSE_WALL_MM[0] + (seed % 7) / 6 * (FALSE_WALL_MM[1] - FALSE_WALL_MM[0])
    false = seed % 2 == 0
    scene = side_view([], seed=seed, channels=1, false_wall_mm=depth_mm if false else 0.0)
    findings = of_containers(sight_of(scene.image, book), [scene.outline], shelf=shelf)
    thick = [f for f in findings if isinstance(f, StructureMeasured) and f.residual_z > THICK_Z]
    name = "false wall called thick" if false else "true frame called thick"
    yield name, bool(thick)


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
    seen = look_inside(sight, scene.outline, shelf=shelf)
    inside, classes = seen.inside, seen.classes
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
