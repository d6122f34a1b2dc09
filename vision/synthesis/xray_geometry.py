"""Path lengths through solids in a line scanner: a fan of rays in each slice across the truck.

The truck drives along x; y goes across it, away from the source; z goes up from the ground. All
rays of one picture column lie in one plane x = constant and leave the source at (y, z) =
(-`source_m`, `source_height_m`). A picture row is where a ray meets the middle plane y = 0. In
each slice a solid is a rectangle or an ellipse, whose extent may change with x: so a tilted box, an
upright or lying cylinder, an ellipsoid, a heap and a car's outline are all the same two formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from vision.synthesis.xray_physics import BASES, Areal, Material, basis_shares

Array = npt.NDArray[np.float64]
Along = float | Callable[[Array], Array]
"""A coordinate in m, or how it changes with x: (C,) -> (C,)."""
LEVEL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What part of the truck a picture shows, and from where.

    `left_m` and `top_m` are the outer edges of the first column and row, pitches are metres per
    pixel along x, and along z in the middle plane.
    """

    left_m: float
    top_m: float
    columns: int
    rows: int
    pitch_x_m: float
    pitch_z_m: float
    source_m: float
    source_height_m: float

    @property
    def xs_m(self) -> Array:
        return np.asarray(self.left_m + (np.arange(self.columns) + 0.5) * self.pitch_x_m)

    @property
    def slopes(self) -> Array:
        """(R,) rise of each row's ray per metre across."""
        heights = self.top_m - (np.arange(self.rows) + 0.5) * self.pitch_z_m
        return np.asarray((heights - self.source_height_m) / self.source_m)

    def row_of(self, y_m: float, z_m: float) -> float:
        """Picture row, from the top edge, on which a point falls."""
        reach = self.source_m / (self.source_m + y_m)
        seen = self.source_height_m + (z_m - self.source_height_m) * reach
        return (self.top_m - seen) / self.pitch_z_m

    def column_of(self, x_m: float) -> float:
        return (x_m - self.left_m) / self.pitch_x_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """A body of one material from x1 to x2.

    In the slice at x a box fills [y1, y2] x [z1, z2]; a `round` one the ellipse inscribed in it.
    `sign` -1 takes material away: the hollow of a pipe, the goods that an object displaces.
    """

    material: Material
    x1: float
    x2: float
    y1: Along
    y2: Along
    z1: Along
    z2: Along
    round: bool = False
    sign: int = 1

    def at(self, xs_m: Array) -> tuple[Array, Array, Array, Array]:
        """y1, y2, z1, z2 at each x."""
        y1, y2, z1, z2 = (
            np.broadcast_to(edge(xs_m) if callable(edge) else np.float64(edge), xs_m.shape)
            for edge in (self.y1, self.y2, self.z1, self.z2)
        )
        return y1, y2, z1, z2

    def moved(self, dx: float, dy: float, dz: float) -> Solid:
        return replace(
            self,
            x1=self.x1 + dx,
            x2=self.x2 + dx,
            y1=_shifted(self.y1, dx, dy),
            y2=_shifted(self.y2, dx, dy),
            z1=_shifted(self.z1, dx, dz),
            z2=_shifted(self.z2, dx, dz),
        )

    @property
    def mass_kg(self) -> float:
        xs = np.linspace(self.x1, self.x2, 65)
        xs = (xs[1:] + xs[:-1]) / 2
        y1, y2, z1, z2 = self.at(xs)
        area = np.maximum(y2 - y1, 0) * np.maximum(z2 - z1, 0)
        volume = float(area.mean()) * (self.x2 - self.x1) * (np.pi / 4 if self.round else 1)
        return self.sign * volume * self.material.density * 1000


def _shifted(edge: Along, along: float, by: float) -> Along:
    if callable(edge):
        inner = edge
        return lambda xs: inner(xs - along) + by
    return edge + by


def cylinder_across(
    material: Material, *, x: float, z: float, radius: float, y1: float, y2: float, sign: int = 1
) -> Solid:
    """A wheel or reel whose axis points at the source."""

    def half(xs: Array) -> Array:
        return np.sqrt(np.maximum(radius**2 - (xs - x) ** 2, 0))

    return Solid(
        material=material,
        x1=x - radius,
        x2=x + radius,
        y1=y1,
        y2=y2,
        z1=lambda xs: z - half(xs),
        z2=lambda xs: z + half(xs),
        sign=sign,
    )


def cylinder_upright(
    material: Material, *, x: float, y: float, radius: float, z1: Along, z2: Along, sign: int = 1
) -> Solid:
    """A drum that stands."""

    def half(xs: Array) -> Array:
        return np.sqrt(np.maximum(radius**2 - (xs - x) ** 2, 0))

    return Solid(
        material=material,
        x1=x - radius,
        x2=x + radius,
        y1=lambda xs: y - half(xs),
        y2=lambda xs: y + half(xs),
        z1=z1,
        z2=z2,
        sign=sign,
    )


