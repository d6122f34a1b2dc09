"""Thickness of floor, roof and end wall in millimetres, against what boxes have.

Only where the frame's inner edge is seen and the size of a pixel is known. The usual thicknesses
are those of ISO 1496-1 boxes with generous spreads, not measured ones; a false wall adds 200 mm
and more. Which end the doors are at is not known, so the thicker end speaks for the front wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vision.findings import Zone
from vision.geometry import Box
from vision.xray.sight import Interior

MODEL = "structure-mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the frame and how far it is from the usual, in standard deviations."""

    zone: Zone
    residual_z: float


def measure(
    edges: Box,
    inside: Interior,
    *,
    pitch_mm: tuple[float, float],
    limits: Mapping[str, float],
) -> tuple[Part, ...]:
    """The parts that are seen.

    Args:
        edges: the container's own outline.
        inside: what the frame leaves, and which of its edges were seen.
        pitch_mm: (along, upwards) of a pixel.
        limits: parameters of `MODEL`: `NAME_mm` and `NAME_spread_mm` of roof, floor and wall.
    """
    along, upwards = pitch_mm
    parts = []
    if inside.roof_seen:
        thick = (inside.y1 - edges.y1) * upwards
        parts.append(Part(zone=Zone.ROOF, residual_z=_z(thick, "roof", limits)))
    if inside.floor_seen:
        thick = (edges.y2 - inside.y2) * upwards
        parts.append(Part(zone=Zone.FLOOR, residual_z=_z(thick, "floor", limits)))
    if inside.ends_seen:
        thick = max(inside.x1 - edges.x1, edges.x2 - inside.x2) * along
        parts.append(Part(zone=Zone.FRONT_WALL, residual_z=_z(thick, "wall", limits)))
    return tuple(parts)


def _z(thick_mm: float, name: str, limits: Mapping[str, float]) -> float:
    return (thick_mm - limits[f"{name}_mm"]) / limits[f"{name}_spread_mm"]
