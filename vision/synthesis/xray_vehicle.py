"""Passenger cars and light vans as solids: sheet steel outline, engine, wheels, seats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vision.synthesis.xray_geometry import (
    Array,
    Solid,
    box,
    cylinder_across,
    cylinder_along,
)
from vision.synthesis.xray_physics import MATERIALS

STEEL, POLYMER, GLASS = MATERIALS["steel"], MATERIALS["polymer"], MATERIALS["glass"]
RUBBER, FOAM = MATERIALS["rubber"], MATERIALS["foam"]
SKIN_M = 0.0022
SILL_M = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A side view as shares of length and height, front at 0: top line, belt line."""

    top: tuple[tuple[float, float], ...]
    belt: float
    length_m: tuple[float, float]
    height_m: tuple[float, float]
    boxy: bool = False


# Points of the top line: share of the length, share of the height.
# fmt: off
OUTLINES: dict[str, Outline] = {
    "sedan": Outline(
        top=((0, .42), (.03, .52), (.27, .64), (.42, .97), (.52, 1), (.68, .96), (.84, .68),
             (.98, .64), (1, .45)),
        belt=0.64, length_m=(4.2, 4.9), height_m=(1.4, 1.5)),
    "hatchback": Outline(
        top=((0, .4), (.03, .5), (.25, .62), (.42, .96), (.55, 1), (.82, .95), (.95, .66),
             (1, .45)),
        belt=0.62, length_m=(3.5, 4.3), height_m=(1.42, 1.58)),
    "suv": Outline(
        top=((0, .42), (.02, .56), (.26, .63), (.38, .96), (.5, 1), (.9, .97), (.97, .66), (1, .4)),
        belt=0.62, length_m=(4.3, 5.0), height_m=(1.65, 1.95)),
    "estate": Outline(
        top=((0, .42), (.03, .52), (.27, .64), (.4, .97), (.5, 1), (.87, .97), (.98, .66),
             (1, .42)),
        belt=0.64, length_m=(4.4, 4.9), height_m=(1.42, 1.55)),
    "pickup": Outline(
        top=((0, .42), (.02, .54), (.24, .6), (.34, .96), (.42, 1), (.55, .97), (.6, .62),
             (.99, .6), (1, .4)),
        belt=0.6, length_m=(4.9, 5.4), height_m=(1.7, 1.85)),
    "van": Outline(
        top=((0, .35), (.02, .48), (.12, .58), (.27, .95), (.35, 1), (.98, .99), (1, .4)),
        belt=0.55, length_m=(4.4, 5.3), height_m=(1.8, 2.05), boxy=True),
    "coupe": Outline(
        top=((0, .42), (.04, .52), (.35, .66), (.52, .98), (.58, 1), (.86, .72), (.98, .68),
             (1, .45)),
        belt=0.66, length_m=(4.2, 4.7), height_m=(1.25, 1.38)),
}
# fmt: on


def vehicle(kind: str, rng: np.random.Generator) -> list[Solid]:
    """One car of a kind of `OUTLINES`, about x = 0, either end first, 700 to 2,200 kg."""
    outline = OUTLINES[kind]
    long, high = rng.uniform(*outline.length_m), rng.uniform(*outline.height_m)
    wide = rng.uniform(1.62, 1.84)
    shares = np.array(outline.top)
    xs_known, zs_known = shares[:, 0] * long, shares[:, 1] * high

    def top(xs: Array) -> Array:
        return np.interp(xs, xs_known, zs_known)

    solids = [
        *_body(outline, top, long, high, wide),
        *_drive_train(long, wide, rng),
        *_inside(outline, long, high, wide, rng),
    ]
    if rng.random() < 0.25:
        solids = [s for s in solids if s.material.name != "glass"]
    solids = [solid.moved(-long / 2, 0, 0) for solid in solids]
    return [_mirrored(solid) for solid in solids] if rng.random() < 0.5 else solids


