"""Loads of single pieces: drums, tyres, reels, coils, and heaps of unlike things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vision.synthesis.xray_geometry import (
    Solid,
    box,
    cylinder_across,
    cylinder_along,
    cylinder_upright,
    ellipsoid,
)
from vision.synthesis.xray_physics import MATERIALS, Material
from vision.synthesis.xray_stow import PAYLOAD_KG, Builder, Stow, loaded_end, stepped
from vision.synthesis.xray_truck import Space


def drums(space: Space, rng: np.random.Generator) -> Stow:
    liquid = MATERIALS[str(rng.choice(["oil", "water", "polymer"]))].filled(rng.uniform(0.75, 0.95))
    radius, high = 0.29, 0.88
    tiers = int(rng.integers(1, 3))
    end = loaded_end(space, rng, mass_per_m=tiers * 4 * 200 / 0.59)
    solids, columns = [], int((end - space.x1) / 0.59)
    for column in range(columns):
        x = space.x1 + 0.3 + column * 0.59
        for y in (-0.87, -0.29, 0.29, 0.87):
            for tier in range(tiers):
                z = space.z1 + tier * (high + 0.02)
                solids += drum(x + rng.normal(0, 0.01), y, z, liquid, radius=radius, high=high)
    edges = [space.x1, space.x1 + columns * 0.59]
    top = stepped(space, edges, [space.z1 + tiers * high])
    return Stow(
        solids=tuple(solids), bulk=liquid.filled(0.8), top_m=top, packages=columns * tiers * 4
    )


def drum(
    x: float, y: float, z: float, content: Material, *, radius: float, high: float
) -> list[Solid]:
    """A steel drum, its sheet as a share of its outer millimetres, with lids."""
    steel = MATERIALS["steel"]
    level = z + high * 0.95
    return [
        cylinder_upright(content, x=x, y=y, radius=radius - 0.004, z1=z + 0.01, z2=level),
        cylinder_upright(steel.filled(0.3), x=x, y=y, radius=radius, z1=z, z2=z + high),
        cylinder_upright(
            steel.filled(0.3), x=x, y=y, radius=radius - 0.004, z1=z, z2=z + high, sign=-1
        ),
        cylinder_upright(steel, x=x, y=y, radius=radius, z1=z + high - 0.01, z2=z + high - 0.008),
        cylinder_upright(steel, x=x, y=y, radius=radius, z1=z, z2=z + 0.002),
    ]


def tyres(space: Space, rng: np.random.Generator) -> Stow:
    radius = rng.uniform(0.28, 0.52)
    body = MATERIALS["rubber"].filled(rng.uniform(0.75, 1.0))
    _, wide, tall = space.size_m
    high = tall * rng.uniform(0.6, 0.97)
    end = loaded_end(space, rng, mass_per_m=900)
    solids = []
    step = radius * rng.uniform(1.3, 2.0)
    for file in range(3):
        y1 = space.y1 + file * wide / 3
        for row, z in enumerate(np.arange(space.z1 + radius, space.z1 + high - radius / 2, step)):
            for x in np.arange(
                space.x1 + radius + (row % 2) * step / 2, end - radius, radius * 2.02
            ):
                whole = cylinder_across(
                    body,
                    x=x + rng.normal(0, 0.02),
                    z=z + rng.normal(0, 0.02),
                    radius=radius,
                    y1=y1 + 0.02,
                    y2=y1 + wide / 3 - 0.02,
                )
                solids += [whole, _narrowed(whole, 0.85, body, -1)]
                solids.append(_narrowed(whole, 0.7, body.filled(0.25), 1))
    top = stepped(space, [space.x1, end], [space.z1 + high])
    return Stow(solids=tuple(solids), bulk=body.filled(0.22), top_m=top, packages=len(solids))


def _narrowed(wheel: Solid, share: float, body: Material, sign: int) -> Solid:
    """A wheel of that share of the radius, about the same axis."""
    x, radius = (wheel.x1 + wheel.x2) / 2, (wheel.x2 - wheel.x1) / 2 * share
    y1, y2, z1, z2 = (float(edge[0]) for edge in wheel.at(np.array([x])))
    return cylinder_across(body, x=x, z=(z1 + z2) / 2, radius=radius, y1=y1, y2=y2, sign=sign)


def reels(material: str, fill: tuple[float, float], radius_m: tuple[float, float]) -> Builder:
    """Upright reels of paper, cable or film with an open core."""

    def build(space: Space, rng: np.random.Generator) -> Stow:
        radius = rng.uniform(*radius_m)
        body = MATERIALS[material].filled(rng.uniform(*fill))
        _, wide, tall = space.size_m
        high = rng.uniform(0.8, 1.3)
        tiers = max(1, int(tall * 0.97 / high))
        files = max(1, int(wide / (2 * radius)))
        each = np.pi * radius**2 * high * body.density * 1000
        end = loaded_end(space, rng, mass_per_m=each * tiers * files / (2 * radius))
        solids, columns = [], max(1, int((end - space.x1) / (2 * radius)))
        for column in range(columns):
            for file in range(files):
                x = space.x1 + radius * (1.02 + 2 * column)
                y = (file - (files - 1) / 2) * 2 * radius
                for tier in range(tiers):
                    z = space.z1 + tier * high
                    solids.append(
                        cylinder_upright(
                            body, x=x, y=y, radius=radius - 0.01, z1=z, z2=z + high - 0.01
                        )
                    )
                    solids.append(
                        cylinder_upright(
                            body, x=x, y=y, radius=0.05, z1=z, z2=z + high - 0.01, sign=-1
                        )
                    )
        top = stepped(space, [space.x1, space.x1 + columns * 2 * radius], [space.z1 + tiers * high])
        return Stow(
            solids=tuple(solids),
            bulk=body.filled(0.78),
            top_m=top,
            packages=columns * files * tiers,
        )

    return build


def coils(space: Space, rng: np.random.Generator) -> Stow:
    steel = MATERIALS["steel"].filled(0.97)
    solids, x = [], space.x1 + rng.uniform(0.2, 1.0)
    budget = PAYLOAD_KG * rng.uniform(0.5, 1.0)
    count = 0
    while budget > 3000 and x < space.x2 - 1.6:
        radius, wide = rng.uniform(0.45, 0.72), rng.uniform(0.6, 1.3)
        mass = np.pi * (radius**2 - 0.09) * wide * 7600
        z = space.z1 + 0.1 + radius
        coil = cylinder_across(steel, x=x + radius, z=z, radius=radius, y1=-wide / 2, y2=wide / 2)
        solids += [coil, _narrowed(coil, 0.3 / radius, steel, -1)]
        solids.append(
            box(
                MATERIALS["wood"],
                x=(x, x + 2 * radius),
                y=(-0.7, 0.7),
                z=(space.z1, space.z1 + 0.1),
            )
        )
        budget -= mass
        count += 1
        x += 2 * radius + rng.uniform(0.2, 1.2)
    top = stepped(space, [space.x1, x], [space.z1 + 1.2])
    return Stow(solids=tuple(solids), bulk=steel.filled(0.3), top_m=top, packages=count)


def pieces(
    palette: tuple[tuple[str, float, float], ...],
    size_m: tuple[float, float],
    *,
    per_m3: float,
    high: tuple[float, float] = (0.5, 0.95),
) -> Builder:
    """Unlike pieces heaped or packed: machinery, scrap, furniture, household goods."""

    def build(space: Space, rng: np.random.Generator) -> Stow:
        long, wide, tall = space.size_m
        share = rng.uniform(*high)
        end = space.x1 + long * (1.0 if rng.random() < 0.6 else rng.uniform(0.5, 1.0))
        count = int(per_m3 * (end - space.x1) * wide * tall * share * rng.uniform(0.7, 1.3))
        solids = []
        for _ in range(count):
            name, low, most = palette[int(rng.integers(len(palette)))]
            body = MATERIALS[name].filled(rng.uniform(low, most))
            dx, dy, dz = rng.uniform(*size_m, 3)
            x = rng.uniform(space.x1, max(space.x1 + 0.01, end - dx))
            y = rng.uniform(space.y1, max(space.y1 + 0.01, space.y2 - dy))
            z = space.z1 + rng.uniform(0, 1) ** 1.3 * max(0.01, tall * share - dz)
            solids.append(_piece(body, (x, y, z), (dx, dy, dz), rng))
        mass = sum(s.mass_kg for s in solids)
        if mass > PAYLOAD_KG:
            solids = [replace(s, material=s.material.filled(PAYLOAD_KG / mass)) for s in solids]
        volume = max((end - space.x1) * wide * tall * share, 1)
        mean = min(mass, PAYLOAD_KG) / volume / 1000
        top = stepped(space, [space.x1, end], [space.z1 + tall * share])
        bulk = replace(MATERIALS[palette[0][0]], density=mean)
        return Stow(solids=tuple(solids), bulk=bulk, top_m=top, packages=count)

    return build


def _piece(
    body: Material,
    at: tuple[float, float, float],
    size: tuple[float, float, float],
    rng: np.random.Generator,
) -> Solid:
    (x, y, z), (dx, dy, dz) = at, size
    shape = rng.random()
    if shape < 0.5:
        return box(body, x=(x, x + dx), y=(y, y + dy), z=(z, z + dz))
    radius = min(dx, dz) / 2
    if shape < 0.65:
        return cylinder_across(body, x=x + radius, z=z + radius, radius=radius, y1=y, y2=y + dy)
    if shape < 0.8:
        r = min(dx, dy) / 2
        return cylinder_upright(body, x=x + r, y=y + r, radius=r, z1=z, z2=z + dz)
    if shape < 0.9:
        r = min(dy, dz) / 2
        return cylinder_along(body, x1=x, x2=x + dx, y=y + r, z=z + r, radius=r)
    return ellipsoid(
        body, centre=(x + dx / 2, y + dy / 2, z + dz / 2), radii=(dx / 2, dy / 2, dz / 2)
    )


def pipes(space: Space, rng: np.random.Generator) -> Stow:
    """Bundles of steel tubes along the container."""
    steel = MATERIALS["steel"]
    radius = rng.uniform(0.03, 0.16)
    wall = min(radius * 0.5, rng.uniform(0.003, 0.01))
    long = min(space.size_m[0] * 0.98, rng.choice([5.8, 11.8]))
    each = np.pi * (radius**2 - (radius - wall) ** 2) * long * steel.density * 1000
    files = int(space.size_m[1] / (2 * radius))
    count = int(min(PAYLOAD_KG * rng.uniform(0.4, 0.95) / each, 260, files * 8))
    solids = []
    for number in range(count):
        tier, file = divmod(number, files)
        y = space.y1 + (file + 0.5 + 0.5 * (tier % 2)) * 2 * radius
        z = space.z1 + 0.08 + radius * (1 + 1.8 * tier)
        x1 = space.x1 + 0.05 + rng.uniform(0, 0.03)
        for r, sign in ((radius, 1), (radius - wall, -1)):
            solids.append(cylinder_along(steel, x1=x1, x2=x1 + long, y=y, z=z, radius=r, sign=sign))
    high = space.z1 + 0.08 + radius * (2 + 1.8 * (count / max(files, 1)))
    top = stepped(space, [space.x1, space.x1 + long], [high])
    share = 2 * wall / radius * 0.8
    return Stow(solids=tuple(solids), bulk=steel.filled(share), top_m=top, packages=count)
