"""Which revision of a paper counts, whatever the order in which its revisions arrived."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from service.domain.papers.paper import Function, Paper

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPaper:
    """A paper as filed: `arrival` counts up over all papers of the store."""

    paper: Paper
    arrival: int
    filed_at: datetime


def current(revisions: Iterable[FiledPaper]) -> FiledPaper | None:
    """The newest revision by the sender's number, then the sender's time, then arrival.

    A cancellation without number or time cancels whatever has come before or comes later,
    except a revision with a higher number: a lost original must not undo it.
    """
    return max(revisions, key=_age, default=None)


def is_cancelled(filed: FiledPaper | None) -> bool:
    """Whether the paper no longer stands."""
    return filed is not None and filed.paper.revision.function is Function.CANCELLATION


def _age(filed: FiledPaper) -> tuple[int, datetime, int, int]:
    revision = filed.paper.revision
    order = (Function.ORIGINAL, Function.AMENDMENT, Function.CANCELLATION)
    return (
        revision.number if revision.number is not None else -1,
        revision.issued_at or _NEVER,
        order.index(revision.function),
        filed.arrival,
    )
