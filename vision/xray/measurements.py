"""All that is measured in a container once its outline is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import (
    CargoEmbedding,
    ContainerSize,
    Evidence,
    FillProfile,
    Finding,
    MassEstimate,
    Material,
    MaterialMap,
    PackageCount,
    Provenance,
    ScanFingerprint,
)
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import PixelUnit
from vision.xray import container_size, fill, look, mass, materials, packages, same_scan
from vision.xray.outline import tighten
from vision.xray.sight import Interior, Sight, interior_of
from vision.xray.transmission import Floats

MODELS = (
    (container_size.MODEL, "strength"),
    (fill.MODEL, "load"),
    (packages.MODEL, "strength"),
    (mass.MODEL, "saturated"),
    (materials.MODEL, "apart_z"),
    (look.MODEL, "alike"),
    (same_scan.MODEL, "noise_bits"),
    (same_scan.COMPARE_MODEL, "change"),
)
BLACK = 0.02
WALL_QUANTILE, WALL_CELLS = 8.0, (32, 24)
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
        inside = interior_of(sight.view, edges)
        size = _size(sight, edges, others, evidence, shelf)
        findings += [size, *_load(sight, inside, _pitch_x_mm(sight, edges, size), evidence, shelf)]
        findings += _materials(sight, inside, evidence, shelf)
        findings += _look(sight, inside, evidence, shelf)
        findings.append(_mass(sight, inside, evidence, shelf))
    return findings


def _pitch_x_mm(sight: Sight, edges: Box, size: ContainerSize) -> float | None:
    """Along the box; by its own length if the scan does not say."""
    if sight.pitch_mm is not None:
        return sight.pitch_mm[0]
    known = size.length_ft
    return container_size.LENGTHS_MM[known] / edges.width_px if known else None


def _load(
    sight: Sight, inside: Interior, pitch_x_mm: float | None, evidence: Evidence, shelf: Shelf
) -> list[FillProfile | PackageCount]:
    limits = shelf.parameters(fill.MODEL)
    path = load_path(sight, inside)
    heat = _heat(path, limits)
    full = fill.measure(heat, limits=limits)
    stack = packages.count(
        path,
        fill.filled_mask(heat, limits),
        pitch_x_mm=pitch_x_mm,
        limits=shelf.parameters(packages.MODEL),
    )
    seen = stack or packages.Stack(rows=0, columns=0, count=0, low=0, high=0)
    return [
        FillProfile(
            evidence=evidence,
            provenance=shelf.provenance(fill.MODEL, label="load"),
            heights=full.heights,
            filled_share=full.share,
            low=full.low,
            high=full.high,
        ),
        PackageCount(
            evidence=evidence,
            provenance=shelf.provenance(packages.MODEL, label="strength"),
            rows=seen.rows,
            columns=seen.columns,
            count=seen.count,
            low=seen.low,
            high=seen.high,
            accepted=stack is not None,
        ),
    ]


def _heat(path: Floats, limits: Mapping[str, float]) -> Floats:
    wall = fill.wall_of(path, most=limits["most_wall"])
    return fill.load_heat(path, wall=wall, uneven=limits["uneven"])


def load_path(sight: Sight, inside: Interior) -> Floats:
    """-ln(T) of the inside, (h, w); of grey levels what orders places alike."""
    if sight.seen is not None:
        return sight.seen.attenuation[inside.y1 : inside.y2, inside.x1 : inside.x2, 0]
    return fill.darkness(sight.view[inside.y1 : inside.y2, inside.x1 : inside.x2])


def _mass(sight: Sight, inside: Interior, evidence: Evidence, shelf: Shelf) -> MassEstimate:
    found = _mass_of(sight, inside, shelf)
    return MassEstimate(
        evidence=evidence,
        provenance=shelf.provenance(mass.MODEL, label="saturated"),
        mass_kg=found.kg,
        low_kg=found.low_kg,
        high_kg=found.high_kg,
        saturated_share=found.saturated_share,
        reason=found.reason,
    )


def _mass_of(sight: Sight, inside: Interior, shelf: Shelf) -> mass.Mass:
    part = sight.view[inside.y1 : inside.y2, inside.x1 : inside.x2]
    opaque = float((part < BLACK).mean())
    if sight.image.unit is PixelUnit.DISPLAY:
        return mass.refused("the scanner windowed the picture for eyes", saturated=opaque)
    if sight.seen is None:
        return mass.refused("the air is dark: no counts", saturated=opaque)
    if sight.calibration is None or not sight.calibration.wedges:
        return mass.refused("no step wedge of this scanner is known", saturated=opaque)
    if sight.pitch_mm is None:
        return mass.refused("the size of a pixel is not known", saturated=opaque)
    return mass.measure(
        inside.cut(sight.seen),
        sight.calibration,
        pitch_mm=sight.pitch_mm,
        wall=walls(sight, inside)[0],
        classes=material_classes(sight, inside, shelf),
        limits=shelf.parameters(mass.MODEL),
    )


def of_view(sight: Sight, *, shelf: Shelf) -> list[Finding]:
    """Findings of the whole view, with or without a container. Raises: ModelUnavailable."""
    return [
        ScanFingerprint(
            evidence=Evidence(scan_sha256=sight.image.sha256),
            provenance=shelf.provenance(same_scan.MODEL, label="noise_bits"),
            look=same_scan.look_of(sight.view),
            noise=same_scan.noise_of(sight.view),
            scanner=sight.image.acquisition.scanner,
        )
    ]


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
    raw = look.features(inside.part(sight.view))
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
    part = sight.seen.attenuation[inside.y1 : inside.y2, inside.x1 : inside.x2]
    # Cells are wider than corrugations, whose ribs belong to the wall as much as what is between.
    cells = cv2.resize(part, WALL_CELLS, interpolation=cv2.INTER_AREA).reshape(-1, part.shape[2])
    found = [float(v) for v in np.percentile(cells, WALL_QUANTILE, axis=0)]
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
    high = sight.seen.attenuation[inside.y1 : inside.y2, inside.x1 : inside.x2, 1]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Why a container is said to be empty or loaded: its inside, how much darker than its walls
    each cell is ((LEVELS, STEPS)), and the material of each pixel of the inside or None.
    """

    inside: Interior
    heat: Floats
    load: float
    classes: npt.NDArray[np.uint8] | None


def explain(sight: Sight, box: Box, *, shelf: Shelf) -> Explained:
    """For pictures; the same numbers as the findings. Raises: ModelUnavailable."""
    limits = shelf.parameters(fill.MODEL)
    inside = interior_of(sight.view, tighten(sight.view, box))
    path = load_path(sight, inside)
    heat = _heat(path, limits)
    return Explained(
        inside=inside,
        heat=heat,
        load=limits["load"],
        classes=material_classes(sight, inside, shelf),
    )
