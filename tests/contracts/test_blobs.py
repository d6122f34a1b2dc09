"""Contract of a blob store; the local one also survives a full or a damaged disk."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.errors import NotFound, StorageUnavailable
from service.store.blobs import LocalBlobs
from service.usecases.ports import BlobStore
from tests.fakes import FakeBlobs

DATA = b"a scan" * 1000
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["local", "fake"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return LocalBlobs(tmp_path / "blobs") if request.param == "local" else FakeBlobs()


@pytest.fixture
def local(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """The kernel refuses to write larger files: what a full disk does, without filling one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_comes_back_under_the_sha256_of_its_content(blobs: BlobStore) -> None:
    assert not blobs.has(NAME)
    assert blobs.put(DATA) == NAME
    assert blobs.has(NAME)
    assert blobs.get(NAME) == DATA


def test_writing_twice_is_writing_once(blobs: BlobStore) -> None:
    assert blobs.put(DATA) == blobs.put(DATA)
    assert blobs.get(NAME) == DATA


def test_an_empty_file_is_a_file(blobs: BlobStore) -> None:
    assert blobs.get(blobs.put(b"")) == b""


@pytest.mark.parametrize("name", ["", "0" * 64, "../../etc/passwd", NAME.upper(), NAME + "0"])
def test_what_is_not_there_is_not_found(blobs: BlobStore, name: str) -> None:
    blobs.put(DATA)
    assert not blobs.has(name)
    with pytest.raises(NotFound):
        blobs.get(name)


def test_many_threads_may_write_one_file(local: LocalBlobs, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(local.put, [DATA] * 32))
    assert names == {NAME}
    assert local.get(NAME) == DATA
    assert len(files_below(tmp_path)) == 1


@pytest.mark.parametrize("damage", [b"", DATA[:-1], b"X" + DATA[1:]])
def test_a_damaged_file_is_never_handed_out_and_sending_it_again_mends_it(
    local: LocalBlobs, tmp_path: Path, damage: bytes
) -> None:
    local.put(DATA)
    files_below(tmp_path)[0].write_bytes(damage)
    with pytest.raises(NotFound, match="damaged"):
        local.get(NAME)
    local.put(DATA)
    assert local.get(NAME) == DATA


def test_a_full_disk_is_said_and_leaves_no_half_file(local: LocalBlobs, tmp_path: Path) -> None:
    with files_of_at_most(1000), pytest.raises(StorageUnavailable):
        local.put(DATA)
    assert files_below(tmp_path) == []
    assert not local.has(NAME)
    local.put(DATA)
    assert local.get(NAME) == DATA
