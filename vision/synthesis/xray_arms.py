"""Weapons and dense shields as solids around the origin, standing on z = 0."""

from __future__ import annotations

import numpy as np

from vision.synthesis.xray_geometry import box, cylinder_along, cylinder_upright, ellipsoid
from vision.synthesis.xray_physics import MATERIALS
from vision.synthesis.xray_shape import Solids, moved, several, tilted

STEEL, LEAD = MATERIALS["steel"], MATERIALS["lead"]


def rifle(rng: np.random.Generator) -> Solids:
    long = rng.uniform(0.85, 1.1)
    stock = MATERIALS["wood" if rng.random() < 0.5 else "polymer"]
    turn = rng.uniform(-0.35, 0.35)

    def one() -> Solids:
        parts = [
            cylinder_along(STEEL.filled(0.85), x1=-long / 2, x2=0.08, y=0, z=0.06, radius=0.011),
            box(STEEL.filled(0.5), x=(-0.05, 0.25), y=(-0.02, 0.02), z=(0.02, 0.085)),
            box(stock, x=(0.25, long / 2), y=(-0.022, 0.022), z=(-0.06, 0.05)),
            box(STEEL.filled(0.4), x=(0.02, 0.09), y=(-0.015, 0.015), z=(-0.17, 0.02)),
            box(stock, x=(0.19, 0.24), y=(-0.015, 0.015), z=(-0.09, 0.02)),
            box(stock, x=(-0.3, -0.05), y=(-0.025, 0.025), z=(0.03, 0.09)),
        ]
        return moved([tilted(part, turn) for part in parts], 0, 0, 0.4)

    return several(rng, one, most=12, gap_m=0.03)


def pistols(rng: np.random.Generator) -> Solids:
    turn = rng.uniform(-0.3, 0.3)

    def one() -> Solids:
        parts = [
            box(STEEL.filled(0.75), x=(-0.1, 0.1), y=(-0.014, 0.014), z=(0.1, 0.14)),
            box(STEEL.filled(0.5), x=(0.03, 0.08), y=(-0.016, 0.016), z=(0.0, 0.1)),
            box(STEEL.filled(0.5), x=(-0.02, 0.03), y=(-0.01, 0.01), z=(0.07, 0.1)),
        ]
        return moved([tilted(part, turn) for part in parts], 0, 0, 0.05)

    return several(rng, one, most=30, gap_m=0.02)


def carbine(rng: np.random.Generator) -> Solids:
    """Held out: a short weapon with a long magazine and a folding stock."""
    turn = rng.uniform(-0.35, 0.35)

    def one() -> Solids:
        parts = [
            cylinder_along(STEEL.filled(0.8), x1=-0.33, x2=-0.05, y=0, z=0.05, radius=0.015),
            box(STEEL.filled(0.55), x=(-0.1, 0.2), y=(-0.02, 0.02), z=(0.02, 0.08)),
            box(STEEL.filled(0.35), x=(-0.03, 0.01), y=(-0.014, 0.014), z=(-0.22, 0.02)),
            box(MATERIALS["polymer"], x=(0.1, 0.14), y=(-0.015, 0.015), z=(-0.1, 0.02)),
            box(STEEL.filled(0.6), x=(0.2, 0.42), y=(-0.01, 0.01), z=(0.05, 0.065)),
            box(STEEL.filled(0.6), x=(0.4, 0.42), y=(-0.01, 0.01), z=(-0.05, 0.065)),
        ]
        return moved([tilted(part, turn) for part in parts], 0, 0, 0.4)

    return several(rng, one, most=12, gap_m=0.03)


def shield_box(rng: np.random.Generator) -> Solids:
    a, b, c = rng.uniform(0.15, 0.6, 3)
    wall = rng.uniform(0.02, 0.08)
    outer = box(LEAD, x=(-a / 2, a / 2), y=(-b / 2, b / 2), z=(0, c))
    if min(a, b, c) < 3 * wall:
        return [outer]
    inner = box(
        LEAD,
        x=(-a / 2 + wall, a / 2 - wall),
        y=(-b / 2 + wall, b / 2 - wall),
        z=(wall, c - wall),
        sign=-1,
    )
    return [outer, inner]


def shield_ball(rng: np.random.Generator) -> Solids:
    r = rng.uniform(0.1, 0.3)
    return [
        ellipsoid(LEAD, centre=(0, 0, r), radii=(r, r, r)),
        ellipsoid(LEAD, centre=(0, 0, r), radii=(r / 3, r / 3, r / 3), sign=-1),
    ]


def shield_pot(rng: np.random.Generator) -> Solids:
    r, high = rng.uniform(0.1, 0.3), rng.uniform(0.2, 0.7)
    wall = rng.uniform(0.3, 0.8) * r
    return [
        cylinder_upright(LEAD, x=0, y=0, radius=r, z1=0, z2=high),
        cylinder_upright(LEAD, x=0, y=0, radius=r - wall, z1=wall, z2=high - wall, sign=-1),
    ]


def shield_cask(rng: np.random.Generator) -> Solids:
    """Held out: tungsten along the truck, with thick end plates and a foot."""
    metal = MATERIALS["tungsten"]
    r, long = rng.uniform(0.08, 0.2), rng.uniform(0.25, 0.7)
    z = r * 1.3 + 0.03
    return [
        cylinder_along(metal, x1=-long / 2, x2=long / 2, y=0, z=z, radius=r),
        cylinder_along(metal, x1=-long / 2 - 0.04, x2=-long / 2, y=0, z=z, radius=r * 1.3),
        cylinder_along(metal, x1=long / 2, x2=long / 2 + 0.04, y=0, z=z, radius=r * 1.3),
        box(STEEL, x=(-long / 2, long / 2), y=(-r, r), z=(0, 0.03)),
    ]