def cylinder_along(
    material: Material, *, x1: float, x2: float, y: float, z: float, radius: float, sign: int = 1
) -> Solid:
    """A pipe along the truck."""
    return Solid(
        material=material,
        x1=x1,
        x2=x2,
        y1=y - radius,
        y2=y + radius,
        z1=z - radius,
        z2=z + radius,
        round=True,
        sign=sign,
    )


def ellipsoid(
    material: Material,
    *,
    centre: tuple[float, float, float],
    radii: tuple[float, float, float],
    sign: int = 1,
) -> Solid:
    """A ball, egg or sack."""
    x, y, z = centre
    rx, ry, rz = radii

    def share(xs: Array) -> Array:
        return np.sqrt(np.maximum(1 - ((xs - x) / rx) ** 2, 0))

    return Solid(
        material=material,
        x1=x - rx,
        x2=x + rx,
        y1=lambda xs: y - ry * share(xs),
        y2=lambda xs: y + ry * share(xs),
        z1=lambda xs: z - rz * share(xs),
        z2=lambda xs: z + rz * share(xs),
        round=True,
        sign=sign,
    )


def box(
    material: Material,
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
    sign: int = 1,
) -> Solid:
    """A box with its edges along the axes."""
    return Solid(material=material, x1=x[0], x2=x[1], y1=y[0], y2=y[1], z1=z[0], z2=z[1], sign=sign)


@dataclass(slots=True, kw_only=True)
class Canvas:
    """Areal densities seen so far, (B, R, C) float32 g/cm2."""

    view: View
    areal: Areal = field(init=False)
    _slopes: Array = field(init=False)
    _stretch: Array = field(init=False)

    def __post_init__(self) -> None:
        shape = (len(BASES), self.view.rows, self.view.columns)
        self.areal = np.zeros(shape, dtype=np.float32)
        slopes = self.view.slopes
        self._slopes = np.where(np.abs(slopes) < LEVEL, LEVEL, slopes)
        self._stretch = np.sqrt(1 + self._slopes**2)

    def add(self, solid: Solid) -> None:
        """Add the solid's path lengths times its density."""
        view = self.view
        first = max(0, int(np.floor(view.column_of(solid.x1))))
        last = min(view.columns, int(np.ceil(view.column_of(solid.x2))))
        if last <= first:
            return
        # A column sees the mean over its width: edges count by the share that they cover.
        left = view.left_m + np.arange(first, last) * view.pitch_x_m
        low, high = np.maximum(left, solid.x1), np.minimum(left + view.pitch_x_m, solid.x2)
        cover = np.maximum(high - low, 0) / view.pitch_x_m
        y1, y2, z1, z2 = solid.at((low + high) / 2)
        top, bottom = self._rows(y1, y2, z1, z2)
        if bottom <= top:
            return
        slope, stretch = self._slopes[top:bottom, None], self._stretch[top:bottom, None]
        paths = self._round if solid.round else self._rectangle
        if not any(callable(edge) for edge in (solid.y1, solid.y2, solid.z1, solid.z2)):
            y1, y2, z1, z2 = y1[:1], y2[:1], z1[:1], z2[:1]
        length = paths(slope, y1, y2, z1, z2) * stretch * (cover * solid.sign)
        grams = (length * (solid.material.density * 100)).astype(np.float32)
        for index, share in enumerate(basis_shares(solid.material)):
            if share > 1e-4:
                self.areal[index, top:bottom, first:last] += np.float32(share) * grams

    def _rows(self, y1: Array, y2: Array, z1: Array, z2: Array) -> tuple[int, int]:
        low_y, high_y = float(y1.min()), float(y2.max())
        tops = [self.view.row_of(y, float(z2.max())) for y in (low_y, high_y)]
        bottoms = [self.view.row_of(y, float(z1.min())) for y in (low_y, high_y)]
        return (
            max(0, int(np.floor(min(tops)))),
            min(self.view.rows, int(np.ceil(max(bottoms)))),
        )

    def _rectangle(self, slope: Array, y1: Array, y2: Array, z1: Array, z2: Array) -> Array:
        source, height = self.view.source_m, self.view.source_height_m
        enter, leave = (z1 - height) / slope - source, (z2 - height) / slope - source
        near, far = np.minimum(enter, leave), np.maximum(enter, leave)
        inside = np.minimum(far, y2) - np.maximum(near, y1)
        return np.asarray(np.where(z2 > z1, np.maximum(inside, 0), 0))

    def _round(self, slope: Array, y1: Array, y2: Array, z1: Array, z2: Array) -> Array:
        ry, rz = np.maximum((y2 - y1) / 2, LEVEL), np.maximum((z2 - z1) / 2, LEVEL)
        cy, cz = (y1 + y2) / 2, (z1 + z2) / 2
        # Height of the ray over the ellipse's centre, at the centre's y.
        over = self.view.source_height_m + slope * (cy + self.view.source_m) - cz
        a = 1 / ry**2 + (slope / rz) ** 2
        half_b = slope * over / rz**2
        c = (over / rz) ** 2 - 1
        return np.asarray(2 * np.sqrt(np.maximum(half_b**2 - a * c, 0)) / a)
