"""Papers as API, console, command line and drop folder use them: one door for all four."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.domain.access import Caller
from service.domain.papers.corrections import Action, Correction
from service.domain.papers.keys import (
    Key,
    KeyKind,
    container_key,
    document_key,
    document_keys,
    plate_key,
)
from service.errors import InvalidInput
from service.usecases.assemble_visit import AssembledVisit, Assembler
from service.usecases.correct_visit import correct_visit
from service.usecases.follow_papers import Follower
from service.usecases.import_papers import FileReport, PaperReader, import_papers
from service.usecases.paper_ports import PaperArchive, PaperHistory
from service.usecases.ports import BlobStore, Clock, Repository

AT_ONCE = timedelta(seconds=2)
"""So long a sender waits for the effect of its papers; the rest follows in the background."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person looks papers up by; empty fields do not ask. `tracked` is the number of a seal,
    or of a vessel (MMSI), whose positions or papers are wanted.
    """

    container: str = ""
    plate: str = ""
    document: str = ""
    reference: str = ""
    tracked: str = ""

    @classmethod
    def by(cls, text: str) -> Question:
        """By whatever it is: a person types a number and does not say of what."""
        return cls(container=text, plate=text, document=text, reference=text, tracked=text)

    def keys(self) -> frozenset[Key]:
        found = [
            *_keys(KeyKind.CONTAINER, container_key(self.container)),
            *_keys(KeyKind.PLATE, plate_key(self.plate)),
            *_keys(KeyKind.VEHICLE, plate_key(self.plate)),
            *_keys(KeyKind.SEAL, document_key(self.tracked)),
            *_keys(KeyKind.VESSEL, document_key(self.tracked)),
        ]
        for key in document_keys(self.document):
            found += _keys(KeyKind.DOCUMENT, key)
        return frozenset(found)


def _keys(kind: KeyKind, value: str) -> list[Key]:
    return [Key(kind=kind, value=value)] if value else []


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDesk:
    """Takes papers in, gives them their effect, looks them up."""

    archive: PaperArchive
    repository: Repository
    blobs: BlobStore
    read: PaperReader
    clock: Clock
    assembler: Assembler
    follower: Follower

    def take_in(self, name: str, data: bytes, *, site: str, caller: Caller) -> FileReport:
        """File what is new of a file. Raises: UnreadablePapers, Forbidden."""
        return import_papers(
            name,
            data,
            site=site,
            caller=caller,
            read=self.read,
            archive=self.archive,
            blobs=self.blobs,
            clock=self.clock,
        )

    def look_up(self, question: Question, *, caller: Caller) -> tuple[PaperHistory, ...]:
        """Papers by any of what is asked, newest first. Raises: InvalidInput: nothing is asked."""
        keys = question.keys()
        if not keys and not question.reference:
            raise InvalidInput("ask by container, plate, document, reference, or tracked")
        found = self.archive.search(keys, caller=caller) if keys else ()
        if question.reference:
            found = (*found, *self.archive.titled(question.reference, caller=caller))
        return tuple({history.id: history for history in found}.values())

    def visit(self, inspection_id: str, *, caller: Caller) -> AssembledVisit:
        """What belongs to an inspection that the caller may see. Raises: NotFound."""
        return self.assembler.assemble(self.repository.case_file(inspection_id, caller=caller))

    def correct(
        self,
        inspection_id: str,
        *,
        action: Action,
        subject: str,
        undoes: int | None,
        note: str,
        caller: Caller,
    ) -> Correction:
        """See `service.usecases.correct_visit`."""
        return correct_visit(
            inspection_id,
            action=action,
            subject=subject,
            undoes=undoes,
            note=note,
            caller=caller,
            repository=self.repository,
            assembler=self.assembler,
            clock=self.clock,
            judge=self.follower.judge,
        )
