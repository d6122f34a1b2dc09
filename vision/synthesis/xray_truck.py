"""Containers as solids, with the sizes of ISO 668 and ISO 1496-1.

x runs from the front wall of the (first) container at 0 towards its doors, the tractor is at
negative x; heights are over the ground. Steel that is a tube or a folded sheet is a box filled by
the share that the sheet takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vision.synthesis.xray_geometry import (
    Array,
    Solid,
    box,
    cylinder_along,
    cylinder_upright,
)
from vision.synthesis.xray_physics import MATERIALS

STEEL, WOOD = MATERIALS["steel"], MATERIALS["wood"]
LENGTHS_M = {20: 6.058, 40: 12.192, 45: 13.716}
HALF_WIDTH_M = 1.219
INNER_HALF_M = 1.17
FLOOR_M = 0.17
CORRUGATION_M = 0.278


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A box in metres: the inside of a container, or a part of it."""

    x1: float
    x2: float
    y1: float
    y2: float
    z1: float
    z2: float

    @property
    def size_m(self) -> tuple[float, float, float]:
        return self.x2 - self.x1, self.y2 - self.y1, self.z2 - self.z1


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A dry van: `x_m` is its front wall, `floor_z_m` the underside of its bottom rail."""

    length_ft: int
    high_cube: bool
    x_m: float
    floor_z_m: float
    reefer: bool = False

    @property
    def length_m(self) -> float:
        return LENGTHS_M[self.length_ft]

    @property
    def height_m(self) -> float:
        return 2.896 if self.high_cube else 2.591

    @property
    def tare_kg(self) -> float:
        """Usual tare; ISO 668 leaves it to the maker."""
        return {20: 2250.0, 40: 3750.0, 45: 4700.0}[self.length_ft] + 150 * self.high_cube

    @property
    def inside(self) -> Space:
        front = 0.5 if self.reefer else 0.06
        return Space(
            x1=self.x_m + front,
            x2=self.x_m + self.length_m - 0.08,
            y1=-INNER_HALF_M,
            y2=INNER_HALF_M,
            z1=self.floor_z_m + FLOOR_M,
            z2=self.floor_z_m + self.height_m - 0.1,
        )


def container_solids(container: Container, rng: np.random.Generator) -> list[Solid]:
    """Walls, roof, floor, posts, castings, doors."""
    x1, x2 = container.x_m, container.x_m + container.length_m
    z1, z2 = container.floor_z_m, container.floor_z_m + container.height_m
    solids = [*_walls(x1, x2, z1, z2, rng), *_floor(x1, x2, z1, rng), *_doors(x2, z1, z2)]
    # The roof: a corrugated sheet with its headers.
    solids.append(
        box(
            STEEL, x=(x1, x2), y=(-1.18, 1.18), z=(z2 - 0.012, z2 - 0.012 + rng.uniform(2, 3) / 1e3)
        )
    )
    for x, wide in ((x1, 0.08), (x2 - 0.1, 0.1)):
        solids.append(
            box(STEEL.filled(0.12), x=(x, x + wide), y=(-1.1, 1.1), z=(z2 - 0.1, z2 - 0.01))
        )
        solids.append(box(STEEL.filled(0.12), x=(x, x + wide), y=(-1.1, 1.1), z=(z1, z1 + 0.12)))
    if container.reefer:
        solids += _reefer(container)
    return solids


def _walls(x1: float, x2: float, z1: float, z2: float, rng: np.random.Generator) -> list[Solid]:
    sheet = rng.uniform(1.5, 2.1) / 1000
    solids = []
    for side in (-1, 1):
        phase, y = rng.uniform(0, CORRUGATION_M), side * 1.19

        def wall(xs: Array, phase: float = phase, y: float = y) -> Array:
            # A quarter of the pitch each: outer flat, slope, inner flat, slope; a slope's sheet
            # is longer on its way across.
            turn = np.mod((xs + phase) / CORRUGATION_M, 0.5)
            return np.asarray(y + sheet * (1 + 0.35 * (turn < 0.25)))

        solids.append(
            Solid(
                material=STEEL,
                x1=x1 + 0.1,
                x2=x2 - 0.1,
                y1=y,
                y2=wall,
                z1=z1 + 0.15,
                z2=z2 - 0.05,
            )
        )
        near = (min(y, side * HALF_WIDTH_M), max(y, side * HALF_WIDTH_M))
        solids.append(box(STEEL.filled(0.22), x=(x1, x2), y=near, z=(z2 - 0.06, z2)))
        solids.append(box(STEEL.filled(0.2), x=(x1, x2), y=near, z=(z1, z1 + 0.16)))
        post = (side * 1.12, side * HALF_WIDTH_M)
        across = (min(post), max(post))
        for x, wide in ((x1, 0.13), (x2 - 0.16, 0.16)):
            solids.append(box(STEEL.filled(0.3), x=(x, x + wide), y=across, z=(z1, z2)))
            for z in (z1, z2 - 0.118):
                casting = (x if x == x1 else x2 - 0.178, x + 0.178 if x == x1 else x2)
                solids.append(box(STEEL.filled(0.45), x=casting, y=across, z=(z, z + 0.118)))
    # The front wall is a corrugated sheet across.
    solids.append(
        box(STEEL.filled(0.05), x=(x1 + 0.02, x1 + 0.065), y=(-1.12, 1.12), z=(z1 + 0.1, z2 - 0.1))
    )
    return solids


def _floor(x1: float, x2: float, z1: float, rng: np.random.Generator) -> list[Solid]:
    solids = [
        box(WOOD.filled(1.2), x=(x1 + 0.05, x2 - 0.05), y=(-1.17, 1.17), z=(z1 + 0.13, z1 + 0.158))
    ]
    step = rng.uniform(0.27, 0.34)
    for x in np.arange(x1 + 0.2, x2 - 0.15, step):
        solids.append(box(STEEL, x=(x, x + 0.0042), y=(-1.18, 1.18), z=(z1 + 0.01, z1 + 0.13)))
        for z in (z1 + 0.01, z1 + 0.126):
            solids.append(box(STEEL, x=(x, x + 0.045), y=(-1.18, 1.18), z=(z, z + 0.004)))
    return solids


def _doors(x2: float, z1: float, z2: float) -> list[Solid]:
    solids = [
        box(STEEL.filled(0.05), x=(x2 - 0.07, x2 - 0.02), y=(-1.13, 1.13), z=(z1 + 0.1, z2 - 0.1))
    ]
    for y in (-0.85, -0.35, 0.35, 0.85):
        solids.append(
            cylinder_upright(STEEL.filled(0.4), x=x2 + 0.03, y=y, radius=0.017, z1=z1, z2=z2)
        )
        for z in np.linspace(z1 + 0.3, z2 - 0.3, 4):
            solids.append(
                box(STEEL.filled(0.4), x=(x2, x2 + 0.06), y=(y - 0.06, y + 0.06), z=(z, z + 0.05))
            )
    return solids


def _reefer(container: Container) -> list[Solid]:
    x1, z1 = container.x_m, container.floor_z_m
    foam, copper = MATERIALS["foam"], MATERIALS["copper"]
    x2, z2 = x1 + container.length_m, z1 + container.height_m
    solids = [
        box(foam.filled(1.0), x=(x1 + 0.4, x2), y=(side, side + 0.06), z=(z1 + 0.15, z2))
        for side in (-1.18, 1.12)
    ]
    solids.append(box(STEEL.filled(0.12), x=(x1, x1 + 0.4), y=(-1.0, 1.0), z=(z1 + 0.2, z1 + 0.9)))
    solids.append(
        box(copper.filled(0.06), x=(x1 + 0.05, x1 + 0.35), y=(-0.9, 0.9), z=(z1 + 1.1, z1 + 1.8))
    )
    solids.append(
        cylinder_upright(
            STEEL.filled(0.6), x=x1 + 0.2, y=0.2, radius=0.16, z1=z1 + 0.25, z2=z1 + 0.7
        )
    )
    solids.append(
        cylinder_along(STEEL.filled(0.3), x1=x1 + 0.1, x2=x1 + 0.3, y=-0.3, z=z1 + 2.1, radius=0.22)
    )
    return solids
