"""Bags, packets, cases, drums and bottles as solids around the origin, standing on z = 0."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vision.synthesis.xray_geometry import (
    Array,
    Solid,
    box,
    cylinder_along,
    cylinder_upright,
    ellipsoid,
)
from vision.synthesis.xray_physics import MATERIALS
from vision.synthesis.xray_pieces import drum
from vision.synthesis.xray_shape import Solids

STEEL, POWDER = MATERIALS["steel"], MATERIALS["powder"]


def duffels(rng: np.random.Generator) -> Solids:
    solids: Solids = []
    content = POWDER.filled(rng.uniform(0.45, 0.85))
    for _ in range(int(rng.integers(1, 7))):
        long, high = rng.uniform(0.45, 0.8), rng.uniform(0.26, 0.42)
        x, y = rng.uniform(-0.25, 0.25), rng.uniform(-0.6, 0.6)
        z = high / 2 + (0.3 if rng.random() < 0.35 else 0.0)
        solids.append(
            ellipsoid(
                content, centre=(x, y, z), radii=(long / 2, rng.uniform(0.15, 0.25), high / 2)
            )
        )
        solids.append(
            box(
                content.filled(0.5),
                x=(x - long / 2.6, x + long / 2.6),
                y=(y - 0.14, y + 0.14),
                z=(z - high / 3, z + high / 3),
            )
        )
        solids.append(
            cylinder_along(STEEL, x1=x - 0.1, x2=x + 0.1, y=y, z=z + high / 2, radius=0.004)
        )
    return solids


def rucksacks(rng: np.random.Generator) -> Solids:
    """Held out: upright bags with a flap pocket."""
    solids: Solids = []
    content = POWDER.filled(rng.uniform(0.45, 0.85))
    for _ in range(int(rng.integers(1, 5))):
        wide, high = rng.uniform(0.3, 0.42), rng.uniform(0.5, 0.75)
        x, y = rng.uniform(-0.3, 0.3), rng.uniform(-0.7, 0.7)

        def crown(xs: Array, x: float = x, w: float = wide, h: float = high) -> Array:
            return np.asarray(h - 0.2 * (2 * (xs - x) / w) ** 2)

        solids.append(
            Solid(
                material=content,
                x1=x - wide / 2,
                x2=x + wide / 2,
                y1=y - 0.13,
                y2=y + 0.13,
                z1=0.02,
                z2=crown,
            )
        )
        pocket = content.filled(0.8)
        solids.append(
            box(
                pocket, x=(x - wide / 3, x + wide / 3), y=(y + 0.13, y + 0.22), z=(0.05, high * 0.5)
            )
        )
    return solids


def bricks(rng: np.random.Generator) -> Solids:
    """A block of pressed powder in bricks of a kilogram."""
    nx, ny, nz = int(rng.integers(2, 6)), int(rng.integers(2, 9)), int(rng.integers(3, 16))
    dx, dy, dz = 0.2, 0.13, 0.045
    solids = []
    for i in range(nx):
        for k in range(nz):
            x, z = (i - nx / 2) * dx, k * dz
            body = POWDER.filled(rng.normal(1.0, 0.02))
            solids.append(
                box(
                    body,
                    x=(x, x + dx - 0.008),
                    y=(-ny * dy / 2, ny * dy / 2),
                    z=(z, z + dz - 0.004),
                )
            )
    return solids


def slabs(rng: np.random.Generator) -> Solids:
    """Held out: large flat packets in two piles."""
    solids = []
    long, deep = rng.uniform(0.25, 0.4), rng.uniform(0.3, 0.9)
    for pile in (-1, 1):
        for k in range(int(rng.integers(4, 12))):
            x = pile * (long / 2 + 0.015)
            solids.append(
                box(
                    POWDER,
                    x=(x - long / 2, x + long / 2),
                    y=(-deep / 2, deep / 2),
                    z=(k * 0.07, k * 0.07 + 0.062),
                )
            )
    return solids


def cigarette_cases(rng: np.random.Generator) -> Solids:
    nx, ny, nz = int(rng.integers(1, 5)), int(rng.integers(1, 5)), int(rng.integers(1, 5))
    dx, dy, dz = 0.62, 0.42, 0.4
    body = MATERIALS["tobacco"].filled(rng.uniform(0.9, 1.1))
    return [
        box(
            body,
            x=((i - nx / 2) * dx, (i - nx / 2) * dx + dx - 0.01),
            y=(-ny * dy / 2, ny * dy / 2),
            z=(k * dz, k * dz + dz - 0.01),
        )
        for i in range(nx)
        for k in range(nz)
    ]


def some_drums(rng: np.random.Generator) -> Solids:
    content = MATERIALS[str(rng.choice(["oil", "water", "powder"]))].filled(rng.uniform(0.7, 1.0))
    radius, high = rng.uniform(0.22, 0.3), rng.uniform(0.6, 0.95)
    solids: Solids = []
    for i in range(int(rng.integers(1, 4))):
        for j in range(int(rng.integers(1, 3))):
            solids += drum(
                (i - 1) * 2.05 * radius,
                (j - 0.5) * 2.1 * radius,
                0,
                content,
                radius=radius,
                high=high,
            )
    return solids


def barrel(rng: np.random.Generator) -> Solids:
    """Held out: a bulging barrel of plastic."""
    content = MATERIALS["water"].filled(rng.uniform(0.8, 1.0))
    r, high = rng.uniform(0.25, 0.33), rng.uniform(0.7, 1.0)
    whole = ellipsoid(content, centre=(0, 0, high / 2), radii=(r, r, high * 0.75))
    return [
        replace(whole, z1=0.0, z2=high),
        cylinder_upright(MATERIALS["polymer"], x=0, y=0, radius=r, z1=0, z2=0.02),
    ]


def gas_bottles(rng: np.random.Generator) -> Solids:
    r, high, wall = rng.uniform(0.09, 0.13), rng.uniform(0.9, 1.6), rng.uniform(0.005, 0.009)
    lying = rng.random() < 0.4
    solids: Solids = []
    for i in range(int(rng.integers(1, 6))):
        shift = (i - 1.5) * 2.15 * r
        if lying:
            x1, x2 = -high / 2, high / 2
            solids.append(cylinder_along(STEEL, x1=x1, x2=x2, y=shift, z=r, radius=r))
            solids.append(
                cylinder_along(STEEL, x1=x1, x2=x2, y=shift, z=r, radius=r - wall, sign=-1)
            )
            solids.append(
                cylinder_along(
                    STEEL.filled(0.8), x1=high / 2, x2=high / 2 + 0.12, y=shift, z=r, radius=0.03
                )
            )
        else:
            solids.append(cylinder_upright(STEEL, x=shift, y=0, radius=r, z1=0, z2=high))
            solids.append(
                cylinder_upright(
                    STEEL, x=shift, y=0, radius=r - wall, z1=0.02, z2=high - 0.01, sign=-1
                )
            )
            solids.append(ellipsoid(STEEL.filled(0.25), centre=(shift, 0, high), radii=(r, r, 0.1)))
            solids.append(
                cylinder_upright(
                    STEEL.filled(0.8), x=shift, y=0, radius=0.03, z1=high, z2=high + 0.2
                )
            )
    return solids


def tank(rng: np.random.Generator) -> Solids:
    """Held out: a short fat bottle with a foot ring and a guard."""
    r, high = rng.uniform(0.15, 0.2), rng.uniform(0.45, 0.7)
    return [
        ellipsoid(STEEL, centre=(0, 0, high / 2), radii=(r, r, high / 2)),
        ellipsoid(
            STEEL, centre=(0, 0, high / 2), radii=(r - 0.004, r - 0.004, high / 2 - 0.004), sign=-1
        ),
        cylinder_upright(
            MATERIALS["oil"].filled(0.5), x=0, y=0, radius=r - 0.02, z1=0.05, z2=high / 2
        ),
        cylinder_upright(STEEL.filled(0.1), x=0, y=0, radius=r * 0.7, z1=0, z2=0.06),
        cylinder_upright(
            STEEL.filled(0.15), x=0, y=0, radius=r * 0.5, z1=high - 0.02, z2=high + 0.12
        ),
    ]
