"""Where ports lie: 797 container ports by UN/LOCODE, from a table of positions.

Positions are those of searoute 1.6.0 (Apache-2.0) for its ports with terminals, rounded to a
hundredth of a degree: right to some kilometres, which is what a port is wide.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

TABLE = "places.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A port; degrees of WGS 84."""

    locode: str
    name: str
    latitude_deg: float
    longitude_deg: float


def place_of(locode: str) -> Place | None:
    """The port with that UN/LOCODE, written as messages write it ("DE HAM"); None: not known."""
    return _places().get("".join(locode.split()).upper())


@cache
def _places() -> dict[str, Place]:
    text = (resources.files("service.domain.papers") / TABLE).read_text("utf-8")
    return {
        row["locode"]: Place(
            locode=row["locode"],
            name=row["name"],
            latitude_deg=float(row["latitude_deg"]),
            longitude_deg=float(row["longitude_deg"]),
        )
        for row in csv.DictReader(text.splitlines())
    }
