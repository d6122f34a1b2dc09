"""What a person said about which papers belong to a visit. Appended, never changed; undo is a
correction too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """JOIN: it belongs to this visit. SPLIT: it does not. UNDO: as if `undoes` were not there."""

    JOIN = "join"
    SPLIT = "split"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """`subject` is the id of a candidate, for an undo that of what it undoes; `number` counts up
    over all corrections.
    """

    number: int
    visit_id: str
    subject: str
    action: Action
    by: str
    at: datetime
    note: str = ""
    undoes: int | None = None


def in_force(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Joins and splits that hold: not undone, and the newest word on their visit and subject.

    An undo that was undone undoes nothing.
    """
    newest_first = sorted(corrections, key=lambda c: -c.number)
    undone: set[int] = set()
    holding: dict[tuple[str, str], Correction] = {}
    for correction in newest_first:
        if correction.number in undone:
            continue
        if correction.action is Action.UNDO:
            if correction.undoes is not None:
                undone.add(correction.undoes)
        else:
            holding.setdefault((correction.visit_id, correction.subject), correction)
    return tuple(sorted(holding.values(), key=lambda c: c.number))
