"""Positions over time of a vehicle, an electronic seal or a vessel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TrackedKind(StrEnum):
    """What carries the receiver."""

    VEHICLE = "vehicle"
    SEAL = "seal"
    VESSEL = "vessel"


MAX_LATITUDE_DEG, MAX_LONGITUDE_DEG = 90.0, 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """WGS 84 degrees; `at` aware; speed over ground in knots for vessels and vehicles alike.

    `received_at` is the other side's clock: far from `at`, one of the two is wrong.
    """

    at: datetime
    latitude_deg: float
    longitude_deg: float
    speed_kn: float | None = None
    course_deg: float | None = None
    received_at: datetime | None = None

    def __post_init__(self) -> None:
        if not (
            abs(self.latitude_deg) <= MAX_LATITUDE_DEG
            and abs(self.longitude_deg) <= MAX_LONGITUDE_DEG
        ):
            raise ValueError(f"no place on earth: {self.latitude_deg}, {self.longitude_deg}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """`subject` is the plate, the seal's number or the vessel's MMSI; fixes as received.

    `name` and `vessel_imo` are what the subject calls itself: a receiver may be set to anything.
    """

    kind: TrackedKind
    subject: str
    fixes: tuple[Fix, ...]
    name: str = ""
    vessel_imo: str = ""
