"""kill -9 in the middle of the work, on either database: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx
import numpy as np
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from service.domain.access import Role
from service.domain.inspection import InspectionState
from service.registers_wiring import utc_now
from service.store.blobs import LocalBlobs
from service.store.engine import open_engine
from service.store.repository import SqlRepository
from service.store.tables import inspections
from service.usecases.issue_keys import issue_key
from service.usecases.ports import InspectionFilter
from service.usecases.receive import Upload, receive
from tests.builders import ADMIN
from tests.conftest import Database
from vision.formats import media_type, read_scan
from vision.scan import RawScan, ScanKind
from vision.synthesis import xray

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
QUEUED = 50
LEASE_S = 3.0
S = InspectionState
ONCE = ["received", "analysing", "analysed", "judged"]
TAKEN_OVER = ["received", "analysing", "analysing", "analysed", "judged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A database and a data folder that outlive the processes that use them."""

    database: Database
    folder: Path

    @property
    def repository(self) -> SqlRepository:
        return SqlRepository(self.database.engine)

    @property
    def blobs(self) -> LocalBlobs:
        return LocalBlobs(self.folder / "blobs")

    def held_by(self, process: subprocess.Popen[bytes]) -> str | None:
        """The inspection that a process is just analysing."""
        table = inspections
        query = select(table.c.id).where(
            table.c.state == S.ANALYSING.value, table.c.lease_worker.endswith(f"-{process.pid}")
        )
        with self.database.engine.connect().execution_options(read_only=True) as connection:
            return connection.execute(query).scalar()

    def is_locked(self, inspection_id: str) -> bool:
        """Whether a transaction is under way that holds up others."""
        table = inspections
        engine = open_engine(self.database.url)
        row = table.c.id == inspection_id
        try:
            with engine.connect().execution_options(read_only=True) as connection:
                if self.database.kind == "sqlite":
                    connection.exec_driver_sql("PRAGMA busy_timeout=0")
                connection.execute(select(table).where(row).with_for_update(nowait=True))
                connection.execute(update(table).where(row).values(lane=table.c.lane))
                connection.rollback()
        except OperationalError:
            return True
        finally:
            engine.dispose()
        return False

    def count(self, state: InspectionState) -> int:
        return self.repository.state_counts(caller=ADMIN).get(state, 0)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    return Site(database=database, folder=tmp_path / "data")


@contextmanager
def tallyman(
    site: Site, *arguments: str, in_process_worker: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process of its own; what it said is shown if the test fails."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TALLYMAN_")},
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "TALLYMAN_DATA_DIR": str(site.folder),
        "TALLYMAN_DATABASE_URL": site.database.url,
        "TALLYMAN_WEIGHTS_DIR": str(ROOT / "weights"),
        "TALLYMAN_LEASE_S": str(LEASE_S),
        "TALLYMAN_POLL_S": "0.1",
        "TALLYMAN_ORT_THREADS": "1",
        "TALLYMAN_REQUESTS_PER_MINUTE": "0",
        "TALLYMAN_IN_PROCESS_WORKER": str(in_process_worker),
    }
    site.folder.mkdir(parents=True, exist_ok=True)
    log = site.folder / f"{arguments[0]}-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from service.cli import main; main()", *arguments],
            cwd=site.folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait(30)
        print(log.read_text(errors="replace"))  # noqa: T201 - pytest shows it on failure


def wait_until(true: object, *, seconds: float, process: subprocess.Popen[bytes]) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, f"the process ended with {process.returncode}"
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def freeze_in_the_middle(process: subprocess.Popen[bytes], site: Site) -> str:
    """SIGSTOP at a moment when the process is analysing; returns which inspection.

    It is looked at while it stands still, so that what was seen is what is there.
    """
    for _ in range(500):
        process.send_signal(signal.SIGSTOP)
        held = site.held_by(process)
        # Frozen in the middle of a transaction it would hold up everyone: no use for a test.
        if held is not None and not site.is_locked(held):
            return held
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    raise AssertionError("it was never seen analysing")


def kill_in_the_middle(process: subprocess.Popen[bytes], site: Site, *, done: int) -> str:
    """SIGKILL once `done` are judged, while it is analysing; returns which inspection."""
    wait_until(lambda: site.count(S.JUDGED) >= done, seconds=90, process=process)
    held = freeze_in_the_middle(process, site)
    process.kill()
    process.wait(30)
    return held


@cache
def side_view(number: int) -> bytes:
    return xray.side_view([number % 2 == 0], seed=number).png


