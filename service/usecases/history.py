"""What a visit leaves behind for later ones, and what earlier ones left for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from service.domain.papers.keys import container_key
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.places import place_of
from service.domain.reconcile.history import History, Sighting
from service.domain.reconcile.policy import Policy
from service.usecases.ports import CaseFile
from vision.findings import (
    Analysis,
    CargoEmbedding,
    CheckDigit,
    Reading,
    ScanFingerprint,
    Subject,
)

# How a box goes on from such an event; what is only ordered has not happened.
MODES = {
    MovementEvent.GATE_IN: "road",
    MovementEvent.GATE_OUT: "road",
    MovementEvent.STUFFED: "road",
    MovementEvent.STRIPPED: "road",
    MovementEvent.LOADED: "sea",
    MovementEvent.DISCHARGED: "unknown",
    MovementEvent.ARRIVED: "unknown",
    MovementEvent.DEPARTED: "sea",
}
SEEN = frozenset({Subject.CONTAINER_CODE, Subject.PLATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """What is kept of one visit to be looked up by others.

    `subjects` are the codes and plates that were read, each with whether a check digit or a second
    view confirms it. `lot` names the consignment, "" if unknown; `dwell_minutes` is the time from
    gate to scan, None if no gate was told.
    """

    inspection_id: str
    site: str
    lane: str
    at: datetime
    subjects: tuple[tuple[str, bool], ...]
    position: tuple[float, float] | None = None
    prints: tuple[ScanFingerprint, ...] = ()
    lot: str = ""
    vectors: tuple[tuple[str, tuple[float, ...]], ...] = field(default=())
    dwell_minutes: float | None = None


class HistoryStore(Protocol):
    """Records of visits by subject, look, consignment, lane and hour."""

    def remember(self, record: VisitRecord) -> None:
        """Keep it in place of what was kept of the same inspection before."""
        ...

    def before(self, record: VisitRecord) -> History:
        """What others left that concerns it. Of other sites: place and time, nothing else."""
        ...


def with_history(file: CaseFile, *, store: HistoryStore, policy: Policy) -> CaseFile:
    """The case with its history; also makes the visit part of the history of others."""
    if not file.analyses:
        return file
    from_here = record_of(file, policy=policy)
    store.remember(from_here)
    history = store.before(from_here)
    seen = (*history.sightings, *told_by_messages(file))
    at = file.inspection.captured_at
    return replace(
        file,
        history=replace(history, sightings=tuple(sorted(seen, key=lambda s: abs(s.at - at)))),
    )


def told_by_messages(file: CaseFile) -> tuple[Sighting, ...]:
    """Where carriers and terminals say that the boxes of the visit were, in known ports."""
    return tuple(
        sighting
        for move in (*file.papers.movements, *file.papers.elsewhere)
        for sighting in sightings_in(move, before=file.inspection.captured_at)
    )


def sightings_in(move: Movement, *, before: datetime) -> tuple[Sighting, ...]:
    """None of an order, of an event without a time or a known port, or of one yet to come."""
    place = place_of(move.place) if move.event in MODES else None
    if place is None or move.at is None or move.at > before:
        return ()
    return (
        Sighting(
            subject=container_key(move.equipment.code),
            at=move.at,
            place=place.name,
            reference=f"{move.event.value.replace('_', ' ')}, {place.locode}",
            latitude_deg=place.latitude_deg,
            longitude_deg=place.longitude_deg,
            mode=MODES[move.event],
        ),
    )


Complete = Callable[[CaseFile], CaseFile]


def then(first: Complete, second: Complete) -> Complete:
    """Both, one after the other."""
    return lambda file: second(first(file))


def record_of(file: CaseFile, *, policy: Policy) -> VisitRecord:
    """What the newest analysis and the papers of a case give to keep."""
    analysis, inspection = file.analyses[-1].analysis, file.inspection
    scanners = {f.evidence.scan_sha256: f.scanner for f in _prints(analysis)}
    return VisitRecord(
        inspection_id=inspection.id,
        site=inspection.site,
        lane=inspection.lane,
        at=inspection.captured_at,
        subjects=tuple(sorted(_subjects(analysis).items())),
        position=policy.at(inspection.site).position,
        prints=_prints(analysis),
        lot=file.declaration.reference if file.declaration else "",
        vectors=tuple(
            (scanners.get(f.evidence.scan_sha256, ""), f.vector)
            for f in analysis.findings
            if isinstance(f, CargoEmbedding)
        ),
        dwell_minutes=_dwell(file),
    )


def _prints(analysis: Analysis) -> tuple[ScanFingerprint, ...]:
    return tuple(f for f in analysis.findings if isinstance(f, ScanFingerprint))


def _subjects(analysis: Analysis) -> dict[str, bool]:
    views: dict[str, set[str]] = {}
    certain: dict[str, bool] = {}
    for found in analysis.findings:
        if isinstance(found, Reading) and found.subject in SEEN and found.accepted:
            views.setdefault(found.text, set()).add(found.evidence.scan_sha256)
            confirmed = found.check_digit is CheckDigit.CORRECT or len(views[found.text]) > 1
            certain[found.text] = certain.get(found.text, False) or confirmed
    return certain


def _dwell(file: CaseFile) -> float | None:
    """From the last gate-in before the scan."""
    scanned = file.inspection.captured_at
    entered = [
        move.at
        for move in file.papers.movements
        if move.event is MovementEvent.GATE_IN and move.at is not None and move.at <= scanned
    ]
    return (scanned - max(entered)).total_seconds() / 60 if entered else None
