"""The envelope of every statement: what kind, under which reference, which revision, from where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.papers.consignment import Consignment
from service.domain.papers.measurement import Weighing
from service.domain.papers.movement import Appointment, BayPlan, Movement
from service.domain.papers.track import Track
from service.domain.registration import Registration


class PaperKind(StrEnum):
    """What a paper is; together with site and reference it names one paper over its revisions."""

    IMPORT_DECLARATION = "import_declaration"
    EXPORT_DECLARATION = "export_declaration"
    TRANSIT_DECLARATION = "transit_declaration"
    ENTRY_SUMMARY = "entry_summary"
    BAY_PLAN = "bay_plan"
    LOADING_ORDER = "loading_order"
    LOADING_REPORT = "loading_report"
    GATE_MOVE = "gate_move"
    STATUS_EVENT = "status_event"
    VERIFIED_GROSS_MASS = "verified_gross_mass"
    WEIGHBRIDGE_TICKET = "weighbridge_ticket"
    GATE_APPOINTMENT = "gate_appointment"
    INVOICE = "invoice"
    PACKING_LIST = "packing_list"
    BILL_OF_LADING = "bill_of_lading"
    VEHICLE_RECORD = "vehicle_record"
    POSITION_TRACK = "position_track"


class Function(StrEnum):
    """What a revision does to those before it."""

    ORIGINAL = "original"
    AMENDMENT = "amendment"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One state of a paper. `number` is the sender's own amendment number, `issued_at` the
    sender's time, aware; with neither, the order of arrival decides, and that is all one can do.
    """

    function: Function = Function.ORIGINAL
    number: int | None = None
    issued_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a paper was read: file, format, and the place in it ("segment 12 EQD", "line 3")."""

    file_sha256: str
    file_name: str
    source: str
    where: str = ""


Body = Consignment | Movement | BayPlan | Appointment | Weighing | Registration | Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One statement. `reference` is the MRN, document or message number, as its kind has it.

    `field_origins` maps a dotted path of the body ("equipment.0.seals") to the place in the file
    that it came from; a path that is not in it came from `origin.where`. `aliases` are other
    references of the same paper: the trader's LRN beside the MRN, which comes later.
    """

    kind: PaperKind
    reference: str
    site: str
    revision: Revision
    origin: Origin
    body: Body | None
    field_origins: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.reference.strip():
            raise ValueError(f"{self.kind.value}: a paper needs a reference")
        cancelled = self.revision.function is Function.CANCELLATION
        if self.body is None and not cancelled:
            raise ValueError(f"{self.kind.value} {self.reference}: only a cancellation is empty")
