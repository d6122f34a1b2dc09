"""What it takes to reconcile one visit by itself, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.verdict import Verdict
from vision.findings import Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class SensedVisit:
    """What the sensors gave, and when."""

    analysis: Analysis
    captured_at: datetime
    lane: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A file by name and content."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjoined:
    """A paper of a file that was taken, and why it plays no part in this visit."""

    name: str
    paper: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The verdict; files whose papers were taken, what was refused with the reason, and what was
    taken but does not belong to the visit.
    """

    verdict: Verdict
    taken: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    unjoined: tuple[Unjoined, ...] = ()


class Reconcile(Protocol):
    """One visit with these papers, registers and earlier visits; nothing is kept.

    Papers join by what they name and when, as in the service: a paper of another visit is left
    to it. Register tables are known by the names of their files.
    """

    def __call__(
        self,
        visit: SensedVisit,
        *,
        papers: Sequence[NamedFile] = (),
        registers: Sequence[NamedFile] = (),
        history: Sequence[SensedVisit] = (),
    ) -> Reconciled:
        """Raises: InvalidInput: a register table of an unknown name, or one that is malformed."""
        ...