def _mirrored(solid: Solid) -> Solid:
    def flip(edge: float | Callable[[Array], Array]) -> float | Callable[[Array], Array]:
        return (lambda xs: edge(-xs)) if callable(edge) else edge

    return replace(
        solid,
        x1=-solid.x2,
        x2=-solid.x1,
        y1=flip(solid.y1),
        y2=flip(solid.y2),
        z1=flip(solid.z1),
        z2=flip(solid.z2),
    )


def _side(
    outline: Outline,
    top: Callable[[Array], Array],
    side: int,
    *,
    long: float,
    high: float,
    wide: float,
) -> list[Solid]:
    """Doors, sill, windows and pillars on one side: -1 is the nearer one."""
    half, sill, belt = wide / 2, SILL_M, outline.belt * high
    glass_from = belt if not outline.boxy else high * 0.62

    def below_belt(xs: Array) -> Array:
        return np.minimum(top(xs), glass_from)

    solids = []
    y1, y2 = sorted((side * half, side * (half - 0.004)))
    solids.append(
        Solid(material=STEEL.filled(0.75), x1=0.0, x2=long, y1=y1, y2=y2, z1=sill, z2=below_belt)
    )
    trim = sorted((side * (half - 0.02), side * (half - 0.004)))
    solids.append(
        Solid(
            material=POLYMER.filled(0.6),
            x1=long * 0.3,
            x2=long * 0.8,
            y1=trim[0],
            y2=trim[1],
            z1=sill + 0.1,
            z2=below_belt,
        )
    )
    solids.append(
        box(
            STEEL.filled(0.16),
            x=(long * 0.2, long * 0.82),
            y=sorted_pair(side * half, side * (half - 0.12)),
            z=(sill, sill + 0.12),
        )
    )
    solids.append(
        Solid(
            material=GLASS,
            x1=long * 0.35,
            x2=long * 0.88,
            y1=y1,
            y2=y1 + 0.004,
            z1=glass_from,
            z2=top,
        )
    )
    for share in (0.52, 0.72) if not outline.boxy else (0.36, 0.6):
        x = share * long
        pillar = sorted_pair(side * half, side * (half - 0.07))
        solids.append(
            Solid(
                material=STEEL.filled(0.2),
                x1=x,
                x2=x + 0.1,
                y1=pillar[0],
                y2=pillar[1],
                z1=belt,
                z2=top,
            )
        )
    return solids


def _body(
    outline: Outline, top: Callable[[Array], Array], long: float, high: float, wide: float
) -> list[Solid]:
    half, sill = wide / 2, SILL_M
    solids = [
        solid
        for side in (-1, 1)
        for solid in _side(outline, top, side, long=long, high=high, wide=wide)
    ]
    inner = half - 0.06
    # The skin over the car, seen edge-on: windscreens are slanted glass and look alike.
    solids.append(
        Solid(
            material=STEEL,
            x1=0.0,
            x2=long,
            y1=-inner,
            y2=inner,
            z1=lambda xs: top(xs) - SKIN_M,
            z2=top,
        )
    )
    solids.append(
        box(STEEL, x=(long * 0.05, long * 0.95), y=(-inner, inner), z=(sill, sill + 0.002))
    )
    for x in (0.02, long - 0.1):
        solids.append(
            box(STEEL.filled(0.1), x=(x, x + 0.08), y=(-half + 0.1, half - 0.1), z=(0.38, 0.5))
        )
        solids.append(box(POLYMER.filled(0.3), x=(x, x + 0.08), y=(-half, half), z=(0.25, 0.6)))
    return solids


def sorted_pair(a: float, b: float) -> tuple[float, float]:
    return (a, b) if a < b else (b, a)


