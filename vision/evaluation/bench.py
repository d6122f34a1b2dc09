"""Speed side by side: the same work by us and by a peer, in one run, on one thread.

Times say little across machines; ratios say more. The work alternates between the contestants, so
that a machine that slows down slows all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Job = Callable[[int], object]
"""Does item number i of the work once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Someone who does the work; `note` says under which conditions."""

    name: str
    job: Job
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Per item, in ms; `ratio` is the first contestant's median time over this one's: above 1 is
    faster than the first.
    """

    name: str
    median_ms: float
    p95_ms: float
    per_second: float
    ratio: float
    note: str


def side_by_side(
    contestants: Sequence[Contestant],
    *,
    items: int,
    rounds: int,
    progress: Callable[[int, int], None],
) -> list[Timing]:
    """Each contestant does every item `rounds` times, after one unmeasured warm-up.

    Raises:
        ValueError: nobody, or nothing to do.
    """
    if not contestants or items < 1 or rounds < 1:
        raise ValueError("a bench needs a contestant, an item and a round")
    taken: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    total = items * (rounds + 1) * len(contestants)
    done = 0
    for number in range(rounds + 1):
        for item in range(items):
            for contestant in contestants:
                began = time.perf_counter()
                contestant.job(item)
                if number:
                    taken[contestant.name].append((time.perf_counter() - began) * 1000)
                done += 1
                progress(done, total)
    first = float(np.median(taken[contestants[0].name]))
    return [
        Timing(
            name=contestant.name,
            median_ms=round(float(np.median(times)), 2),
            p95_ms=round(float(np.percentile(times, 95)), 2),
            per_second=round(1000 * len(times) / sum(times), 1),
            ratio=round(first / float(np.median(times)), 2),
            note=contestant.note,
        )
        for contestant in contestants
        for times in (taken[contestant.name],)
    ]
