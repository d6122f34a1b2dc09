"""Masses that someone measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MassMethod(StrEnum):
    """SOLAS VI/2: method 1 weighs the packed container, method 2 adds up its content."""

    WEIGHED = "weighed"
    CALCULATED = "calculated"
    WEIGHBRIDGE = "weighbridge"
    AXLE_SCALE = "axle_scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """`gross_kg` is of what stood on the scale: a container (`container_code`) or a whole vehicle
    (`plates`); `uncertainty_kg` is one standard deviation, None if not stated.
    """

    gross_kg: float
    method: MassMethod
    at: datetime | None
    container_code: str | None = None
    plates: tuple[str, ...] = ()
    tare_kg: float | None = None
    uncertainty_kg: float | None = None
    scale_id: str = ""
    responsible: str = ""
