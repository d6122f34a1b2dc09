"""What one file gives while it is read: papers taken, statements refused, doubts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from service.domain.papers.paper import Body, Origin, Paper, PaperKind, Revision
from service.sources import Batch, Limits, PaperFile, Refusal, UnreadablePaper
from service.sources.statement import RefusedStatement, sha256_of

MAX_REFUSALS = 1000
"""A file that is wrong in every line needs no more lines than this to be explained."""

_NO_ORIGINS: Mapping[str, str] = MappingProxyType({})


class Intake:
    """Collects the batch of one file and stamps each paper with its origin."""

    def __init__(self, file: PaperFile, *, source: str, limits: Limits) -> None:
        if len(file.data) > limits.max_bytes:
            raise UnreadablePaper(
                source, f"{len(file.data)} bytes, at most {limits.max_bytes} are read"
            )
        self.file = file
        self.source = source
        self.limits = limits
        self._sha256 = sha256_of(file)
        self._papers: list[Paper] = []
        self._refused: list[Refusal] = []
        self._doubts: list[Refusal] = []
        self._more = {"refused": 0, "doubts": 0}

    def take(
        self,
        body: Body | None,
        *,
        kind: PaperKind,
        reference: str,
        revision: Revision,
        where: str,
        field_origins: Mapping[str, str] = _NO_ORIGINS,
    ) -> None:
        """Add a paper.

        Raises:
            UnreadablePaper: the file holds more papers than the limit.
            RefusedStatement: no reference, or an empty body that is no cancellation.
        """
        if len(self._papers) >= self.limits.max_papers:
            raise UnreadablePaper(
                self.source, f"more than {self.limits.max_papers} papers in one file", where=where
            )
        origin = Origin(
            file_sha256=self._sha256, file_name=self.file.name, source=self.source, where=where
        )
        try:
            paper = Paper(
                kind=kind,
                reference=reference,
                site=self.file.site,
                revision=revision,
                origin=origin,
                body=body,
                field_origins=field_origins,
            )
        except ValueError as problem:
            raise RefusedStatement(str(problem), where=where) from problem
        self._papers.append(paper)

    def refuse(self, where: str, reason: str) -> None:
        """Name a statement that is not taken."""
        self._note("refused", self._refused, Refusal(where=where, reason=reason))

    def doubt(self, where: str, reason: str) -> None:
        """Name what is taken all the same, but may be wrong."""
        self._note("doubts", self._doubts, Refusal(where=where, reason=reason))

    def _note(self, name: str, notes: list[Refusal], note: Refusal) -> None:
        if len(notes) < MAX_REFUSALS:
            notes.append(note)
        else:
            self._more[name] += 1

    def batch(self) -> Batch:
        """Everything so far.

        Raises:
            UnreadablePaper: there was nothing at all in the file.
        """
        for name, notes in (("refused", self._refused), ("doubts", self._doubts)):
            if self._more[name]:
                notes.append(Refusal(where="", reason=f"and {self._more[name]} more of the kind"))
        if not self._papers and not self._refused:
            raise UnreadablePaper(self.source, "expected at least one statement, found none")
        return Batch(
            source=self.source,
            papers=tuple(self._papers),
            refused=tuple(self._refused),
            doubts=tuple(self._doubts),
        )
