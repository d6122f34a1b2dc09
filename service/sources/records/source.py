"""A paper source from a vocabulary and a function that takes one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.sources import Batch, Limits, PaperFile
from service.sources.intake import Intake
from service.sources.records.reading import fields_in, read_records
from service.sources.records.record import Record
from service.sources.records.vocabulary import Vocabulary
from service.sources.statement import RefusedStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSource:
    """`claims` tells from the fields that a file names whether it is of this format, `unless` from
    its beginning that another source reads it better; `take` puts what a record says into the
    intake, and refuses it by raising `RefusedStatement`.
    """

    name: str
    vocabulary: Vocabulary
    claims: Callable[[frozenset[str]], bool]
    take: Callable[[Record, Intake], None]
    unless: Callable[[bytes], bool] = lambda head: False

    def recognises(self, head: bytes) -> bool:
        """By the heading line, or by the first keys."""
        return not self.unless(head) and self.claims(fields_in(head, self.vocabulary))

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        intake = Intake(file, source=self.name, limits=limits)
        for record in read_records(intake, self.vocabulary):
            try:
                self.take(record, intake)
            except RefusedStatement as problem:
                intake.refuse(problem.where, problem.reason)
        return intake.batch()