def _drive_train(long: float, wide: float, rng: np.random.Generator) -> list[Solid]:
    front, rear, radius = long * 0.19, long * 0.79, rng.uniform(0.29, 0.37)
    track = wide / 2 - 0.2
    deep = rng.uniform(0.4, 0.7)
    solids = [
        box(
            STEEL.filled(0.38), x=(front - 0.25, front + deep - 0.25), y=(-0.3, 0.3), z=(0.3, 0.85)
        ),
        box(
            MATERIALS["aluminium"].filled(0.6),
            x=(front - 0.15, front + 0.35),
            y=(0.1, 0.5),
            z=(0.22, 0.5),
        ),
        box(MATERIALS["aluminium"].filled(0.3), x=(0.18, 0.24), y=(-0.4, 0.4), z=(0.3, 0.75)),
        box(
            MATERIALS["lead"].filled(0.2),
            x=(front + 0.3, front + 0.5),
            y=(-0.6, -0.42),
            z=(0.6, 0.8),
        ),
        cylinder_along(
            STEEL.filled(0.12), x1=front + 0.4, x2=long * 0.95, y=0.2, z=0.24, radius=0.04
        ),
        cylinder_along(
            STEEL.filled(0.15), x1=long * 0.82, x2=long * 0.95, y=0.35, z=0.28, radius=0.1
        ),
        box(
            MATERIALS["oil"].filled(rng.uniform(0.1, 0.8)),
            x=(rear - 0.75, rear - 0.3),
            y=(-0.45, 0.45),
            z=(0.22, 0.42),
        ),
    ]
    for x in (front, rear):
        solids.append(
            box(STEEL.filled(0.15), x=(x - 0.06, x + 0.06), y=(-track, track), z=(0.26, 0.36))
        )
        for side in (-track, track):
            solids += _wheel(x, side, radius)
    return solids


def _wheel(x: float, side: float, radius: float) -> list[Solid]:
    """Tyre, rim, brake and strut; `side` is the middle of the wheel across the car."""
    solids = []
    y1, y2 = side - 0.1, side + 0.1
    solids.append(cylinder_across(RUBBER.filled(0.7), x=x, z=radius, radius=radius, y1=y1, y2=y2))
    solids.append(
        cylinder_across(
            RUBBER.filled(0.7), x=x, z=radius, radius=radius * 0.72, y1=y1, y2=y2, sign=-1
        )
    )
    solids.append(
        cylinder_across(STEEL.filled(0.05), x=x, z=radius, radius=radius * 0.7, y1=y1, y2=y2)
    )
    solids.append(
        cylinder_across(
            STEEL.filled(0.45), x=x, z=radius, radius=0.13, y1=side - 0.03, y2=side + 0.03
        )
    )
    solids.append(
        box(
            STEEL.filled(0.25),
            x=(x - 0.05, x + 0.05),
            y=(side - 0.05, side + 0.05),
            z=(radius, radius + 0.4),
        )
    )
    return solids


def _inside(
    outline: Outline, long: float, high: float, wide: float, rng: np.random.Generator
) -> list[Solid]:
    seat = 0.32 * high
    solids = [
        box(
            POLYMER.filled(0.12),
            x=(long * 0.31, long * 0.38),
            y=(-wide * 0.42, wide * 0.42),
            z=(0.5, outline.belt * high),
        ),
        cylinder_across(STEEL.filled(0.3), x=long * 0.42, z=0.75, radius=0.05, y1=-0.5, y2=-0.1),
    ]
    rows = (0.5, 0.68) if outline.belt < 0.65 and not outline.boxy else (0.45,)
    for share in rows:
        for y in (-0.62, 0.12):
            x = share * long
            frame, padding = STEEL.filled(0.015), FOAM.filled(1.6)
            for material in (frame, padding):
                solids.append(
                    box(material, x=(x - 0.35, x + 0.12), y=(y, y + 0.5), z=(seat, seat + 0.16))
                )
                solids.append(
                    box(material, x=(x + 0.08, x + 0.22), y=(y, y + 0.5), z=(seat, seat + 0.62))
                )
    if rng.random() < 0.7:
        x, z = long * 0.9, 0.3
        solids.append(
            box(RUBBER.filled(0.4), x=(x - 0.3, x + 0.05), y=(-0.3, 0.3), z=(z, z + 0.18))
        )
    return solids
