"""What a photograph tells of a vehicle, apart from what is written on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vision.findings.evidence import Evidence, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleColour:
    """Main colour ("white", "red") of a vehicle in daylight.

    `accepted` is False at night, under infrared or where several colours share the body.
    """

    evidence: Evidence
    provenance: Provenance
    colour: str
    probability: float
    accepted: bool
    kind: Literal["vehicle_colour"] = "vehicle_colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleModel:
    """Make and model as a third party's reader tells them; both "" where it cannot tell."""

    evidence: Evidence
    provenance: Provenance
    make: str
    model: str
    probability: float
    accepted: bool
    kind: Literal["vehicle_model"] = "vehicle_model"
