"""What registers said about one inspection, as the rules judge it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.registration import Registration


class RegisterKind(StrEnum):
    """What a register knows: vehicles, things sought, container owners, operators, AEO."""

    VEHICLE = "vehicle"
    SOUGHT = "sought"
    OWNER = "owner"
    OPERATOR = "operator"
    AEO = "aeo"


WORDS = {
    RegisterKind.VEHICLE: "vehicle register",
    RegisterKind.SOUGHT: "register of stolen objects",
    RegisterKind.OWNER: "register of container owners",
    RegisterKind.OPERATOR: "register of economic operators",
    RegisterKind.AEO: "list of authorised economic operators",
}
REGISTERS = {
    "eucaris": RegisterKind.VEHICLE,
    "local_vehicle_table": RegisterKind.VEHICLE,
    "stolen_objects": RegisterKind.SOUGHT,
    "owner_codes": RegisterKind.OWNER,
    "eori": RegisterKind.OPERATOR,
    "aeo": RegisterKind.AEO,
}
"""Every register that a policy may require, and what it knows."""


class Said(StrEnum):
    """What a register said. PENDING and CANNOT_TELL are no answers, and never "not there"."""

    PENDING = "pending"
    FOUND = "found"
    NOT_FOUND = "not_found"
    HIT = "hit"
    NO_HIT = "no_hit"
    CANNOT_TELL = "cannot_tell"


ANSWERS = frozenset({Said.FOUND, Said.NOT_FOUND, Said.HIT, Said.NO_HIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStatement:
    """One question's state. `subject` is a plate, container code or EORI; `registration` what a
    vehicle register found; `words` what another one found, for a sentence ("MSC, Geneva").

    Of a hit nothing more is here than that there is one: its details are for two persons.
    """

    kind: RegisterKind
    register: str
    subject: str
    said: Said
    country: str | None = None
    reason: str = ""
    at: datetime | None = None
    registration: Registration | None = None
    words: str = ""

    @property
    def answered(self) -> bool:
        return self.said in ANSWERS

    @property
    def why_not(self) -> str:
        """Why there is no answer, for a sentence that begins with the subject."""
        what = f"the {WORDS[self.kind]} ({self.register})"
        if self.said is Said.PENDING:
            return f"{what} has not answered yet"
        return f"{what} cannot tell: {self.reason}"
