"""All that is measured in a view and in its containers once their outlines are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vision.findings import (
    CargoEmbedding,
    ContainerSize,
    Evidence,
    FillProfile,
    Finding,
    MassEstimate,
    MaterialMap,
    PackageCount,
    Provenance,
    ScanFingerprint,
    StructureMeasured,
)
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import PixelUnit
from vision.xray import (
    cargo_look,
    container_size,
    fill,
    mass,
    materials,
    packages,
    same_scan,
    structure,
)
from vision.xray.inside_view import InsideView, look_inside
from vision.xray.sight import Sight

MODELS = (
    (container_size.MODEL, "strength"),
    (fill.MODEL, "load"),
    (packages.MODEL, "strength"),
    (mass.MODEL, "saturated"),
    (materials.MODEL, "apart_z"),
    (same_scan.MODEL, "noise_bits"),
    (same_scan.COMPARE_MODEL, "change"),
    (cargo_look.MODEL, "alike"),
    (structure.MODEL, "z"),
)
BLACK = 0.02


def lineup(shelf: Shelf) -> tuple[Provenance, ...]:
    """Every method that takes part. Raises: ModelUnavailable."""
    return tuple(_by(name, shelf) for name, _ in MODELS)


def of_view(sight: Sight, *, shelf: Shelf) -> list[Finding]:
    """Findings of the whole view, with or without a container. Raises: ModelUnavailable."""
    return [
        ScanFingerprint(
            evidence=Evidence(scan_sha256=sight.image.sha256),
            provenance=_by(same_scan.MODEL, shelf),
            look=same_scan.look_of(sight.view),
            noise=same_scan.noise_of(sight.view),
            scanner=sight.image.acquisition.scanner,
        )
    ]


def of_containers(sight: Sight, boxes: Sequence[Box], *, shelf: Shelf) -> list[Finding]:
    """Findings of every container of a view. Raises: ModelUnavailable."""
    views = [look_inside(sight, box, shelf=shelf) for box in boxes]
    findings: list[Finding] = []
    for box, seen in zip(boxes, views, strict=True):
        evidence = Evidence(scan_sha256=sight.image.sha256, box=box)
        others = [other.edges for other in views if other is not seen]
        size = _size(sight, seen, others, evidence, shelf)
        findings += [size, _fill(seen, evidence, shelf)]
        findings.append(_packages(seen, _pitch_x_mm(sight, seen, size), evidence, shelf))
        findings += _materials(sight, seen, evidence, shelf)
        findings.append(_mass(sight, seen, evidence, shelf))
        findings += _structure(sight, seen, evidence, shelf)
        findings.append(_look(seen, evidence, shelf))
    return findings


def _by(name: str, shelf: Shelf) -> Provenance:
    return shelf.provenance(name, label=dict(MODELS)[name])


def _size(
    sight: Sight, seen: InsideView, others: Sequence[Box], evidence: Evidence, shelf: Shelf
) -> ContainerSize:
    size = container_size.measure(
        sight.view,
        seen.edges,
        others=others,
        pitch_mm=sight.pitch_mm,
        limits=shelf.parameters(container_size.MODEL),
    )
    return ContainerSize(
        evidence=evidence,
        provenance=_by(container_size.MODEL, shelf),
        length_ft=size.length_ft,
        high_cube=size.high_cube,
        score=size.score,
    )


def _pitch_x_mm(sight: Sight, seen: InsideView, size: ContainerSize) -> float | None:
    """Along the box; by its own length if the scan does not say."""
    if sight.pitch_mm is not None:
        return sight.pitch_mm[0]
    known = size.length_ft
    return container_size.LENGTHS_MM[known] / seen.edges.width_px if known else None


def _fill(seen: InsideView, evidence: Evidence, shelf: Shelf) -> FillProfile:
    full = fill.measure(seen.heat, limits=shelf.parameters(fill.MODEL))
    return FillProfile(
        evidence=evidence,
        provenance=_by(fill.MODEL, shelf),
        heights=full.heights,
        filled_share=full.share,
        low=full.low,
        high=full.high,
    )


def _packages(
    seen: InsideView, pitch_x_mm: float | None, evidence: Evidence, shelf: Shelf
) -> PackageCount:
    stack = packages.count(
        seen.path,
        seen.heat > seen.load,
        pitch_x_mm=pitch_x_mm,
        limits=shelf.parameters(packages.MODEL),
    )
    found = stack or packages.Stack(rows=0, columns=0, count=0, low=0, high=0)
    return PackageCount(
        evidence=evidence,
        provenance=_by(packages.MODEL, shelf),
        rows=found.rows,
        columns=found.columns,
        count=found.count,
        low=found.low,
        high=found.high,
        accepted=stack is not None,
    )


def _materials(
    sight: Sight, seen: InsideView, evidence: Evidence, shelf: Shelf
) -> list[MaterialMap]:
    if seen.classes is None or sight.seen is None:
        return []
    inside = seen.inside
    high = sight.seen.attenuation[inside.y1 : inside.y2, inside.x1 : inside.x2, 1]
    load = high - seen.wall[1] > shelf.parameters(materials.MODEL)["load"]
    told = materials.shares(seen.classes, load)
    provenance = _by(materials.MODEL, shelf)
    return [MaterialMap(evidence=evidence, provenance=provenance, shares=told)] if told else []


def _mass(sight: Sight, seen: InsideView, evidence: Evidence, shelf: Shelf) -> MassEstimate:
    found = _mass_of(sight, seen, shelf)
    by = _by(mass.MODEL, shelf)
    gain = sight.calibration.mass_gain if sight.calibration and found.kg is not None else 1.0
    return MassEstimate(
        evidence=evidence,
        provenance=replace(by, version=mass.version_of(by.version, gain)),
        mass_kg=found.kg,
        low_kg=found.low_kg,
        high_kg=found.high_kg,
        saturated_share=found.saturated_share,
        reason=found.reason,
    )


def _mass_of(sight: Sight, seen: InsideView, shelf: Shelf) -> mass.Mass:
    inside = seen.inside
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
        wall=seen.wall[0],
        classes=seen.classes,
        limits=shelf.parameters(mass.MODEL),
    )


def _structure(
    sight: Sight, seen: InsideView, evidence: Evidence, shelf: Shelf
) -> list[StructureMeasured]:
    """Silent without counts and the size of a pixel: grey levels hide where a frame ends."""
    if sight.pitch_mm is None or sight.seen is None:
        return []
    parts = structure.measure(
        seen.edges,
        seen.inside,
        pitch_mm=sight.pitch_mm,
        limits=shelf.parameters(structure.MODEL),
    )
    by = _by(structure.MODEL, shelf)
    return [
        StructureMeasured(
            evidence=evidence, provenance=by, zone=part.zone, residual_z=part.residual_z
        )
        for part in parts
    ]


def _look(seen: InsideView, evidence: Evidence, shelf: Shelf) -> CargoEmbedding:
    model = cargo_look.open_model(shelf)
    return CargoEmbedding(
        evidence=evidence,
        provenance=_by(cargo_look.MODEL, shelf),
        vector=cargo_look.embed(seen.path, seen.heat, load=seen.load, model=model),
    )
