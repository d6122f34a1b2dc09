"""Which papers, weighings, passages and other scans belong to one visit.

Each candidate is compared with each visit near it. Where a candidate belongs to one visit only (a
weighbridge ticket, an appointment), all visits and all candidates of its slot nearby are paired
at once, so that what is better explained by the truck behind is left to the truck behind. A
person's correction goes before all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from service.domain.papers.assignment import best_pairs
from service.domain.papers.corrections import Action, Correction, in_force
from service.domain.papers.matching import (
    MANY_VISITS,
    Candidate,
    JoinRules,
    Match,
    Slot,
    Visit,
    compare,
)

MOST_IN_CONTEST = 24
"""Pairing takes time with the third power; what is further away in time does not matter."""
_A_PERSONS_WORD = 1_000.0
_UNKNOWN_TIME = timedelta.max


class Standing(StrEnum):
    """CERTAIN and DOUBTFUL are joined; POSSIBLE fits, but went to another visit or was beaten by
    another candidate; SPLIT a person took away.
    """

    CERTAIN = "certain"
    DOUBTFUL = "doubtful"
    POSSIBLE = "possible"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One candidate and the visit. `rival_visits` are other visits that the candidate fits,
    `rival_candidates` others of its slot that fit the visit; `margin` is how much worse all pairs
    would be without this one. `correction` is the number of the person's word, None if computed.
    """

    candidate: str
    slot: Slot
    standing: Standing
    match: Match
    margin: float | None = None
    rival_visits: tuple[str, ...] = ()
    rival_candidates: tuple[str, ...] = ()
    correction: int | None = None


