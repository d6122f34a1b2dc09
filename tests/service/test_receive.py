import hashlib
from datetime import UTC, datetime
from typing import cast

import pytest

from service.domain.access import Caller, Role
from service.domain.inspection import Inspection, InspectionState
from service.errors import Forbidden, InvalidInput, StorageUnavailable, UnreadableUpload
from service.usecases.ports import Repository
from service.usecases.receive import Upload, receive, request_sha256
from vision.errors import UnsupportedFormat
from vision.scan import RawScan, ScanKind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GATE = Caller(name="gate", role=Role.PORT, sites=frozenset({"north"}))


class Blobs:
    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.stored[name] = data
        return name

    def get(self, sha256: str) -> bytes:
        return self.stored[sha256]

    def has(self, sha256: str) -> bool:
        return sha256 in self.stored


class Inspections:
    def __init__(self) -> None:
        self.added: list[Inspection] = []

    def add_inspection(self, inspection: Inspection, **_: object) -> Inspection:
        self.added.append(inspection)
        return inspection


def recognise(raw: RawScan) -> tuple[ScanKind, str]:
    if raw.data == b"junk":
        raise UnsupportedFormat("unknown", "not a scan")
    return ScanKind.PHOTO, "image/png"


def take_in(upload: Upload, blobs: Blobs, inspections: Inspections) -> Inspection:
    return receive(
        upload,
        idempotency_key=None,
        caller=GATE,
        repository=cast(Repository, inspections),
        blobs=blobs,
        recognise=recognise,
        clock=lambda: NOW,
    )


def test_an_upload_is_stored_and_queued() -> None:
    blobs, inspections = Blobs(), Inspections()
    upload = Upload(files=(RawScan(name="a.png", data=b"a"),), site="north")
    taken = take_in(upload, blobs, inspections)
    assert taken.state is InspectionState.RECEIVED
    assert taken.captured_at == NOW
    assert blobs.get(taken.files[0].sha256) == b"a"


def test_one_unreadable_file_refuses_all_and_stores_nothing() -> None:
    blobs, inspections = Blobs(), Inspections()
    files = (RawScan(name="a.png", data=b"a"), RawScan(name="b.png", data=b"junk"))
    with pytest.raises(UnreadableUpload) as refused:
        take_in(Upload(files=files, site="north"), blobs, inspections)
    assert refused.value.file == "b.png"
    assert not blobs.stored
    assert not inspections.added


def test_another_site_is_refused() -> None:
    upload = Upload(files=(RawScan(name="a", data=b"a"),), site="south")
    with pytest.raises(Forbidden):
        take_in(upload, Blobs(), Inspections())


@pytest.mark.parametrize(
    "upload",
    [
        Upload(files=(), site="north"),
        Upload(
            files=(RawScan(name="a", data=b"a"),),
            site="north",
            captured_at=datetime(2026, 1, 1),  # noqa: DTZ001 - the fault under test
        ),
    ],
)
def test_what_lacks_a_file_or_an_offset_is_invalid(upload: Upload) -> None:
    with pytest.raises(InvalidInput):
        take_in(upload, Blobs(), Inspections())


def test_the_fingerprint_sees_content_and_papers() -> None:
    base = Upload(files=(RawScan(name="a", data=b"a"),), site="north")
    content = Upload(files=(RawScan(name="a", data=b"b"),), site="north")
    papers = Upload(files=base.files, site="north", declaration_ref="D1")
    assert len({request_sha256(each) for each in (base, content, papers)}) == 3


def test_a_full_disk_queues_nothing() -> None:
    class Full(Blobs):
        def put(self, data: bytes) -> str:
            raise StorageUnavailable("no space left on device")

    inspections = Inspections()
    upload = Upload(files=(RawScan(name="a", data=b"a"),), site="north")
    with pytest.raises(StorageUnavailable):
        take_in(upload, Full(), inspections)
    assert not inspections.added
