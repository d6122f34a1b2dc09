"""Boxes and quadrilaterals in picture coordinates: x to the right, y down, pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Axis-parallel box; (x1, y1) is the upper left corner, x2 and y2 are exclusive.

    Raises:
        ValueError: the box has no area.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        if not (self.x2 > self.x1 and self.y2 > self.y1):
            raise ValueError(f"a box needs x2 > x1 and y2 > y1, got {self}")

    @property
    def width_px(self) -> float:
        return self.x2 - self.x1

    @property
    def height_px(self) -> float:
        return self.y2 - self.y1

    @property
    def area_px(self) -> float:
        return self.width_px * self.height_px

    @property
    def centre(self) -> tuple[float, float]:
        return ((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    def intersection_px(self, other: Box) -> float:
        """Common area; 0 if they only touch."""
        width = min(self.x2, other.x2) - max(self.x1, other.x1)
        height = min(self.y2, other.y2) - max(self.y1, other.y1)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union, in [0, 1]."""
        common = self.intersection_px(other)
        return common / (self.area_px + other.area_px - common)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quad:
    """Four corners, clockwise from the upper left of the text or object."""

    corners: tuple[
        tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]
    ]

    def bounds(self) -> Box:
        """The smallest axis-parallel box around the corners."""
        xs = [x for x, _ in self.corners]
        ys = [y for _, y in self.corners]
        return Box(x1=min(xs), y1=min(ys), x2=max(*xs, min(xs) + 1), y2=max(*ys, min(ys) + 1))
