"""Skeletal trailers and tractors as solids; the deck lies under the container at x = 0."""

from __future__ import annotations

import numpy as np

from vision.synthesis.xray_geometry import Solid, box, cylinder_across, cylinder_upright
from vision.synthesis.xray_physics import MATERIALS

STEEL, RUBBER = MATERIALS["steel"], MATERIALS["rubber"]


def chassis_solids(x1: float, x2: float, top_m: float, rng: np.random.Generator) -> list[Solid]:
    """A skeletal trailer under containers from x1 to x2, with its axles at the rear."""
    front, rear = x1 - rng.uniform(0.1, 1.2), x2 + rng.uniform(0.05, 0.5)
    high = rng.uniform(0.28, 0.5)
    neck = x1 + rng.uniform(2.2, 3.4)
    solids = []
    for y in (-0.48, 0.48):
        for a, b, deep in ((front, neck, 0.17), (neck, rear, high)):
            web = (top_m - deep, top_m - 0.02)
            solids.append(box(STEEL, x=(a, b), y=(y - 0.004, y + 0.004), z=web))
            for z in (top_m - deep, top_m - 0.03):
                solids.append(box(STEEL, x=(a, b), y=(y - 0.07, y + 0.07), z=(z, z + 0.014)))
    for x in np.arange(front + 0.2, rear, rng.uniform(0.7, 1.5)):
        solids.append(
            box(STEEL.filled(0.2), x=(x, x + 0.07), y=(-0.5, 0.5), z=(top_m - 0.16, top_m - 0.04))
        )
    for x in (x1 + 0.02, x2 - 0.2):
        solids.append(
            box(STEEL.filled(0.3), x=(x, x + 0.18), y=(-1.2, 1.2), z=(top_m - 0.14, top_m))
        )
    for x in np.arange(neck, rear - 4, rng.uniform(1.8, 2.9)):
        leg = rng.uniform(0.05, 0.1)
        solids.append(
            box(STEEL.filled(0.35), x=(x, x + leg), y=(-0.7, -0.6), z=(0.35, top_m - 0.2))
        )
    spacing, axles = 1.31, int(rng.integers(2, 4))
    first = rear - rng.uniform(0.6, 1.6) - spacing * (axles - 1)
    for axle in range(axles):
        solids += wheel_pair(first + axle * spacing, rng)
    solids += _hangings(neck, first - 0.8, top_m, rng)
    return solids


def wheel_pair(x: float, rng: np.random.Generator, *, radius: float = 0.51) -> list[Solid]:
    """Twin tyres on both sides, brake drums, and the axle between them."""
    solids = []
    z = radius
    for side in (-1, 1):
        for y in (side * 0.78, side * 1.08):
            y1, y2 = y - 0.13, y + 0.13
            solids.append(
                cylinder_across(RUBBER.filled(0.9), x=x, z=z, radius=radius, y1=y1, y2=y2)
            )
            solids.append(
                cylinder_across(
                    RUBBER.filled(0.9),
                    x=x,
                    z=z,
                    radius=radius - 0.05,
                    y1=y1 + 0.02,
                    y2=y2 - 0.02,
                    sign=-1,
                )
            )
            solids.append(cylinder_across(STEEL.filled(0.1), x=x, z=z, radius=0.29, y1=y1, y2=y2))
        y1, y2 = sorted((side * 0.62, side * 0.95))
        solids.append(cylinder_across(STEEL.filled(0.5), x=x, z=z, radius=0.2, y1=y1, y2=y2))
    solids.append(cylinder_across(STEEL.filled(0.4), x=x, z=z, radius=0.075, y1=-1.0, y2=1.0))
    solids.append(
        box(STEEL.filled(0.3), x=(x - 0.45, x + 0.35), y=(-0.55, -0.45), z=(z + 0.1, z + 0.18))
    )
    solids.append(
        cylinder_upright(RUBBER.filled(0.3), x=x + 0.35, y=0.5, radius=0.13, z1=z, z2=z + 0.3)
    )
    return solids


