"""What is known from before of the boxes, vehicles and goods of a visit.

All of it is looked up by index before the rules run, so that a rule stays a pure function and a
visit costs the same however long the history is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vision.scan import ScanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A container or plate at a place, from a sensor or a message of this or another site.

    `latitude_deg` and `longitude_deg` are WGS 84, None if only the name of the place is known.
    `mode` is how it travels from there ("road", "sea", "rail"), "" if unknown; `certain` False: the
    number was not confirmed by its check digit or a second view.
    """

    subject: str
    at: datetime
    place: str
    reference: str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    mode: str = ""
    certain: bool = True


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
class Dwell:
    """How long this visit took from gate to scan, and the quartiles of such visits of its lane
    and hour, all in minutes. `count` is how many those were.
    """

    minutes: float
    lower_quartile: float
    upper_quartile: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotMember:
    """Another container of the same consignment: what its load looks like (a unit vector)."""

    reference: str
    scanner: str
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLook:
    """A load beside decided loads of its declared heading from the same scanner.

    `references` are how many there are, `p_value` the share of such loads that look at least as
    strange among them, None if there are none. `others` are what the loads are that look most
    alike, of all headings, with their shares.
    """

    heading: str
    references: int
    p_value: float | None
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Someone selected the container or vehicle for a scan, to be made by `due`."""

    subject: str
    sensor: ScanKind
    due: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`sightings` are of the subjects of this visit, other than itself, nearest in time first.
    `scans` are earlier scans that look the same, or of the same box. `lot` are other boxes of
    the consignment. `look` is None where one heading alone is not declared, or nothing is learnt.
    """

    sightings: tuple[Sighting, ...] = ()
    scans: tuple[PastScan, ...] = ()
    dwell: Dwell | None = None
    lot: tuple[LotMember, ...] = ()
    selections: tuple[Selection, ...] = ()
    look: GoodsLook | None = None


NO_HISTORY = History()
