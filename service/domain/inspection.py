"""An inspection: one visit of one vehicle, from its first file to a person's decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vision.scan import ScanKind


class InspectionState(StrEnum):
    """RECEIVED -> ANALYSING -> ANALYSED -> JUDGED -> DECIDED, or FAILED with a reason.

    ANALYSED lasts only while the verdict is being reached. A decided inspection goes back to
    JUDGED when late papers change its verdict.
    """

    RECEIVED = "received"
    ANALYSING = "analysing"
    ANALYSED = "analysed"
    JUDGED = "judged"
    DECIDED = "decided"
    FAILED = "failed"


ALLOWED: dict[InspectionState, frozenset[InspectionState]] = {
    InspectionState.RECEIVED: frozenset({InspectionState.ANALYSING}),
    InspectionState.ANALYSING: frozenset(
        {
            InspectionState.ANALYSED,
            InspectionState.ANALYSING,  # taken over, because its worker was lost
            InspectionState.RECEIVED,  # the attempt failed and will be repeated
            InspectionState.FAILED,
        }
    ),
    InspectionState.ANALYSED: frozenset({InspectionState.JUDGED}),
    InspectionState.JUDGED: frozenset({InspectionState.JUDGED, InspectionState.DECIDED}),
    InspectionState.DECIDED: frozenset({InspectionState.DECIDED, InspectionState.JUDGED}),
    InspectionState.FAILED: frozenset({InspectionState.RECEIVED}),
}


def may_become(before: InspectionState, after: InspectionState) -> bool:
    """Whether the state machine allows the step."""
    return after in ALLOWED[before]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """One uploaded file, stored under its sha256. `kind` is what it was read as."""

    sha256: str
    name: str
    kind: ScanKind
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """One visit. `declaration_ref` and `registration_refs` may name papers yet to come.

    `attempts` counts how often analysis was begun; `failure` is set in state FAILED.
    `captured_at` is when the sensors saw the vehicle, `received_at` when we got the files;
    both are aware datetimes in UTC.
    """

    id: str
    site: str
    lane: str
    captured_at: datetime
    received_at: datetime
    state: InspectionState
    files: tuple[EvidenceFile, ...]
    declaration_ref: str | None
    registration_refs: tuple[str, ...]
    attempts: int = 0
    failure: str = ""
