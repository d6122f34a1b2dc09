"""What is known from before of the boxes, vehicles and goods of a visit.

All of it is looked up by index before the rules run, so that a rule stays a pure function and a
visit costs the same however long the history is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A container or plate at a place, from a sensor or a message.

    `latitude_deg` and `longitude_deg` are WGS 84, None if only the name of the place is known.
    `mode` is how it left that place ("road", "sea", "rail"), "" if unknown.
    """

    subject: str
    at: datetime
    place: str
    reference: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastScan:
    """An earlier X-ray scan, with its fingerprint (`vision.findings.ScanFingerprint`)."""

    inspection_id: str
    at: datetime
    scanner: str
    look: str
    noise: str
    container_codes: tuple[str, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`sightings` are of the subjects of this visit, before and after it, nearest in time first.
    `scans` are earlier scans that look the same, or of the same box.
    """

    sightings: tuple[Sighting, ...] = ()
    scans: tuple[PastScan, ...] = ()


NO_HISTORY = History()
