"""The inside of a container as every analysis of its load sees it, computed once."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Material
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.xray import fill, materials
from vision.xray.outline import tighten
from vision.xray.sight import Interior, Sight, interior_of
from vision.xray.transmission import Floats

WALL_QUANTILE, WALL_CELLS = 8.0, (32, 24)
# Two corrugated sheets of steel, 1.6 to 2 mm each (ISO 1496-1 boxes).
USUAL_WALL_MM, MOST_WALL_MM = 4.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideView:
    """One container.

    Args:
        edges: its own outline.
        inside: roof, floor and posts left out.
        path: -ln(T) of the inside, (h, w); of grey levels what orders places alike.
        heat: how much darker than its walls each cell of the inside is, (LEVELS, STEPS).
        load: heat above which a cell counts as filled.
        wall: -ln(T) of the empty box, each channel; () if nothing is measured.
        classes: material of each pixel of the inside, see `materials.classify`; or None.
    """

    edges: Box
    inside: Interior
    path: Floats
    heat: Floats
    load: float
    wall: tuple[float, ...]
    classes: npt.NDArray[np.uint8] | None


def look_inside(sight: Sight, box: Box, *, shelf: Shelf) -> InsideView:
    """Of the container at `box`. Raises: ModelUnavailable."""
    limits = shelf.parameters(fill.MODEL)
    edges = tighten(sight.view, box)
    inside = interior_of(sight.view, edges)
    path = _path(sight, inside)
    usual = fill.wall_of(path, most=limits["most_wall"])
    wall = _walls(sight, inside)
    return InsideView(
        edges=edges,
        inside=inside,
        path=path,
        heat=fill.load_heat(path, wall=usual, uneven=limits["uneven"]),
        load=limits["load"],
        wall=wall,
        classes=_classes(sight, inside, wall, shelf),
    )


def _path(sight: Sight, inside: Interior) -> Floats:
    if sight.seen is not None:
        return sight.seen.attenuation[inside.y1 : inside.y2, inside.x1 : inside.x2, 0]
    return fill.darkness(sight.view[inside.y1 : inside.y2, inside.x1 : inside.x2])


def _walls(sight: Sight, inside: Interior) -> tuple[float, ...]:
    """The thinnest part of the inside, or, where the load leaves none free, the usual steel."""
    if sight.seen is None:
        return ()
    part = sight.seen.attenuation[inside.y1 : inside.y2, inside.x1 : inside.x2]
    # Cells are wider than corrugations, whose ribs belong to the wall as much as what is between.
    cells = cv2.resize(part, WALL_CELLS, interpolation=cv2.INTER_AREA).reshape(-1, part.shape[2])
    found = [float(v) for v in np.percentile(cells, WALL_QUANTILE, axis=0)]
    steel = sight.calibration.wedge(Material.METAL) if sight.calibration else None
    if steel is None:
        return tuple(found)
    channels = [steel.low, *([steel.high] if steel.high is not None else [])]
    for number, curve in enumerate(channels[: len(found)]):
        usual, most = np.interp((USUAL_WALL_MM, MOST_WALL_MM), steel.thickness_mm, curve)
        if found[number] > most:
            found[number] = float(usual)
    return tuple(found)


def _classes(
    sight: Sight, inside: Interior, wall: tuple[float, ...], shelf: Shelf
) -> npt.NDArray[np.uint8] | None:
    seen, calibration = sight.seen, sight.calibration
    if seen is None or calibration is None or len(wall) != 2:
        return None
    limits = shelf.parameters(materials.MODEL)
    return materials.classify(inside.cut(seen), calibration, limits=limits, wall=(wall[0], wall[1]))
