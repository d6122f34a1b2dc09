"""Whole scans: truck, container, load and hidden objects, with the truth and a clean twin.

    scan = simulate(random_plan(np.random.default_rng(7)), seed=7)

The clean twin is the same truck, load, motion and noise without the objects.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.synthesis.xray_cargo import BY_HEADING
from vision.synthesis.xray_detector import Picture, Wobble, expose, random_wobble
from vision.synthesis.xray_geometry import Canvas, Solid, View
from vision.synthesis.xray_hiding import Hidden, hide
from vision.synthesis.xray_physics import Areal, linac_beam, transmission
from vision.synthesis.xray_plan import Plan
from vision.synthesis.xray_shape import extent
from vision.synthesis.xray_stow import Stow
from vision.synthesis.xray_trailer import chassis_solids, tractor_solids
from vision.synthesis.xray_truck import HALF_WIDTH_M, LENGTHS_M, Container, container_solids

Counts = npt.NDArray[np.uint16]

DOOR_ZONE_M = 1.5


# Less than this per pixel is the blurred rim of an object, g/cm2.
RIM_G_CM2 = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedObject:
    """An object as it is seen.

    Attributes:
        label: class; `shape` is its family, `material` what it is mostly made of.
        box: around it, in pixels.
        size_m: along the truck, across, and up.
        contrast: mean difference of -ln(T) to the clean twin inside the box.
        cover: mean -ln(T) of the clean twin inside the box.
        at_doors: it stands in the last metre and a half.
    """

    label: str
    shape: str
    material: str
    box: Box
    mass_kg: float
    size_m: tuple[float, float, float]
    contrast: float
    cover: float
    at_doors: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Honest papers for one container, apart from what is hidden."""

    heading: str
    name: str
    mass_kg: float
    packages: int
    length_ft: int
    high_cube: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedScan:
    """A scan and all that is true of it.

    `counts` and `clean_counts` are (H, W, C) uint16, C 1, or 2 for (low, high) energy; air is
    `air_counts` over `dark_counts`. `containers` are outlines, in the order of `declared`.
    `doors_right` tells at which end of each container its doors are.
    """

    counts: npt.NDArray[np.uint16]
    clean_counts: npt.NDArray[np.uint16]
    containers: tuple[Box, ...]
    objects: tuple[PlacedObject, ...]
    declared: tuple[Declared, ...]
    beams: tuple[str, ...]
    air_counts: float
    dark_counts: float
    doors_right: bool
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """Noiseless transmission of one energy, (H, W), as the truck moved."""

    full: Picture
    clean: Picture


def simulate(plan: Plan, *, seed: int) -> SimulatedScan:
    """Build the scene and scan it; the same plan and seed give the same scan."""
    rng = np.random.default_rng(seed)
    boxes = _containers(plan, rng)
    view = _view(plan, boxes, rng)
    stows = [
        BY_HEADING[heading].build(container.inside, rng)
        for container, heading in zip(boxes, plan.headings, strict=True)
    ]
    hidden = hide(plan.objects, boxes[0].inside, stows[0], rng, held_out=plan.held_out)
    full, clean = _areal(view, _truck(plan, boxes, rng), stows, hidden)
    wobble = random_wobble(view.columns, rng, pitch_m=plan.pitch_x_m)
    recorded = [
        _Recorded(
            full=wobble.applied(transmission(full, linac_beam(megavolt))),
            clean=wobble.applied(transmission(clean, linac_beam(megavolt))),
        )
        for megavolt in megavolts(plan)
    ]
    twins = [
        np.stack([_counts(picture, plan, seed) for picture in pictures], axis=2)
        for pictures in ([r.full for r in recorded], [r.clean for r in recorded])
    ]
    return SimulatedScan(
        counts=twins[0],
        clean_counts=twins[1],
        containers=tuple(_turned(_outline(c, view, wobble), view, plan) for c in boxes),
        objects=tuple(
            _placed(hidden, view, wobble, recorded=recorded[-1], plan=plan, container=boxes[0])
        ),
        declared=tuple(
            _declared(heading, container, stow, rng)
            for heading, container, stow in zip(plan.headings, boxes, stows, strict=True)
        ),
        beams=tuple(f"{mv:g} MV" for mv in megavolts(plan)),
        air_counts=plan.detector.air_counts,
        dark_counts=plan.detector.dark_counts,
        doors_right=plan.doors_right,
        plan=plan,
    )


def _truck(plan: Plan, boxes: Sequence[Container], rng: np.random.Generator) -> list[Solid]:
    end = boxes[-1].x_m + boxes[-1].length_m
    solids = chassis_solids(0.0, end, boxes[0].floor_z_m, rng)
    solids += tractor_solids(-0.3, rng, cab=plan.cab)
    for container in boxes:
        solids += container_solids(container, rng)
    return solids


def _areal(
    view: View,
    trucks: Sequence[Solid],
    stows: Sequence[Stow],
    hidden: Sequence[Hidden],
) -> tuple[Areal, Areal]:
    """Areal densities with the hidden objects and without them."""
    frame, load, objects = Canvas(view=view), Canvas(view=view), Canvas(view=view)
    for solid in trucks:
        frame.add(solid)
    for stow in stows:
        for solid in stow.solids:
            load.add(solid)
    clean: Areal = frame.areal + load.areal
    for item in hidden:
        load.add(item.displaced)
        for solid in item.solids:
            objects.add(solid)
    full: Areal = frame.areal + np.maximum(load.areal, 0) + objects.areal
    return full, clean