def _hangings(x1: float, x2: float, top_m: float, rng: np.random.Generator) -> list[Solid]:
    """What hangs under a trailer: air tanks, boxes, a spare wheel."""
    solids = []
    for _ in range(int(rng.integers(1, 4))):
        x = rng.uniform(x1, max(x2, x1 + 0.5))
        z = top_m - rng.uniform(0.5, 0.75)
        if rng.random() < 0.5:
            solids.append(
                cylinder_across(STEEL.filled(0.05), x=x, z=z, radius=0.2, y1=-0.4, y2=0.5)
            )
        else:
            solids.append(
                box(STEEL.filled(0.03), x=(x, x + 0.7), y=(0.6, 1.1), z=(z - 0.2, z + 0.25))
            )
    return solids


def tractor_solids(x2: float, rng: np.random.Generator, *, cab: bool) -> list[Solid]:
    """The tractor in front of x2: frame, drive axles, tanks; with a cab and engine or without."""
    solids = []
    length = rng.uniform(3.6, 5.6)
    x1 = x2 - length
    for y in (-0.4, 0.4):
        solids.append(box(STEEL, x=(x1, x2 + 0.8), y=(y - 0.004, y + 0.004), z=(0.65, 0.93)))
        for z in (0.65, 0.92):
            solids.append(box(STEEL, x=(x1, x2 + 0.8), y=(y - 0.05, y + 0.05), z=(z, z + 0.01)))
    for x in (x2 - 0.3, x2 + 1.05)[: int(rng.integers(1, 3))]:
        solids += wheel_pair(x, rng)
        solids.append(box(STEEL.filled(0.7), x=(x - 0.2, x + 0.2), y=(-0.25, 0.25), z=(0.4, 0.75)))
    solids.append(box(STEEL.filled(0.3), x=(x2 - 0.2, x2 + 0.9), y=(-0.45, 0.45), z=(0.95, 1.15)))
    tank = (x1 + 1.6, x1 + 1.6 + rng.uniform(0.8, 1.3))
    solids.append(
        box(MATERIALS["oil"].filled(rng.uniform(0.3, 0.9)), x=tank, y=(0.7, 1.2), z=(0.5, 1.0))
    )
    solids.append(box(MATERIALS["steel"].filled(0.03), x=tank, y=(-1.2, -0.7), z=(0.45, 1.0)))
    if cab:
        solids += _cab(x1, rng)
    return solids


def _cab(x1: float, rng: np.random.Generator) -> list[Solid]:
    polymer, glass = MATERIALS["polymer"], MATERIALS["glass"]
    high, long = rng.uniform(2.7, 3.7), rng.uniform(1.7, 2.3)
    solids = wheel_pair(x1 + 1.0, rng)[:6]
    solids.append(box(STEEL.filled(0.55), x=(x1 + 0.7, x1 + 1.7), y=(-0.4, 0.4), z=(0.7, 1.4)))
    solids.append(box(STEEL.filled(0.25), x=(x1 + 0.1, x1 + 0.25), y=(-0.9, 0.9), z=(0.5, 1.5)))
    for y in (-1.2, 1.197):
        solids.append(box(STEEL, x=(x1, x1 + long), y=(y, y + 0.003), z=(0.9, high)))
        solids.append(box(polymer, x=(x1, x1 + long), y=(y, y + 0.012), z=(0.9, high)))
    solids.append(box(STEEL.filled(0.02), x=(x1, x1 + long), y=(-1.2, 1.2), z=(high - 0.06, high)))
    solids.append(box(glass.filled(0.12), x=(x1, x1 + 0.05), y=(-1.1, 1.1), z=(1.6, high - 0.4)))
    solids.append(box(polymer.filled(0.25), x=(x1 + 0.1, x1 + 0.5), y=(-1.0, 1.0), z=(1.2, 1.6)))
    for y in (-0.8, 0.3):
        solids.append(
            box(MATERIALS["foam"].filled(2), x=(x1 + 0.9, x1 + 1.4), y=(y, y + 0.5), z=(1.2, 2.1))
        )
    return solids
