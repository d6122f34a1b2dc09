"""What the use cases ask of registers, and how a register may answer.

An answer is found, not found, or cannot tell. A register that is silent, slow, broken or lying
cannot tell; it never says "not found", because that would clear a vehicle that no one looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from service.domain.registration import Registration

T_co = TypeVar("T_co", covariant=True)


class Answer(StrEnum):
    """What a register says."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why is asked, for whom, and for which inspection or visit; goes with every query."""

    reason: str
    user: str
    case: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.user.strip():
            raise ValueError("a query needs a reason and a user")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer(Generic[T_co]):
    """`entry` is there exactly if it was found; `reason` says why a register cannot tell."""

    answer: Answer
    register: str
    at: datetime
    entry: T_co | None = None
    reason: str = ""
    from_cache: bool = False

    def __post_init__(self) -> None:
        if (self.entry is not None) != (self.answer is Answer.FOUND):
            raise ValueError(f"{self.answer.value} with entry {self.entry!r}")
        if self.answer is Answer.CANNOT_TELL and not self.reason:
            raise ValueError("a register that cannot tell says why")


class Outcome(StrEnum):
    """What a register of things sought says. NO_HIT is an answer, CANNOT_TELL is none."""

    HIT = "hit"
    NO_HIT = "no_hit"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What is sought, under which reference, and what the alert asks to be done."""

    reference: str
    category: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitAnswer:
    """`two_person_view`: details may be shown only once a second person has agreed; whoever
    shows the answer must honour it.
    """

    outcome: Outcome
    register: str
    at: datetime
    hit: Hit | None = None
    reason: str = ""
    two_person_view: bool = True

    def __post_init__(self) -> None:
        if (self.hit is not None) != (self.outcome is Outcome.HIT):
            raise ValueError(f"{self.outcome.value} with hit {self.hit!r}")
        if self.outcome is Outcome.CANNOT_TELL and not self.reason:
            raise ValueError("a register that cannot tell says why")


class QueryStage(StrEnum):
    """An entry before asking and one after, so that a query without an answer shows."""

    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuery:
    """One line of the audit log of queries; `outcome` is empty while asking."""

    query_id: str
    stage: QueryStage
    register: str
    subject: str
    purpose: Purpose
    at: datetime
    outcome: str = ""
    reason: str = ""


class AuditLog(Protocol):
    """Where queries to police and vehicle registers are written. What it raises, stops them."""

    def __call__(self, query: RegisterQuery) -> None: ...


class VehicleRegister(Protocol):
    """Vehicles by plate."""

    def look_up(
        self, plate: str, *, country: str | None, site: str, purpose: Purpose
    ) -> RegisterAnswer[Registration]:
        """`country` is ISO 3166 alpha-2, None if the plate does not show it."""
        ...


class DocumentKind(StrEnum):
    """Documents that may be sought."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity_card"
    DRIVING_LICENCE = "driving_licence"
    VEHICLE_PAPER = "vehicle_paper"
    OTHER = "other"


class StolenObjects(Protocol):
    """Vehicles and documents sought by the police. Never cached."""

    def vehicle(
        self, plate: str, *, country: str | None, purpose: Purpose, vin: str = ""
    ) -> HitAnswer: ...

    def document(
        self, number: str, *, kind: DocumentKind, country: str | None, purpose: Purpose
    ) -> HitAnswer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EconomicOperator:
    """An operator by its EORI; name and address only if it agreed to publish them."""

    eori: str
    name: str = ""
    address: str = ""
    country: str = ""


class OperatorRegister(Protocol):
    """Economic operators by EORI."""

    def look_up(self, eori: str) -> RegisterAnswer[EconomicOperator]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOwner:
    """Owner of a container prefix as the BIC lists it."""

    code: str
    company: str
    city: str = ""
    country: str = ""


class OwnerRegister(Protocol):
    """Container owners by the letters of the container code."""

    def look_up(self, container_code: str) -> RegisterAnswer[ContainerOwner]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AeoCertificate:
    """An authorised economic operator; `kind` is AEOC, AEOS or AEOF."""

    holder: str
    country: str
    kind: str
    since: date | None = None
    eori: str = ""


class AeoRegister(Protocol):
    """Authorised economic operators by EORI, or by name and country."""

    def look_up(
        self, *, eori: str = "", name: str = "", country: str = ""
    ) -> RegisterAnswer[AeoCertificate]: ...
