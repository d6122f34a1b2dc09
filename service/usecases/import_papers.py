"""Take in a file of papers: read it, file what is new, say what became of each statement."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.access import Caller
from service.domain.papers.current import id_of, title_of
from service.domain.papers.paper import Paper
from service.errors import Forbidden
from service.usecases.paper_ports import Line, Outcome, PaperArchive, SentFile, readable
from service.usecases.ports import BlobStore, Clock


class Remark(Protocol):
    """A place in a file and a sentence on it."""

    @property
    def where(self) -> str: ...
    @property
    def reason(self) -> str: ...


class ReadPapers(Protocol):
    """What a reader made of a file; `service.sources.Batch` is one."""

    @property
    def source(self) -> str: ...
    @property
    def papers(self) -> Sequence[Paper]: ...
    @property
    def refused(self) -> Sequence[Remark]: ...
    @property
    def doubts(self) -> Sequence[Remark]: ...


class PaperReader(Protocol):
    """Reads a file by its content. Raises: UnreadablePapers."""

    def __call__(self, name: str, data: bytes, *, site: str) -> ReadPapers: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What a person should know of a statement that was taken."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of a file."""

    name: str
    sha256: str
    source: str
    lines: tuple[Line, ...]
    doubts: tuple[Doubt, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return Counter(line.outcome for line in self.lines)[outcome]

    @property
    def summary(self) -> str:
        """As in: baplie: 3 taken, 1 refused."""
        counts = ((outcome.value, self.count(outcome)) for outcome in Outcome)
        words = ", ".join(f"{count} {name}" for name, count in counts if count)
        return f"{self.source}: {words or 'nothing'}"

    @property
    def problems(self) -> list[dict[str, str]]:
        """What was refused and what is doubtful: title, where and why."""
        refused = (
            {"statement": line.title, "where": line.where, "reason": line.reason}
            for line in self.lines
            if line.outcome is Outcome.REFUSED
        )
        doubtful = ({"where": d.where, "reason": d.reason, "doubt": "taken"} for d in self.doubts)
        return [*refused, *doubtful]

    @property
    def anything_there(self) -> bool:
        """Whether at least one statement is in the archive now, from this file or before."""
        return any(line.outcome is not Outcome.REFUSED for line in self.lines)


def import_papers(
    name: str,
    data: bytes,
    *,
    site: str,
    caller: Caller,
    read: PaperReader,
    archive: PaperArchive,
    blobs: BlobStore,
    clock: Clock,
) -> FileReport:
    """File what is new of a file: all statements that can be taken, or nothing at all.

    The file itself is kept under its sha256, which every paper names as its origin.

    Raises:
        UnreadablePapers: the file as a whole cannot be read; nothing is stored.
        Forbidden: the caller does not work at that site.
    """
    if not caller.sees(site):
        raise Forbidden(f"{caller.name} does not work at site {site!r}")
    name = readable(name)
    batch = read(name, data, site=site)
    own = [paper for paper in batch.papers if caller.sees(paper.site)]
    refused = [_refused(problem) for problem in batch.refused]
    refused += [_elsewhere(paper, caller) for paper in batch.papers if not caller.sees(paper.site)]
    sha256 = blobs.put(data) if own else hashlib.sha256(data).hexdigest()
    file = SentFile(
        sha256=sha256,
        name=name,
        site=site,
        source=batch.source,
        caller=caller.name,
        refused=tuple(refused),
    )
    lines = archive.file(own, file=file, now=clock())
    return FileReport(
        name=name,
        sha256=sha256,
        source=batch.source,
        lines=(*lines, *refused),
        doubts=tuple(
            Doubt(where=readable(d.where), reason=readable(d.reason)) for d in batch.doubts
        ),
    )


def _refused(remark: Remark) -> Line:
    where, reason = readable(remark.where), readable(remark.reason)
    return Line(outcome=Outcome.REFUSED, title="", where=where, reason=reason)


def _elsewhere(paper: Paper, caller: Caller) -> Line:
    return Line(
        outcome=Outcome.REFUSED,
        title=readable(title_of(id_of(paper), paper.revision)),
        where=readable(paper.origin.where),
        reason=readable(f"{caller.name} does not work at site {paper.site!r}"),
    )
