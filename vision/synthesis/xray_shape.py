"""What shapes of hidden objects share: size, moving, tilting, crates of alike pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vision.synthesis.xray_geometry import Array, Solid

Solids = list[Solid]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A family of objects of one class: `build` draws one, standing on z = 0 around x = y = 0."""

    label: str
    name: str
    held_out: bool
    build: Callable[[np.random.Generator], Solids]
    material: str = "steel"


def extent(solids: Solids) -> tuple[float, float, float, float, float, float]:
    """x1, x2, y1, y2, z1, z2 around the solids, in m."""
    edges = []
    for solid in solids:
        xs = np.linspace(solid.x1, solid.x2, 33)
        edges.append((solid.x1, solid.x2, *(float(e) for e in _bounds(solid, xs))))
    lows, highs = np.array(edges).min(axis=0), np.array(edges).max(axis=0)
    return lows[0], highs[1], lows[2], highs[3], lows[4], highs[5]


def _bounds(solid: Solid, xs: Array) -> tuple[float, float, float, float]:
    y1, y2, z1, z2 = solid.at(xs)
    return y1.min(), y2.max(), z1.min(), z2.max()


def moved(solids: Solids, dx: float, dy: float, dz: float) -> Solids:
    return [solid.moved(dx, dy, dz) for solid in solids]


def tilted(solid: Solid, turn: float) -> Solid:
    """A thin bar along x, turned about its left end by `turn` (rise per metre)."""

    def risen(edge: float | Callable[[Array], Array]) -> Callable[[Array], Array]:
        def rise(xs: Array) -> Array:
            return np.asarray((edge(xs) if callable(edge) else edge) + turn * xs)

        return rise

    return replace(solid, z1=risen(solid.z1), z2=risen(solid.z2))


def several(
    rng: np.random.Generator, one: Callable[[], Solids], *, most: int, gap_m: float
) -> Solids:
    """A crate of alike pieces, side by side across and above each other."""
    count = int(rng.integers(1, most + 1))
    across = max(1, int(np.ceil(np.sqrt(count))))
    x1, _, y1, y2, z1, z2 = extent(one())
    solids = []
    for number in range(count):
        row, file = divmod(number, across)
        dy = (file - (across - 1) / 2) * (y2 - y1 + gap_m)
        solids += moved(one(), rng.normal(0, 0.01), dy, row * (z2 - z1 + gap_m))
    del x1
    return solids
