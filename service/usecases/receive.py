"""Take in an upload: read every file, store all or nothing, queue the inspection."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.access import Caller
from service.domain.inspection import EvidenceFile, Inspection, InspectionState
from service.errors import Forbidden, InvalidInput, UnreadableUpload
from service.usecases.ports import BlobStore, Clock, Repository
from vision.errors import UnreadableScan
from vision.scan import RawScan, ScanKind

Recogniser = Callable[[RawScan], tuple[ScanKind, str]]
"""Reads a file fully and returns its kind and media type. Raises: UnreadableScan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What a caller sends. `captured_at` None means now; aware otherwise.

    `papers` is whatever came with the files, as text; it only makes requests differ.
    """

    files: tuple[RawScan, ...]
    site: str
    lane: str = ""
    captured_at: datetime | None = None
    declaration_ref: str | None = None
    registration_refs: tuple[str, ...] = ()
    papers: str = ""


def request_sha256(upload: Upload) -> str:
    """Fingerprint of everything that makes two requests the same."""
    digest = hashlib.sha256()
    parts: Sequence[str] = (
        upload.site,
        upload.lane,
        upload.captured_at.isoformat() if upload.captured_at else "",
        upload.declaration_ref or "",
        *upload.registration_refs,
        upload.papers,
    )
    for part in parts:
        digest.update(part.encode() + b"\0")
    for file in upload.files:
        content = hashlib.sha256(file.data).hexdigest()
        digest.update(f"{file.name}\0{file.kind}\0{content}\0".encode())
    return digest.hexdigest()


def receive(
    upload: Upload,
    *,
    idempotency_key: str | None,
    caller: Caller,
    repository: Repository,
    blobs: BlobStore,
    recognise: Recogniser,
    clock: Clock,
) -> Inspection:
    """Store the files and the inspection, and return it in state RECEIVED.

    Every file is read before anything is stored; one that cannot be read refuses the whole
    upload, so that no inspection ever lacks a file that its sender believes it has. A key that
    was used before is answered, or refused, without storing anything.

    Raises:
        UnreadableUpload: names the file.
        InvalidInput: no file, or a time that is not aware.
        Forbidden: the caller does not work at that site.
        IdempotencyMismatch: the key came with another request before.
    """
    if not caller.sees(upload.site):
        raise Forbidden(f"{caller.name} does not work at site {upload.site!r}")
    if not upload.files:
        raise InvalidInput("at least one file is needed", field="files")
    if upload.captured_at is not None and upload.captured_at.tzinfo is None:
        raise InvalidInput("a time needs its offset from UTC", field="captured_at")
    fingerprint = request_sha256(upload)
    if idempotency_key is not None:
        before = repository.inspection_of_key(
            idempotency_key, request_sha256=fingerprint, caller=caller
        )
        if before is not None:
            return before
    files = tuple(_recognise(file, recognise) for file in upload.files)
    for file, raw in zip(files, upload.files, strict=True):
        stored = blobs.put(raw.data)
        if stored != file.sha256:
            raise InvalidInput(f"stored as {stored}, expected {file.sha256}", field=file.name)
    now = clock()
    inspection = Inspection(
        id=str(uuid.uuid4()),
        site=upload.site,
        lane=upload.lane,
        captured_at=upload.captured_at or now,
        received_at=now,
        state=InspectionState.RECEIVED,
        files=files,
        declaration_ref=upload.declaration_ref,
        registration_refs=upload.registration_refs,
    )
    return repository.add_inspection(
        inspection,
        idempotency_key=idempotency_key,
        request_sha256=fingerprint,
        caller=caller,
    )


def _recognise(raw: RawScan, recognise: Recogniser) -> EvidenceFile:
    try:
        kind, media_type = recognise(raw)
    except UnreadableScan as problem:
        raise UnreadableUpload(str(problem), file=raw.name) from problem
    return EvidenceFile(
        sha256=hashlib.sha256(raw.data).hexdigest(),
        name=raw.name,
        kind=kind,
        media_type=media_type,
        size_bytes=len(raw.data),
    )
