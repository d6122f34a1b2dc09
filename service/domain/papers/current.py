"""What counts of a paper, as a function of the set of its revisions: no order of arrival in it.

How two revisions of one paper are put in order, first rule that tells:

1. both have a number of the sender's: the higher number is later;
2. an amendment is later than an original;
3. both have a time of the sender's: the later time is later;
4. neither has number or time: the one that arrived last is later, and the state says so.

What none of them tells apart contradicts the revision that counts; the state names it.

A cancellation cancels every revision that is not known to be later than itself, by number or by
time, whenever it arrives: an original that comes after its own cancellation stays cancelled. With
neither number nor time it cancels the reference for good. To revive a paper its sender gives a
higher number or a later time. The same content twice is one revision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

from service.domain.papers.paper import Function, Origin, Paper, PaperKind, Revision

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PaperId:
    """One paper over all its revisions."""

    site: str
    kind: PaperKind
    reference: str

    def __str__(self) -> str:
        return f"{self.kind.value.replace('_', ' ')} {self.reference}"


def id_of(paper: Paper) -> PaperId:
    return PaperId(site=paper.site, kind=paper.kind, reference=paper.reference)


def title_of(paper: PaperId, revision: Revision) -> str:
    """As people call it: entry summary 25DE1 amendment 2."""
    number = revision.number
    if revision.function is Function.ORIGINAL:
        return f"{paper} revision {number}" if number is not None else str(paper)
    words = f"{paper} {revision.function.value}"
    return words if number is None else f"{words} {number}"


class Filed(Protocol):
    """A revision as filed: `arrival` counts up over all papers of the store; equal
    `content_sha256` means that the same was said, whatever file it came in.
    """

    @property
    def revision(self) -> Revision: ...
    @property
    def arrival(self) -> int: ...
    @property
    def content_sha256(self) -> str: ...


F = TypeVar("F", bound=Filed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledPaper:
    """A paper as filed."""

    paper: Paper
    arrival: int
    filed_at: datetime
    content_sha256: str

    @property
    def revision(self) -> Revision:
        return self.paper.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A filed revision without its body, for lists and for finding out which one counts."""

    revision: Revision
    origin: Origin
    arrival: int
    filed_at: datetime
    content_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperState(Generic[F]):
    """What counts of a paper.

    `counts` is the revision in force, or the cancellation of all of them. `contradicted_by` are
    revisions that the sender's numbers and times do not put before it. `by_arrival` means that
    only the order of arrival made it the newest.
    """

    counts: F
    cancelled: bool
    contradicted_by: tuple[F, ...] = ()
    by_arrival: bool = False


def state_of(revisions: Iterable[F]) -> PaperState[F] | None:
    """The state of one paper; None without revisions."""
    distinct = _without_doubles(revisions)
    cancellations = [r for r in distinct if r.revision.function is Function.CANCELLATION]
    standing = [
        r
        for r in distinct
        if r.revision.function is not Function.CANCELLATION
        and all(_survives(r.revision, c.revision) for c in cancellations)
    ]
    if not standing:
        last = max(cancellations, key=_age, default=None)
        return None if last is None else PaperState(counts=last, cancelled=True)
    newest = max(standing, key=_age)
    others = [r for r in standing if r is not newest]
    by_arrival = [r for r in others if _only_arrival_tells(r.revision, newest.revision)]
    return PaperState(
        counts=newest,
        cancelled=False,
        contradicted_by=tuple(
            r
            for r in sorted(others, key=_age)
            if r not in by_arrival and not _is_earlier(r.revision, newest.revision)
        ),
        by_arrival=bool(by_arrival),
    )


def current(revisions: Iterable[F]) -> F | None:
    """The revision that counts, or the cancellation of all of them."""
    state = state_of(revisions)
    return None if state is None else state.counts


def is_cancelled(filed: Filed | None) -> bool:
    """Whether what `current` gave is a cancellation."""
    return filed is not None and filed.revision.function is Function.CANCELLATION


def _without_doubles(revisions: Iterable[F]) -> Sequence[F]:
    first: dict[str, F] = {}
    for filed in sorted(revisions, key=lambda r: r.arrival):
        first.setdefault(filed.content_sha256, filed)
    return list(first.values())


def _survives(revision: Revision, cancellation: Revision) -> bool:
    """Whether the sender issued it after the cancellation, as far as number and time tell."""
    number, last = revision.number, cancellation.number
    if number is not None and last is not None and number != last:
        return number > last
    if revision.issued_at is not None and cancellation.issued_at is not None:
        return revision.issued_at > cancellation.issued_at
    return False


def _is_earlier(one: Revision, other: Revision) -> bool:
    """Rules 1 to 3 of the module."""
    if one.number is not None and other.number is not None and one.number != other.number:
        return one.number < other.number
    if one.function is not other.function:
        return one.function is Function.ORIGINAL
    if one.issued_at is not None and other.issued_at is not None:
        return one.issued_at < other.issued_at
    return False


def _only_arrival_tells(one: Revision, other: Revision) -> bool:
    return one.function is other.function and not (_has_order(one) or _has_order(other))


def _has_order(revision: Revision) -> bool:
    return revision.number is not None or revision.issued_at is not None


def _age(filed: Filed) -> tuple[int, int, datetime, int, str]:
    """Sorts oldest first, in one total order that agrees with rules 1 to 4.

    Where the sender gave number or time and yet two revisions are level, their content decides:
    arbitrary, but the same in whatever order they came.
    """
    revision = filed.revision
    return (
        -1 if revision.number is None else revision.number,
        (Function.ORIGINAL, Function.AMENDMENT, Function.CANCELLATION).index(revision.function),
        revision.issued_at or _NEVER,
        0 if _has_order(revision) else filed.arrival,
        filed.content_sha256,
    )
