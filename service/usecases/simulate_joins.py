"""Made-up days at a gate whose truth is known: do papers join the visit that they belong to?

Readings are missing, misread or only guessed, drivers come again within the hour, containers come
again after weeks, papers have typing errors, and tickets may name nothing. The rates below are
assumptions, not measurements; the joins are the product's own code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from service.domain.papers.matching import Candidate, JoinRules, Slot, Visit
from service.domain.papers.visit import Standing, joins_of
from vision.grammar import iso6346

DAY = datetime(2026, 3, 2, tzinfo=UTC)
LETTERS, DIGITS = "ABCDEFGHJKLMNPRSTUVXYZ", "0123456789"
CODE_UNREAD, CODE_GUESSED, CODE_WRONG = 0.05, 0.03, 0.002
PLATE_UNREAD, PLATE_GUESSED, PLATE_WRONG = 0.08, 0.05, 0.01
MISTYPED = 0.01
"""Of the numbers in papers."""
RETURNS = 0.25
"""Of the visits, by a truck that was there in the last four hours."""
BOX_RETURNS = 0.03
"""Of the boxes, with papers of a visit some weeks before."""
TICKET_NAMELESS = 0.15
NEAR = timedelta(hours=6)


@dataclass(kw_only=True, slots=True)
class Tally:
    """Papers of one slot: how many belong to a visit, and how the joins came out."""

    papers: int = 0
    certain: int = 0
    certain_right: int = 0
    doubtful: int = 0
    doubtful_right: int = 0
    missed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Truck:
    visit: Visit
    plate: str
    boxes: tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class _Gate:
    """A gate on one day."""

    rng: np.random.Generator
    rules: JoinRules
    trucks: list[_Truck] = field(default_factory=list)
    papers: list[Candidate] = field(default_factory=list)
    belongs: dict[str, str] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def minutes(self, low: float, high: float) -> timedelta:
        return timedelta(minutes=float(self.rng.uniform(low, high)))

    def text(self, alphabet: str, length: int) -> str:
        return "".join(alphabet[int(i)] for i in self.rng.integers(len(alphabet), size=length))


def simulate_joins(
    *,
    days: int,
    visits: int,
    seed: int,
    rules: JoinRules,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Tally]:
    """Tallies by slot, over so many days of so many visits at one gate."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    rng = np.random.default_rng(seed)
    for day in range(days):
        gate = _Gate(rng=rng, rules=rules)
        for number in range(visits):
            _arrive(gate, number, DAY + timedelta(minutes=number * 1440 / visits))
        _judge(gate, tallies)
        progress(day + 1, days)
    return dict(tallies)


def _arrive(gate: _Gate, number: int, at: datetime) -> None:
    recent = [t for t in gate.trucks[-200:] if at - t.visit.at > timedelta(minutes=30)]
    again = recent and gate.chance(RETURNS)
    plate = recent[int(gate.rng.integers(len(recent)))].plate if again else _plate(gate)
    boxes = tuple(_box(gate) for _ in range(2 if gate.chance(0.2) else 1))
    read_boxes = [_read(gate, box, (CODE_UNREAD, CODE_GUESSED, CODE_WRONG)) for box in boxes]
    read_plate = _read(gate, plate, (PLATE_UNREAD, PLATE_GUESSED, PLATE_WRONG))
    visit = Visit(
        id=f"v{number}",
        at=at,
        containers=frozenset(text for text, sure in read_boxes if text and sure),
        guessed_containers=frozenset(text for text, sure in read_boxes if text and not sure),
        plates=frozenset({read_plate[0]} - {""} if read_plate[1] else ()),
        guessed_plates=frozenset({read_plate[0]} - {""} if not read_plate[1] else ()),
        sensors=frozenset({"xray", "photo", "radiation"}),
    )
    truck = _Truck(visit=visit, plate=plate, boxes=boxes)
    gate.trucks.append(truck)
    for paper in _papers(gate, truck, number):
        gate.papers.append(paper)


