"""Where a container was, is planned, or is expected: reports, plans and appointments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.papers.consignment import NOT_STATED, Equipment, Transport


class MovementEvent(StrEnum):
    """What happened or is ordered."""

    GATE_IN = "gate_in"
    GATE_OUT = "gate_out"
    TO_LOAD = "to_load"
    TO_DISCHARGE = "to_discharge"
    LOADED = "loaded"
    DISCHARGED = "discharged"
    RESTOWED = "restowed"
    ARRIVED = "arrived"
    DEPARTED = "departed"
    STUFFED = "stuffed"
    STRIPPED = "stripped"
    CUSTOMS_HELD = "customs_held"
    CUSTOMS_RELEASED = "customs_released"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One event of one container. `at` is aware, None if the message gives no time; `slot` is
    bay, row and tier as the message writes them; `detail` the sender's own event code;
    `booking` the carrier's booking number, where no transport document is known yet.
    """

    event: MovementEvent
    equipment: Equipment
    at: datetime | None
    place: str = ""
    transport: Transport = NOT_STATED
    slot: str = ""
    transport_document: str = ""
    detail: str = ""
    booking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StowedContainer:
    """One container of a bay plan. `operator` is the line whose box it is; `remarks` are the
    plan's words on cargo and handling.
    """

    equipment: Equipment
    slot: str
    place_of_loading: str = ""
    place_of_discharge: str = ""
    place_of_destination: str = ""
    operator: str = ""
    transport_document: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BayPlan:
    """A vessel's stowage at departure from, or arrival at, a port."""

    transport: Transport
    containers: tuple[StowedContainer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A booked gate visit; times are aware."""

    window_from: datetime
    window_to: datetime
    direction: MovementEvent
    plates: tuple[str, ...] = ()
    container_codes: tuple[str, ...] = ()
    transport_document: str = ""
