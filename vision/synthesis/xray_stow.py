"""How goods fill a container: stacked boxes, sacks, heaps, and what all loads have in common.

Densities and sizes are usual ones of the trade, wide on purpose; none is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vision.synthesis.xray_geometry import Array, Solid, box
from vision.synthesis.xray_physics import MATERIALS, Material
from vision.synthesis.xray_truck import Space

# A container may carry this much, in kg, whatever its volume allows.
PAYLOAD_KG = 27_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stow:
    """A load as it stands.

    Attributes:
        solids: what it is made of.
        bulk: the load as one even mass, for what an object in it displaces.
        top_m: height of its top at each x, (C,) -> (C,).
        packages: how many, as its papers would say; 0 for bulk.
    """

    solids: tuple[Solid, ...]
    bulk: Material
    top_m: Callable[[Array], Array]
    packages: int

    @property
    def mass_kg(self) -> float:
        return sum(solid.mass_kg for solid in self.solids)


Builder = Callable[[Space, np.random.Generator], Stow]


def stepped(space: Space, edges: list[float], tops: list[float]) -> Callable[[Array], Array]:
    """Height that is constant between edges, and the floor elsewhere."""

    def top(xs: Array) -> Array:
        index = np.searchsorted(edges, xs, side="right") - 1
        inside = (index >= 0) & (index < len(tops))
        heights = np.array([*tops, space.z1])
        return np.asarray(heights[np.where(inside, index, len(tops))], dtype=np.float64)

    return top


def loaded_end(space: Space, rng: np.random.Generator, *, mass_per_m: float) -> float:
    """Where the load ends: most containers are full, none is heavier than allowed."""
    long = space.size_m[0]
    share = rng.uniform(0.93, 1.0) if rng.random() < 0.65 else rng.uniform(0.45, 0.93)
    return space.x1 + min(long * share, PAYLOAD_KG / max(mass_per_m, 1.0))


def blocks(
    unit_m: tuple[tuple[float, float], tuple[float, float], tuple[float, float]],
    material: str,
    fill: tuple[float, float],
    *,
    high: tuple[float, float] = (0.6, 0.96),
    spread: float = 0.06,
    gap_m: tuple[float, float] = (0.004, 0.02),
    pallet: bool = False,
) -> Builder:
    """Boxes in rows, tiers and files: cartons, bales, bricks, crates, boards."""

    def build(space: Space, rng: np.random.Generator) -> Stow:
        dx, dy, dz = (rng.uniform(*range_m) for range_m in unit_m)
        body = MATERIALS[material].filled(rng.uniform(*fill))
        _, wide, tall = space.size_m
        files = max(1, min(3, int(wide / dy)))
        share = rng.uniform(*high)
        mass_per_m = body.density * 1000 * wide * tall * share
        end = loaded_end(space, rng, mass_per_m=mass_per_m)
        columns, tiers = max(1, int((end - space.x1) / dx)), max(1, int(tall * share / dz))
        solids: list[Solid] = []
        edges, tops = [], []
        gap = rng.uniform(*gap_m)
        lost = rng.random() < 0.35
        half = wide / files / 2 - gap / 2
        count = 0
        for column in range(columns):
            x = space.x1 + column * dx
            fewer = lost and rng.random() < 0.15
            here = max(1, tiers - (int(rng.integers(0, max(2, tiers // 2))) if fewer else 0))
            edges.append(x)
            tops.append(space.z1 + here * dz)
            for file in range(files):
                middle = space.y1 + (file + 0.5) * wide / files
                across, along = (middle - half, middle + half), (x, x + dx - gap)
                step = (dz, gap / 2)
                solids += _pile(
                    body, along, across, space.z1, rng, tiers=here, step=step, spread=spread
                )
                count += here
                if pallet:
                    wood, low = MATERIALS["wood"].filled(0.35), (space.z1, space.z1 + 0.12)
                    solids.append(box(wood, x=along, y=across, z=low))
        edges.append(space.x1 + columns * dx)
        per_file = max(1, round(wide / files / max(dy, 0.1)))
        return Stow(
            solids=tuple(solids),
            bulk=body,
            top_m=stepped(space, edges, tops),
            packages=count * per_file,
        )

    return build


def _pile(
    body: Material,
    along: tuple[float, float],
    across: tuple[float, float],
    floor: float,
    rng: np.random.Generator,
    *,
    tiers: int,
    step: tuple[float, float],
    spread: float,
) -> list[Solid]:
    """Boxes on top of each other that lean a little; `step` is height and gap of a tier."""
    solids = []
    lean = rng.normal(0, 0.01)
    for tier in range(tiers):
        each = body.filled(max(0.2, rng.normal(1, spread)))
        shift = lean + rng.normal(0, 0.004)
        x = (along[0] + shift, along[1] + shift)
        low = floor + tier * step[0]
        solids.append(box(each, x=x, y=across, z=(low, low + step[0] - step[1])))
    return solids


def sacks(material: str, fill: tuple[float, float], *, width: tuple[float, float]) -> Builder:
    """Big bags or columns of sacks with rounded tops that lean a little."""

    def build(space: Space, rng: np.random.Generator) -> Stow:
        body = MATERIALS[material].filled(rng.uniform(*fill))
        _, wide, tall = space.size_m
        step, base = rng.uniform(*width), tall * rng.uniform(0.45, 0.92)
        end = loaded_end(space, rng, mass_per_m=body.density * 1000 * wide * base)
        solids: list[Solid] = []
        edges, tops = [], []
        x = space.x1
        while x + step < end:
            high = base * rng.uniform(0.9, 1.05) * (0.6 if rng.random() < 0.06 else 1)
            edges.append(x)
            tops.append(space.z1 + high * 0.9)
            for across in ((space.y1 + 0.03, -0.03), (0.03, space.y2 - 0.03)):
                middle = x + step / 2 + rng.normal(0, 0.015)
                half = step / 2 - rng.uniform(0.005, 0.03)
                solids += _sack_column(body, (middle, half), across, space.z1, high, rng)
            x += step
        edges.append(x)
        return Stow(
            solids=tuple(solids),
            bulk=body,
            top_m=stepped(space, edges, tops),
            packages=len(solids) * 4,
        )

    return build


def _sack_column(  # noqa: PLR0917 - private, all in metres
    body: Material,
    place: tuple[float, float],
    across: tuple[float, float],
    floor: float,
    high: float,
    rng: np.random.Generator,
) -> list[Solid]:
    """One column with a rounded top; `place` is its middle and half its length."""
    middle, half = place
    round_m, own = rng.uniform(0.08, 0.25), high * rng.uniform(0.96, 1.02)

    def crown(xs: Array) -> Array:
        side = np.clip(np.abs(xs - middle) / half, 0, 1)
        return np.asarray(floor + own - round_m * (1 - np.sqrt(1 - side**4)))

    tiers = max(1, int(own / rng.uniform(0.25, 1.1)))
    return [
        Solid(
            material=body.filled(rng.normal(1, 0.04)),
            x1=middle - half,
            x2=middle + half,
            y1=across[0],
            y2=across[1],
            z1=floor + own * tier / tiers,
            z2=crown if tier == tiers - 1 else floor + own * (tier + 1) / tiers - 0.01,
        )
        for tier in range(tiers)
    ]


def bulk(material: str, fill: tuple[float, float]) -> Builder:
    """One heap from wall to wall."""

    def build(space: Space, rng: np.random.Generator) -> Stow:
        body = MATERIALS[material].filled(rng.uniform(*fill))
        long, wide, tall = space.size_m
        high = min(tall * rng.uniform(0.4, 0.97), PAYLOAD_KG / (body.density * 1000 * wide * long))
        centre, spread = rng.uniform(0.2, 0.8), rng.uniform(0.4, 1.2)
        ripple, phase = rng.uniform(0, 0.05), rng.uniform(0, 6)

        def top(xs: Array) -> Array:
            u = (xs - space.x1) / long
            heap = np.exp(-(((u - centre) / spread) ** 4)) + ripple * np.sin(12 * u + phase)
            return np.asarray(np.clip(space.z1 + high * heap, space.z1, space.z2))

        solid = Solid(
            material=body, x1=space.x1, x2=space.x2, y1=space.y1, y2=space.y2, z1=space.z1, z2=top
        )
        return Stow(solids=(solid,), bulk=body, top_m=top, packages=0)

    return build