def _papers(gate: _Gate, truck: _Truck, number: int) -> Iterator[Candidate]:
    at, plate = truck.visit.at, _typed(gate, truck.plate)

    def of(slot: Slot, name: str, **named: object) -> Candidate:
        candidate = Candidate(id=f"{name}/{number}", slot=slot, **named)  # type: ignore[arg-type]
        gate.belongs[candidate.id] = truck.visit.id
        return candidate

    boxes = frozenset(_typed(gate, box) for box in truck.boxes)
    plates = frozenset({plate}) if gate.chance(0.6) else frozenset[str]()
    filed = at - gate.minutes(60, 60 * 24 * 10)
    yield of(Slot.SHARED, "declaration", at=filed, containers=boxes, plates=plates)
    for place, box in enumerate(truck.boxes):
        if gate.chance(BOX_RETURNS):
            # Its papers of the time before: they belong to none of today's visits.
            weeks = timedelta(days=float(gate.rng.uniform(50, 110)))
            earlier = Candidate(
                id=f"earlier/{number}.{place}",
                slot=Slot.SHARED,
                at=at - weeks,
                containers=frozenset({box}),
            )
            gate.papers.append(earlier)
    came = at - gate.minutes(2, 25)
    yield of(Slot.GATE_IN, "gate", at=came, containers=frozenset(list(boxes)[:1]),
             plates=frozenset({plate}))  # fmt: skip
    if gate.chance(0.7):
        named = frozenset[str]() if gate.chance(TICKET_NAMELESS) else frozenset({plate})
        yield of(Slot.SCALE, "ticket", at=at + gate.minutes(-8, 12), plates=named)
    if gate.chance(0.5):
        opens = at - gate.minutes(-15, 60)
        yield of(Slot.APPOINTMENT, "appointment", window=(opens, opens + timedelta(hours=1)),
                 at=opens, containers=boxes, plates=frozenset({plate}))  # fmt: skip


def _judge(gate: _Gate, tallies: dict[str, Tally]) -> None:
    joined: dict[str, list[tuple[str, Standing]]] = defaultdict(list)
    for place, truck in enumerate(gate.trucks):
        near = [p for p in gate.papers if p.slot is not Slot.SHARED and _near(p, truck.visit)]
        # Of papers of many visits those that could name it: the archive finds no others.
        shared = [p for p in gate.papers if p.slot is Slot.SHARED and _names(p, truck.visit)]
        reach = 2 * gate.rules.scan_window
        others = [
            t.visit
            for t in gate.trucks[max(0, place - 60) : place + 60]
            if t is not truck and abs(t.visit.at - truck.visit.at) <= reach
        ]
        for join in joins_of(
            truck.visit, others=others, candidates=[*near, *shared], rules=gate.rules
        ):
            joined[join.candidate].append((truck.visit.id, join.standing))
    for paper in gate.papers:
        _count(tallies[paper.slot.value], gate.belongs.get(paper.id), joined[paper.id])


def _count(tally: Tally, true_visit: str | None, joins: Sequence[tuple[str, Standing]]) -> None:
    tally.papers += true_visit is not None
    found = False
    for visit, standing in joins:
        right = visit == true_visit
        if standing is Standing.CERTAIN:
            tally.certain += 1
            tally.certain_right += right
            found |= right
        elif standing is Standing.DOUBTFUL:
            tally.doubtful += 1
            tally.doubtful_right += right
            found |= right
    tally.missed += true_visit is not None and not found


def _near(paper: Candidate, visit: Visit) -> bool:
    return paper.at is not None and abs(paper.at - visit.at) <= NEAR


def _names(paper: Candidate, visit: Visit) -> bool:
    seen = visit.containers | visit.guessed_containers | visit.plates | visit.guessed_plates
    named = paper.containers | paper.plates
    return bool(named & seen) or any(
        sum(a != b for a, b in zip(one, other, strict=True)) <= 1
        for one in named
        for other in seen
        if len(one) == len(other)
    )


def _box(gate: _Gate) -> str:
    ten = gate.text(LETTERS, 3) + "U" + gate.text(DIGITS, 6)
    return f"{ten}{iso6346.check_digit(ten)}"


def _plate(gate: _Gate) -> str:
    return gate.text(LETTERS, 3) + gate.text(DIGITS, 4)


def _read(gate: _Gate, text: str, rates: tuple[float, float, float]) -> tuple[str, bool]:
    """What the reader made of it, and whether it is sure; "" for nothing."""
    unread, guessed, wrong = rates
    draw = gate.rng.random()
    if draw < unread:
        return "", True
    if draw < unread + guessed:
        return (text if gate.chance(0.7) else _one_wrong(gate, text)), False
    if draw < unread + guessed + wrong:
        return _one_wrong(gate, text), True
    return text, True


def _typed(gate: _Gate, text: str) -> str:
    return _one_wrong(gate, text) if gate.chance(MISTYPED) else text


def _one_wrong(gate: _Gate, text: str) -> str:
    place = int(gate.rng.integers(len(text)))
    alphabet = DIGITS if text[place].isdigit() else LETTERS
    other = gate.text(alphabet.replace(text[place], ""), 1)
    return text[:place] + other + text[place + 1 :]