def files_of(number: int) -> list[RawScan]:
    """A side view (one of four) and a count series of its own."""
    rng = np.random.default_rng(number)
    rows = "\n".join(
        f"{second},{rng.poisson(400)},{rng.poisson(2)},{int(10 <= second < 20)}"
        for second in range(30)
    )
    table = f"start_s,gamma,neutron,occupied\n{rows}\n".encode()
    view = RawScan(name="side.png", data=side_view(number % 4))
    return [view, RawScan(name="portal.csv", data=table)]


def recognise(raw: RawScan) -> tuple[ScanKind, str]:
    scan = read_scan(raw)
    return scan.kind, media_type(scan)


def queue(site: Site, count: int) -> None:
    for number in range(count):
        receive(
            Upload(files=tuple(files_of(number)), site="main"),
            idempotency_key=f"truck-{number}",
            caller=ADMIN,
            repository=site.repository,
            blobs=site.blobs,
            recognise=recognise,
            clock=utc_now,
        )


def check_all_done_once(site: Site, *, count: int, taken_over: set[str]) -> None:
    """Every inspection judged on one analysis; only those of a killed process were begun twice."""
    page = site.repository.list_inspections(
        InspectionFilter(), cursor=None, limit=2 * count, caller=ADMIN
    )
    assert len(page.items) == count
    sequences = []
    for item in page.items:
        file = site.repository.case_file(item.inspection.id, caller=ADMIN)
        assert file.inspection.state is S.JUDGED
        assert [analysis.number for analysis in file.analyses] == [1]
        assert [verdict.number for verdict in file.verdicts] == [1]
        assert {e.sensor for e in file.analyses[0].analysis.coverage} == {
            ScanKind.XRAY,
            ScanKind.RADIATION,
        }
        expected = TAKEN_OVER if item.inspection.id in taken_over else ONCE
        assert [event.name for event in file.events] == expected
        assert file.inspection.attempts == expected.count("analysing")
        assert len({(e.name, e.detail) for e in file.events}) == len(file.events)
        sequences += [event.sequence for event in file.events]
        for evidence in file.inspection.files:
            assert len(site.blobs.get(evidence.sha256)) == evidence.size_bytes
    assert len(set(sequences)) == len(sequences)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def send(client: httpx.Client, key: str, number: int) -> str:
    """POST one vehicle; returns the inspection's id."""
    answer = client.post(
        "/v1/inspections",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": f"truck-{number}"},
        files=[("files", (raw.name, raw.data)) for raw in files_of(number)],
    )
    assert answer.status_code in {201, 202}, answer.text
    return str(answer.json()["id"])


def test_a_server_killed_during_analysis_loses_nothing_and_does_nothing_twice(
    site: Site,
) -> None:
    key = issue_key(
        "gate", role=Role.PORT, sites=frozenset(), repository=site.repository, clock=utc_now
    ).key
    port = free_port()
    serve = ("serve", "--port", str(port))
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        with tallyman(site, *serve, in_process_worker=False) as server:
            wait_until(lambda: is_ready(client), seconds=60, process=server)
            sent = [send(client, key, number) for number in range(QUEUED)]
        assert site.count(S.RECEIVED) == len(set(sent)) == QUEUED
        with tallyman(site, *serve) as server:
            killed = kill_in_the_middle(server, site, done=5)
        assert 5 <= site.count(S.JUDGED) < QUEUED - 5
        assert site.count(S.ANALYSING) == 1
        with tallyman(site, *serve) as server:
            wait_until(lambda: site.count(S.JUDGED) == QUEUED, seconds=100, process=server)
            assert [send(client, key, number) for number in range(QUEUED)] == sent
    check_all_done_once(site, count=QUEUED, taken_over={killed})


def test_a_worker_killed_during_analysis_is_taken_over_by_another(site: Site) -> None:
    count = 16
    queue(site, count)
    with tallyman(site, "worker") as first, tallyman(site, "worker") as second:
        killed = kill_in_the_middle(first, site, done=2)
        assert site.count(S.JUDGED) < count
        wait_until(lambda: site.count(S.JUDGED) == count, seconds=100, process=second)
    check_all_done_once(site, count=count, taken_over={killed})


def test_a_worker_frozen_beyond_its_lease_stores_nothing_when_it_thaws(site: Site) -> None:
    count = 12
    queue(site, count)
    with tallyman(site, "worker") as first, tallyman(site, "worker") as second:
        wait_until(lambda: site.held_by(first) is not None, seconds=60, process=first)
        frozen = freeze_in_the_middle(first, site)
        wait_until(lambda: site.count(S.JUDGED) == count, seconds=100, process=second)
        first.send_signal(signal.SIGCONT)
        time.sleep(2)
        assert first.poll() is None
    check_all_done_once(site, count=count, taken_over={frozen})
