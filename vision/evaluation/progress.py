"""How an evaluation says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

_T = TypeVar("_T")

Progress: TypeAlias = Callable[[int, int], None]
"""Called after each item with how many are done, and of how many."""


def silent(done: int, total: int) -> None:
    """For callers that do not look."""
    del done, total


def reported(items: Sequence[_T], progress: Progress) -> Iterator[_T]:
    """The items, with a report after each."""
    for done, item in enumerate(items, start=1):
        yield item
        progress(done, len(items))
