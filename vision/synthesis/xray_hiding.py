"""Where hidden objects are put, and what goods make room for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.synthesis.xray_geometry import Solid
from vision.synthesis.xray_shape import Shape, Solids, extent, moved
from vision.synthesis.xray_stow import Stow
from vision.synthesis.xray_threats import shapes
from vision.synthesis.xray_truck import Space

TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """An object in its place: its solids, and the goods that made room as a negative solid."""

    shape: Shape
    displaced: Solid
    solids: Solids


def hide(
    labels: Sequence[str], space: Space, stow: Stow, rng: np.random.Generator, *, held_out: bool
) -> list[Hidden]:
    """Put one object of each class into the load, clear of each other; those that fit."""
    parts: list[Hidden] = []
    taken: list[tuple[float, float]] = []
    for label in labels:
        options = shapes(label, held_out=held_out)
        for _ in range(TRIES):
            shape = options[int(rng.integers(len(options)))]
            solids = shape.build(rng)
            x1, x2, y1, y2, z1, z2 = extent(solids)
            size = (x2 - x1, y2 - y1, z2 - z1)
            if any(s > room for s, room in zip(size, space.size_m, strict=True)):
                continue
            x, y, z = _place(label, size, space, stow, rng)
            if any(x < b + 0.1 and x + size[0] > a - 0.1 for a, b in taken):
                continue
            taken.append((x, x + size[0]))
            parts.append(
                Hidden(
                    shape=shape,
                    displaced=_displaced((x, y, z), size, stow),
                    solids=moved(solids, x - x1, y - y1, z - z1),
                )
            )
            break
    return parts


def _place(
    label: str,
    size: tuple[float, float, float],
    space: Space,
    stow: Stow,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Lower corner: bags at the doors, cars on the floor, the rest anywhere in or on the load."""
    low, high = space.x1, space.x2 - size[0]
    if label == "bag":
        low = max(low, high - 0.6)
    x = rng.uniform(low, high)
    y = rng.uniform(space.y1, space.y2 - size[1])
    z = space.z1
    if label != "vehicle":
        top = float(stow.top_m(np.array([x + size[0] / 2]))[0])
        room = min(top, space.z2 - size[2]) - space.z1
        z += max(0.0, room) * (rng.random() if rng.random() < 0.7 else 0.0)
        if label == "bag" and rng.random() < 0.5:
            z = max(space.z1, min(top, space.z2 - size[2]))
    return x, y, z


def _displaced(
    at: tuple[float, float, float], size: tuple[float, float, float], stow: Stow
) -> Solid:
    (x, y, z), (dx, dy, dz) = at, size
    return Solid(
        material=stow.bulk,
        x1=x,
        x2=x + dx,
        y1=y,
        y2=y + dy,
        z1=z,
        z2=lambda xs: np.minimum(z + dz, stow.top_m(xs)),
        sign=-1,
    )
