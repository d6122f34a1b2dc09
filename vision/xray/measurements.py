"""All that is measured in a container once its outline is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vision.findings import (
    CargoEmbedding,
    ContainerSize,
    Evidence,
    Finding,
    Material,
    MaterialMap,
    Provenance,
)
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.xray import container_size, look, materials
from vision.xray.outline import tighten
from vision.xray.sight import Interior, Sight, interior_of

MODELS = (
    (container_size.MODEL, "strength"),
    (materials.MODEL, "apart_z"),
    (look.MODEL, "alike"),
)
WALL_QUANTILE = 5.0
# Two corrugated sheets of steel, 1.6 to 2 mm each (ISO 1496-1 boxes).
USUAL_WALL_MM, MOST_WALL_MM = 4.0, 8.0


def lineup(shelf: Shelf) -> tuple[Provenance, ...]:
    """Every method that takes part. Raises: ModelUnavailable."""
    return tuple(shelf.provenance(name, label=label) for name, label in MODELS)


def of_containers(sight: Sight, boxes: Sequence[Box], *, shelf: Shelf) -> list[Finding]:
    """Findings of every container of a view. Raises: ModelUnavailable."""
    tight = [tighten(sight.view, box) for box in boxes]
    findings: list[Finding] = []
    for number, (box, edges) in enumerate(zip(boxes, tight, strict=True)):
        evidence = Evidence(scan_sha256=sight.image.sha256, box=box)
        others = [other for place, other in enumerate(tight) if place != number]
        inside = interior_of(edges)
        findings.append(_size(sight, edges, others, evidence, shelf))
        findings += _materials(sight, inside, evidence, shelf)
        findings += _look(sight, inside, evidence, shelf)
    return findings


def _size(
    sight: Sight, edges: Box, others: Sequence[Box], evidence: Evidence, shelf: Shelf
) -> ContainerSize:
    size = container_size.measure(
        sight.view,
        edges,
        others=others,
        pitch_mm=sight.pitch_mm,
        limits=shelf.parameters(container_size.MODEL),
    )
    return ContainerSize(
        evidence=evidence,
        provenance=shelf.provenance(container_size.MODEL, label="strength"),
        length_ft=size.length_ft,
        high_cube=size.high_cube,
        score=size.score,
    )


def _look(sight: Sight, inside: Interior, evidence: Evidence, shelf: Shelf) -> list[CargoEmbedding]:
    raw = look.features(np.asarray(inside.of(sight.view), dtype=np.float32))
    if raw is None:
        return []
    return [
        CargoEmbedding(
            evidence=evidence,
            provenance=shelf.provenance(look.MODEL, label="alike"),
            vector=look.embed(raw, shelf.parameters(look.MODEL)),
        )
    ]


def walls(sight: Sight, inside: Interior) -> tuple[float, ...]:
    """-ln(T) of the empty box, each channel; () if nothing is measured.

    The thinnest part of the inside, or, where the load leaves none free, the usual steel.
    """
    if sight.seen is None:
        return ()
    cells = np.asarray(inside.of(sight.seen.attenuation))[::4, ::4]
    found = [float(v) for v in np.percentile(cells, WALL_QUANTILE, axis=(0, 1))]
    steel = sight.calibration.wedge(Material.METAL) if sight.calibration else None
    if steel is None:
        return tuple(found)
    channels = [steel.low, *([steel.high] if steel.high is not None else [])]
    for number, curve in enumerate(channels[: len(found)]):
        usual, most = np.interp((USUAL_WALL_MM, MOST_WALL_MM), steel.thickness_mm, curve)
        if found[number] > most:
            found[number] = float(usual)
    return tuple(found)


def _materials(
    sight: Sight, inside: Interior, evidence: Evidence, shelf: Shelf
) -> list[MaterialMap]:
    limits = shelf.parameters(materials.MODEL)
    classes = material_classes(sight, inside, shelf)
    if classes is None or sight.seen is None:
        return []
    wall = walls(sight, inside)
    high = np.asarray(inside.of(sight.seen.attenuation))[:, :, 1]
    told = materials.shares(classes, high - wall[1] > limits["load"])
    provenance = shelf.provenance(materials.MODEL, label="apart_z")
    return [MaterialMap(evidence=evidence, provenance=provenance, shares=told)] if told else []


def material_classes(sight: Sight, inside: Interior, shelf: Shelf) -> npt.NDArray[np.uint8] | None:
    """See `materials.classify`, of the inside; None where energies or wedges are missing."""
    seen, calibration = sight.seen, sight.calibration
    if seen is None or calibration is None or seen.attenuation.shape[2] != 2:
        return None
    wall = walls(sight, inside)
    return materials.classify(
        inside.cut(seen),
        calibration,
        limits=shelf.parameters(materials.MODEL),
        wall=(wall[0], wall[1]),
    )
