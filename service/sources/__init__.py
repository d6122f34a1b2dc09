"""Papers in the formats of their senders, one file per format; content decides, never the name.

A reader is a `PaperSource`: a pure function from bytes to papers, with its own limits. It knows
no database, network or clock. `service.sources.catalogue` names all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Protocol

from service.domain.papers.paper import Paper

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """A file as it came. `site` is where its papers belong unless they say otherwise;
    `local_zone` is meant by times that come without a zone, as most port messages do.
    """

    name: str
    data: bytes
    site: str
    local_zone: tzinfo = UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is read at all; checked before or while parsing."""

    max_bytes: int = 64 * 1024 * 1024
    max_papers: int = 100_000
    max_depth: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A statement in a file that was not taken: where it stands and why, for a person."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a file gave: papers taken, statements refused. A file with neither is an error.

    `notes` tell a person what was left unread on purpose: columns that no one asked for.
    `doubts` concern what was taken all the same: a person should know of them.
    """

    source: str
    papers: tuple[Paper, ...]
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[Refusal, ...] = ()


class UnreadablePaper(Exception):
    """The file as a whole cannot be read: damaged, hostile or of no known format.

    Args:
        source: the format that it looked like; "unknown" if none.
        reason: what was expected and what came.
        where: line, segment or path where reading stopped, if known.
    """

    def __init__(self, source: str, reason: str, *, where: str = "") -> None:
        super().__init__(f"{source}: {reason}" + (f" ({where})" if where else ""))
        self.source = source
        self.reason = reason
        self.where = where


class PaperSource(Protocol):
    """One format."""

    @property
    def name(self) -> str:
        """As it stands in `Origin.source`, for example "baplie"."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with `head` (up to `HEAD_BYTES`) is of this format."""
        ...

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        ...