def joins_of(
    visit: Visit,
    *,
    others: Sequence[Visit],
    candidates: Sequence[Candidate],
    corrections: Iterable[Correction] = (),
    rules: JoinRules,
) -> tuple[Join, ...]:
    """What belongs to `visit`, strongest first; `others` are the visits near it."""
    words = _Words.of(corrections)
    found: list[Join] = []
    for slot in Slot:
        own = [candidate for candidate in candidates if candidate.slot is slot]
        if slot in MANY_VISITS:
            found += [join for c in own if (join := _shared(visit, c, words, rules)) is not None]
        elif own:
            found += _Contest.around(visit, others, own, words, rules).joins()
    order = list(Standing)
    return tuple(sorted(found, key=lambda j: (order.index(j.standing), -j.match.score)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """Corrections in force by visit and subject."""

    by_pair: Mapping[tuple[str, str], Correction]
    joined_to: Mapping[str, str]

    @classmethod
    def of(cls, corrections: Iterable[Correction]) -> _Words:
        holding = in_force(corrections)
        return cls(
            by_pair={(c.visit_id, c.subject): c for c in holding},
            # Of two persons who joined it to two visits, the one who came last.
            joined_to={c.subject: c.visit_id for c in holding if c.action is Action.JOIN},
        )

    def on(self, visit: Visit, candidate: Candidate) -> Correction | None:
        return self.by_pair.get((visit.id, candidate.id))


def _shared(visit: Visit, candidate: Candidate, words: _Words, rules: JoinRules) -> Join | None:
    match, word = compare(visit, candidate, rules), words.on(visit, candidate)
    if match is None and word is None:
        return None
    match = match or Match(reasons=())
    if word is not None:
        standing = Standing.CERTAIN if word.action is Action.JOIN else Standing.SPLIT
    else:
        certain = match.score >= rules.certain_from
        standing = Standing.CERTAIN if certain else Standing.DOUBTFUL
    return Join(
        candidate=candidate.id,
        slot=candidate.slot,
        standing=standing,
        match=match,
        correction=None if word is None else word.number,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a candidate can go: a visit has one scale, but a gate move for each container."""

    visit: Visit
    container: str | None = None


class _Contest:
    """All visits and candidates of one slot that compete with each other, one visit in focus."""

    def __init__(
        self,
        focus: Visit,
        others: Sequence[Visit],
        candidates: Sequence[Candidate],
        words: _Words,
        rules: JoinRules,
    ) -> None:
        self._focus = focus
        # An order that does not depend on who asks, so that ties end alike for all visits.
        self._candidates = sorted(candidates, key=lambda c: c.id)
        visits = sorted((focus, *others), key=lambda v: (v.at, v.id))
        self._places = [p for visit in visits for p in _places(visit, candidates[0].slot)]
        self._words = words
        self._rules = rules
        self._visits = visits
        self._matches: dict[tuple[str, str], Match] = {}
        self._compared: set[tuple[str, str]] = set()
        self._scores = self._reached()
        self._pairs = self._solve(self._scores)

    @classmethod
    def around(
        cls,
        focus: Visit,
        others: Sequence[Visit],
        candidates: Sequence[Candidate],
        words: _Words,
        rules: JoinRules,
    ) -> _Contest:
        """The nearest in time of both; what a person spoke of is always among them."""
        if candidates[0].slot is Slot.SCAN:
            # Scans are looked for on behalf of visits that have the same sensors as this one.
            others = [visit for visit in others if visit.sensors & focus.sensors]
        visits = sorted(others, key=lambda v: abs(v.at - focus.at))[:MOST_IN_CONTEST]
        near = sorted(candidates, key=lambda c: _away(c, focus))
        spoken_of = [c for c in near[MOST_IN_CONTEST:] if words.on(focus, c) is not None]
        return cls(focus, visits, [*near[:MOST_IN_CONTEST], *spoken_of], words, rules)

    def joins(self) -> list[Join]:
        won = {row for row, column in self._pairs if self._is_focus(column)}
        found = [self._won(row) for row in won]
        for row, candidate in enumerate(self._candidates):
            word = self._words.on(self._focus, candidate)
            fits = (self._focus.id, candidate.id) in self._matches
            if row not in won and (fits or word is not None):
                found.append(self._lost(candidate, word))
        return found

    def _is_focus(self, column: int) -> bool:
        return self._places[column].visit.id == self._focus.id

    def _score(self, candidate: Candidate, place: _Place) -> float:
        joined_to = self._words.joined_to.get(candidate.id)
        if joined_to is not None:
            return _A_PERSONS_WORD if joined_to == place.visit.id else 0.0
        if self._words.on(place.visit, candidate) is not None:
            return 0.0
        match = self._matches.get((place.visit.id, candidate.id))
        named = candidate.containers & place.visit.containers
        if match is None or (place.container and named and place.container not in named):
            return 0.0
        return match.score

    def _reached(self) -> dict[tuple[int, int], float]:
        """Scores by candidate and place, of what can touch the visit in focus: what fits it, what
        else that fits, and so on. On most days that is one ticket and one truck.
        """
        rows, visits = set[int](), {self._focus.id}
        new_rows, new_visits = set[int](), {self._focus.id}
        scores: dict[tuple[int, int], float] = {}
        while new_visits:
            new_rows = {
                row
                for row in range(len(self._candidates))
                if row not in rows and self._compare({row}, new_visits, scores)
            }
            rows |= new_rows
            new_visits = {
                visit.id
                for visit in self._visits
                if visit.id not in visits and self._compare(new_rows, {visit.id}, scores)
            }
            visits |= new_visits
        return scores

    def _compare(
        self, rows: set[int], visits: set[str], scores: dict[tuple[int, int], float]
    ) -> bool:
        """Fill in what those score together; whether anything does."""
        found = False
        for column, place in enumerate(self._places):
            if place.visit.id not in visits:
                continue
            for row in rows:
                candidate = self._candidates[row]
                pair = (place.visit.id, candidate.id)
                if pair not in self._compared:
                    self._compared.add(pair)
                    match = compare(place.visit, candidate, self._rules)
                    if match is not None:
                        self._matches[pair] = match
                score = self._score(candidate, place)
                if score > 0:
                    scores[row, column] = score
                    found = True
        return found

    def _solve(self, scores: Mapping[tuple[int, int], float]) -> frozenset[tuple[int, int]]:
        # Renumbered, because the method takes time for rows that nothing fits.
        rows = {row: number for number, row in enumerate(sorted({r for r, _ in scores}))}
        columns = {column: n for n, column in enumerate(sorted({c for _, c in scores}))}
        dense = {(rows[r], columns[c]): score for (r, c), score in scores.items()}
        pairs = best_pairs(dense, rows=len(rows), columns=len(columns))
        row_of, column_of = list(rows), list(columns)
        return frozenset((row_of[r], column_of[c]) for r, c in pairs)

    def _won(self, row: int) -> Join:
        candidate = self._candidates[row]
        word = self._words.on(self._focus, candidate)
        margin = None if word is not None else self._margin(row)
        join = self._join(candidate, Standing.CERTAIN, margin=margin, word=word)
        enough = join.match.score >= self._rules.certain_from
        if margin is None or (enough and margin >= self._rules.margin):
            return join
        return replace(join, standing=Standing.DOUBTFUL)

    def _lost(self, candidate: Candidate, word: Correction | None) -> Join:
        if word is not None and word.action is Action.SPLIT:
            return self._join(candidate, Standing.SPLIT, word=word)
        return self._join(candidate, Standing.POSSIBLE)

    def _join(
        self,
        candidate: Candidate,
        standing: Standing,
        *,
        margin: float | None = None,
        word: Correction | None = None,
    ) -> Join:
        visits = {visit for visit, other in self._matches if other == candidate.id}
        others = {other for visit, other in self._matches if visit == self._focus.id}
        return Join(
            candidate=candidate.id,
            slot=candidate.slot,
            standing=standing,
            match=self._matches.get((self._focus.id, candidate.id), Match(reasons=())),
            margin=margin,
            rival_visits=tuple(sorted(visits - {self._focus.id})),
            rival_candidates=tuple(sorted(others - {candidate.id})),
            correction=None if word is None else word.number,
        )

    def _margin(self, row: int) -> float:
        """What all pairs would lose if the candidate could not go to the visit in focus."""
        less = {
            pair: score
            for pair, score in self._scores.items()
            if pair[0] != row or not self._is_focus(pair[1])
        }
        before = sum(self._scores[pair] for pair in self._pairs)
        return before - sum(less[pair] for pair in self._solve(less))


def _places(visit: Visit, slot: Slot) -> list[_Place]:
    if slot in {Slot.SCALE, Slot.PASSAGE, Slot.SCAN} or not visit.containers:
        return [_Place(visit=visit)]
    return [_Place(visit=visit, container=code) for code in sorted(visit.containers)]


def _away(candidate: Candidate, visit: Visit) -> timedelta:
    at = candidate.window[0] if candidate.window is not None else candidate.at
    return _UNKNOWN_TIME if at is None else abs(at - visit.at)
