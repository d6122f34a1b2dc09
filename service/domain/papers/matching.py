"""How well one candidate fits one visit: evidence for and against, added up.

Weights are of the size of log likelihood ratios in nats: a container code or a plate that is
equal by chance is one in thousands or fewer. They are policy data and starting points, to be
calibrated on visits whose papers are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.papers.keys import KeyKind, about, are_alike, code_look_alikes, keys_of
from service.domain.papers.movement import Appointment, Movement, MovementEvent
from service.domain.papers.paper import Paper, PaperKind


class Slot(StrEnum):
    """What a candidate is to a visit. All but SHARED and VEHICLE belong to one visit only."""

    SCALE = "scale"
    APPOINTMENT = "appointment"
    GATE_IN = "gate_in"
    GATE_OUT = "gate_out"
    PASSAGE = "passage"
    SCAN = "scan"
    SHARED = "shared"
    VEHICLE = "vehicle"


MANY_VISITS = frozenset({Slot.SHARED, Slot.VEHICLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the sensors saw of one visit. Texts are keys (`service.domain.papers.keys`); those
    under `guessed` the reader did not accept. `documents` were named when it was sent. `sensors`
    are the kinds of its scans.
    """

    id: str
    at: datetime
    containers: frozenset[str] = frozenset()
    plates: frozenset[str] = frozenset()
    guessed_containers: frozenset[str] = frozenset()
    guessed_plates: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    sensors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may belong to a visit. `window` is for what is booked for a time."""

    id: str
    slot: Slot
    at: datetime | None = None
    window: tuple[datetime, datetime] | None = None
    containers: frozenset[str] = frozenset()
    plates: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    sensors: frozenset[str] = frozenset()


class Because(StrEnum):
    """Why a candidate does or does not fit."""

    NAMED = "named"
    SAME_CONTAINER = "same_container"
    SIMILAR_CONTAINER = "similar_container"
    OTHER_CONTAINER = "other_container"
    SAME_PLATE = "same_plate"
    SIMILAR_PLATE = "similar_plate"
    OTHER_PLATE = "other_plate"
    CLOSE_IN_TIME = "close_in_time"
    FAR_IN_TIME = "far_in_time"
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`detail` is the text or the distance in time that it is about."""

    because: Because
    detail: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The reasons of one pair; `score` is their sum."""

    reasons: tuple[Reason, ...]

    @property
    def score(self) -> float:
        return sum(reason.weight for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRules:
    """Weights, windows and thresholds. Scale, passage and scan: plus or minus 20 minutes, as the
    Brazilian customs' system AJNA joins them.

    A plate names a truck that comes again, so that for papers of many visits it counts in full
    only for `plate_span` and not at all beyond `plate_reach`; likewise a container.
    """

    named: float = 12.0
    same_container: float = 9.0
    similar_container: float = 4.0
    other_container: float = -6.0
    same_plate: float = 8.0
    similar_plate: float = 3.0
    other_plate: float = -4.0
    close_in_time: float = 3.0
    far_in_time: float = -4.0
    no_time: float = -2.0
    certain_from: float = 7.5
    doubtful_from: float = 1.0
    margin: float = 2.0
    scale_window: timedelta = timedelta(minutes=20)
    scan_window: timedelta = timedelta(minutes=20)
    passage_window: timedelta = timedelta(minutes=10)
    gate_window: timedelta = timedelta(hours=2)
    appointment_grace: timedelta = timedelta(hours=1)
    plate_span: timedelta = timedelta(hours=12)
    plate_reach: timedelta = timedelta(days=3)
    container_span: timedelta = timedelta(days=45)
    container_reach: timedelta = timedelta(days=120)

    def window(self, slot: Slot) -> timedelta:
        """How far in time a candidate of that slot may be."""
        return {
            Slot.SCALE: self.scale_window,
            Slot.SCAN: self.scan_window,
            Slot.PASSAGE: self.passage_window,
            Slot.GATE_IN: self.gate_window,
            Slot.GATE_OUT: self.gate_window,
            Slot.APPOINTMENT: self.appointment_grace,
        }.get(slot, self.container_reach)


_SLOTS = {
    PaperKind.WEIGHBRIDGE_TICKET: Slot.SCALE,
    PaperKind.GATE_APPOINTMENT: Slot.APPOINTMENT,
    PaperKind.VEHICLE_RECORD: Slot.VEHICLE,
}


def candidate_of(paper: Paper, *, filed_at: datetime) -> Candidate:
    """What a paper brings to a comparison. Its id is its kind and reference."""
    body, slot = paper.body, _SLOTS.get(paper.kind, Slot.SHARED)
    if isinstance(body, Movement) and body.event is MovementEvent.GATE_IN:
        slot = Slot.GATE_IN
    if isinstance(body, Movement) and body.event is MovementEvent.GATE_OUT:
        slot = Slot.GATE_OUT
    when = about(paper)
    keys = [key for key in keys_of(paper) if not key.doubtful]
    return Candidate(
        id=f"{paper.kind.value}/{paper.reference}",
        slot=slot,
        at=filed_at if when is None and slot is Slot.SHARED else when,
        window=(body.window_from, body.window_to) if isinstance(body, Appointment) else None,
        containers=frozenset(key.value for key in keys if key.kind is KeyKind.CONTAINER),
        plates=frozenset(key.value for key in keys if key.kind in {KeyKind.PLATE, KeyKind.VEHICLE}),
        documents=frozenset(key.value for key in keys if key.kind is KeyKind.DOCUMENT),
    )


def compare(visit: Visit, candidate: Candidate, rules: JoinRules) -> Match | None:
    """The evidence on one pair; None if nothing speaks for it, or too little."""
    if candidate.slot is Slot.SCAN and visit.sensors & candidate.sensors:
        return None
    by_name = _by_name(visit, candidate, rules)
    in_time = _in_time(visit, candidate, by_name, rules)
    if in_time is None:
        return None
    match = Match(reasons=(*by_name, *in_time))
    return match if match.score >= rules.doubtful_from else None


def _by_name(visit: Visit, candidate: Candidate, rules: JoinRules) -> tuple[Reason, ...]:
    """What both name; a contradiction counts only where nothing stronger agrees."""
    named = visit.documents & candidate.documents
    reasons = [_reason(Because.NAMED, named, rules.named)] if named else []
    box = _box(visit, candidate, rules)
    if box is not None and not (reasons and box.weight < 0):
        reasons.append(box)
    plate = _plate(visit, candidate, rules)
    agreed = any(reason.weight > rules.similar_container for reason in reasons)
    if plate is not None and not (agreed and plate.weight < 0):
        reasons.append(plate)
    return tuple(reasons)


def _box(visit: Visit, candidate: Candidate, rules: JoinRules) -> Reason | None:
    theirs = candidate.containers
    if same := visit.containers & theirs:
        return _reason(Because.SAME_CONTAINER, same, rules.same_container)
    seen = visit.containers | visit.guessed_containers
    similar = {text for text in theirs if any(_similar_codes(text, own) for own in seen)}
    if similar:
        return _reason(Because.SIMILAR_CONTAINER, similar, rules.similar_container)
    if visit.containers and theirs:
        return _reason(Because.OTHER_CONTAINER, theirs, rules.other_container)
    return None


def _plate(visit: Visit, candidate: Candidate, rules: JoinRules) -> Reason | None:
    theirs = candidate.plates
    if same := visit.plates & theirs:
        return _reason(Because.SAME_PLATE, same, rules.same_plate)
    seen = visit.plates | visit.guessed_plates
    similar = {text for text in theirs if any(_similar_plates(text, own) for own in seen)}
    if similar:
        return _reason(Because.SIMILAR_PLATE, similar, rules.similar_plate)
    if visit.plates and theirs:
        return _reason(Because.OTHER_PLATE, theirs, rules.other_plate)
    return None


def _similar_codes(one: str, other: str) -> bool:
    """Equal to a guess, or one of them wrong by its check digit and one character away."""
    return one == other or one in code_look_alikes(other) or other in code_look_alikes(one)


def _similar_plates(one: str, other: str) -> bool:
    return one == other or are_alike(one, other)


def _in_time(
    visit: Visit, candidate: Candidate, by_name: tuple[Reason, ...], rules: JoinRules
) -> tuple[Reason, ...] | None:
    """None: too far away, whatever they name."""
    if candidate.slot is Slot.VEHICLE:
        return ()
    away = _distance(visit, candidate)
    if candidate.slot is Slot.SHARED:
        return _in_reach(away, by_name, rules)
    if away is None:
        return (Reason(because=Because.NO_TIME, detail="", weight=rules.no_time),)
    share = away / rules.window(candidate.slot)
    if share > 1:
        return None
    # Squared, so that of two trucks and two tickets the pairs in order fit best.
    weight = rules.close_in_time * (1 - share**2)
    return (Reason(because=Because.CLOSE_IN_TIME, detail=_words(away), weight=weight),)


def _distance(visit: Visit, candidate: Candidate) -> timedelta | None:
    if candidate.window is not None:
        opens, closes = candidate.window
        return max(opens - visit.at, visit.at - closes, timedelta(0))
    return None if candidate.at is None else abs(candidate.at - visit.at)


def _in_reach(
    away: timedelta | None, by_name: tuple[Reason, ...], rules: JoinRules
) -> tuple[Reason, ...] | None:
    """Papers of many visits: how long what is named goes on meaning this visit."""
    if away is None or any(reason.because is Because.NAMED for reason in by_name):
        return ()
    boxes = {Because.SAME_CONTAINER, Because.SIMILAR_CONTAINER}
    by_box = any(reason.because in boxes for reason in by_name)
    span = rules.container_span if by_box else rules.plate_span
    reach = rules.container_reach if by_box else rules.plate_reach
    if away <= span:
        return ()
    if away > reach:
        return None
    return (Reason(because=Because.FAR_IN_TIME, detail=_words(away), weight=rules.far_in_time),)


def _reason(because: Because, texts: Iterable[str], weight: float) -> Reason:
    return Reason(because=because, detail=", ".join(sorted(texts)), weight=weight)


def _words(away: timedelta) -> str:
    minutes = round(away.total_seconds() / 60)
    return f"{minutes} min" if away < timedelta(hours=2) else f"{round(minutes / 60)} h"
