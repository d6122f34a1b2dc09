"""A passage that is still going on: records of a portal, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRecord:
    """One interval. `gamma` is counts by panel; `windows` counts by energy window, or None."""

    sequence: int
    duration_s: float
    gamma: tuple[float, ...]
    occupied: bool
    neutron: float | None = None
    windows: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPassage:
    """`panels` names the gamma panels in the order of the records' counts. `inspection_id` is
    set when it was closed.
    """

    id: str
    site: str
    lane: str
    panels: tuple[str, ...]
    opened_at: datetime
    declaration_ref: str | None = None
    registration_refs: tuple[str, ...] = ()
    inspection_id: str | None = None


def gaps(sequences: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """First and last number of each stretch that is missing below the largest."""
    missing: list[tuple[int, int]] = []
    expected = 0
    for number in sorted(set(sequences)):
        if number > expected:
            missing.append((expected, number - 1))
        expected = number + 1
    return tuple(missing)