def _counts(picture: Picture, plan: Plan, seed: int) -> Counts:
    """Exposed and turned as the truck stood; twins share the noise's seed."""
    counts = expose(picture, plan.detector, np.random.default_rng((seed, 1)))
    return counts if plan.doors_right else counts[:, ::-1]


def simulate_many(
    jobs: Sequence[tuple[Plan, int]],
    *,
    workers: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[SimulatedScan]:
    """Scans of (plan, seed) pairs, in order, on several processes; 1: in this one."""
    if workers <= 1:
        for done, job in enumerate(jobs, start=1):
            yield _job(job)
            progress(done, len(jobs))
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        for done, scan in enumerate(pool.imap(_job, jobs, chunksize=2), start=1):
            yield scan
            progress(done, len(jobs))


def _job(job: tuple[Plan, int]) -> SimulatedScan:
    return simulate(job[0], seed=job[1])


def megavolts(plan: Plan) -> tuple[float, ...]:
    return (plan.low_megavolt, plan.megavolt) if plan.low_megavolt else (plan.megavolt,)


def _containers(plan: Plan, rng: np.random.Generator) -> list[Container]:
    deck = rng.uniform(1.1, 1.5)
    step = LENGTHS_M[plan.length_ft] + rng.uniform(0.05, 0.4)
    return [
        Container(
            length_ft=plan.length_ft,
            high_cube=plan.high_cube,
            x_m=number * step,
            floor_z_m=deck,
            reefer=heading.startswith("02"),
        )
        for number, heading in enumerate(plan.headings)
    ]


def _view(plan: Plan, containers: Sequence[Container], rng: np.random.Generator) -> View:
    left = -rng.uniform(0.8, 6.5)
    right = containers[-1].x_m + containers[-1].length_m + rng.uniform(0.6, 2.5)
    near = plan.source_m / (plan.source_m - HALF_WIDTH_M)
    roof = containers[0].floor_z_m + containers[0].height_m
    top = plan.source_height_m + (roof - plan.source_height_m) * near + rng.uniform(0.1, 0.6)
    bottom = rng.uniform(0.0, 0.6)
    return View(
        left_m=left,
        top_m=top,
        columns=int((right - left) / plan.pitch_x_m),
        rows=int((top - bottom) / plan.pitch_z_m),
        pitch_x_m=plan.pitch_x_m,
        pitch_z_m=plan.pitch_z_m,
        source_m=plan.source_m,
        source_height_m=plan.source_height_m,
    )


def _placed(
    hidden: Sequence[Hidden],
    view: View,
    wobble: Wobble,
    *,
    recorded: _Recorded,
    plan: Plan,
    container: Container,
) -> Iterator[PlacedObject]:
    floor = 1e-5
    full, clean = (-np.log(np.maximum(p, floor)) for p in (recorded.full, recorded.clean))
    for item in hidden:
        shape, solids = item.shape, item.solids
        alone = Canvas(view=view)
        for solid in solids:
            alone.add(solid)
        seen = wobble.applied(alone.areal.sum(axis=0)) > RIM_G_CM2
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        if rows.size < 2 or columns.size < 2:
            continue
        here = Box(x1=float(columns[0]), y1=float(rows[0]), x2=columns[-1] + 1.0, y2=rows[-1] + 1.0)
        inside = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        x1, x2, y1, y2, z1, z2 = extent(solids)
        yield PlacedObject(
            label=shape.label,
            shape=shape.name,
            material=shape.material,
            box=_turned(here, view, plan),
            mass_kg=sum(solid.mass_kg for solid in solids),
            size_m=(x2 - x1, y2 - y1, z2 - z1),
            contrast=float(np.abs(full[inside] - clean[inside]).mean()),
            cover=float(clean[inside].mean()),
            at_doors=bool((x1 + x2) / 2 > container.inside.x2 - DOOR_ZONE_M),
        )


def _outline(container: Container, view: View, wobble: Wobble) -> Box:
    z1, z2 = container.floor_z_m, container.floor_z_m + container.height_m
    tops = [view.row_of(y, z2) for y in (-HALF_WIDTH_M, HALF_WIDTH_M)]
    bottoms = [view.row_of(y, z1) for y in (-HALF_WIDTH_M, HALF_WIDTH_M)]
    ends = [view.column_of(x) for x in (container.x_m, container.x_m + container.length_m + 0.05)]
    columns = np.arange(view.columns)
    # Where the recorded picture shows a column of the scene, and how far down it slid there.
    x1, x2 = (float(np.interp(end, columns + wobble.along_px, columns)) for end in ends)
    slid = wobble.down_px[max(0, int(x1)) : max(int(x1) + 1, int(x2))]
    return Box(
        x1=max(0.0, x1),
        y1=max(0.0, min(tops) - float(slid.max())),
        x2=min(float(view.columns), x2),
        y2=min(float(view.rows), max(bottoms) - float(slid.min())),
    )


def _turned(here: Box, view: View, plan: Plan) -> Box:
    if plan.doors_right:
        return here
    return Box(x1=view.columns - here.x2, y1=here.y1, x2=view.columns - here.x1, y2=here.y2)


def _declared(heading: str, container: Container, stow: Stow, rng: np.random.Generator) -> Declared:
    return Declared(
        heading=heading,
        name=BY_HEADING[heading].name,
        mass_kg=float(round(stow.mass_kg * rng.normal(1, 0.01))),
        packages=stow.packages,
        length_ft=container.length_ft,
        high_cube=container.high_cube,
    )
