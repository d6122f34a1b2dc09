"""What a vehicle register says of a vehicle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One register entry. `country` is the distinguishing sign ("D", "PL"), None if unknown.

    `stolen` None means that no one asked; that is "cannot tell", never "not stolen". The same
    holds for `exported`: taken out of the register for another country.
    """

    reference: str
    site: str
    plate: str
    country: str | None = None
    make: str = ""
    model: str = ""
    colour: str = ""
    category: str = ""
    valid_until: date | None = None
    stolen: bool | None = None
    version: int = 1
    vin: str = ""
    first_registration: date | None = None
    exported: bool | None = None
