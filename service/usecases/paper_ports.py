"""What the use cases of papers need from outside. `service.store.paper_archive` fulfils it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.domain.access import Caller
from service.domain.papers.current import PaperId, PaperState, Version
from service.domain.papers.keys import Key, KeyKind
from service.domain.papers.paper import Paper, PaperKind

_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Outcome(StrEnum):
    """What became of one statement. DOUBLED: the same was filed before, so nothing changed."""

    TAKEN = "taken"
    DOUBLED = "doubled"
    REFUSED = "refused"


def readable(text: str) -> str:
    """Text that JSON, terminals and log files can carry: no controls, no half of a surrogate."""
    whole = text.encode("utf-8", "backslashreplace").decode()
    return "".join(char if char.isprintable() else " " for char in whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One statement of a file. `title` is empty where the statement was not even understood, and
    `paper` None where it was refused. All texts are `readable`.
    """

    outcome: Outcome
    title: str
    where: str
    reason: str = ""
    paper: PaperId | None = None
    arrival: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file of papers as it came. `refused` are the statements that its reader refused."""

    sha256: str
    name: str
    site: str
    source: str
    caller: str
    refused: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperHistory:
    """One paper: its revisions in order of arrival, which of them counts, and that one's content.

    `paper` has of a bay plan only the containers that were asked for, and no `field_origins`.
    """

    id: PaperId
    versions: tuple[Version, ...]
    state: PaperState[Version]
    paper: Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` up to, not including, `until`; both aware."""

    since: datetime
    until: datetime

    @classmethod
    def around(cls, at: datetime, reach: timedelta) -> Span:
        """As far as the calendar goes; a visit may have any time that its sender gave it."""
        return cls(
            since=at - reach if at - _FIRST > reach else _FIRST,
            until=at + reach + _MICROSECOND if _LAST - at > reach else _LAST,
        )


class PaperArchive(Protocol):
    """Papers as filed; append only. What takes `caller` sees the caller's sites only."""

    def file(self, papers: Sequence[Paper], *, file: SentFile, now: datetime) -> tuple[Line, ...]:
        """Store all that is new, in one transaction; what cannot be stored whole is refused.

        Returns a line for each of `papers`, in their order.
        """
        ...

    def find(
        self, wanted: Mapping[KeyKind, frozenset[str]], *, site: str, spans: Mapping[KeyKind, Span]
    ) -> tuple[PaperHistory, ...]:
        """Papers any revision of which has one of those keys and is about that time.

        The newest of each kind of key if they are more than a few hundred.
        """
        ...

    def search(self, keys: frozenset[Key], *, caller: Caller) -> tuple[PaperHistory, ...]:
        """For a person: the newest papers with one of the keys, whenever."""
        ...

    def titled(self, reference: str, *, caller: Caller) -> tuple[PaperHistory, ...]:
        """For a person: papers of any kind under exactly that reference."""
        ...

    def history(self, kind: PaperKind, reference: str, *, caller: Caller) -> PaperHistory:
        """Raises: NotFound. Of papers at several sites, that of the first site."""
        ...

    def revision(self, arrival: int, *, caller: Caller) -> Paper:
        """A revision whole: all containers, and where each field came from. Raises: NotFound."""
        ...
