"""Many at once: threads, processes, transactions that overlap. Nothing twice, nothing lost."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain

import pytest
from sqlalchemy import Connection, Engine, event, select

from service.domain.inspection import InspectionState
from service.errors import Conflict, StorageUnavailable
from service.store.engine import open_engine
from service.store.repository import SqlRepository
from service.store.tables import inspections
from service.usecases.ports import InspectionFilter
from tests.builders import (
    ADMIN,
    GATE,
    NOW,
    OFFICER,
    a_box,
    a_decision,
    a_declaration,
    a_verdict,
    an_analysis,
    an_inspection,
)
from tests.conftest import Database

LEASE = timedelta(seconds=60)


def queue(repository: SqlRepository, count: int) -> list[str]:
    names = [f"job-{number:03d}" for number in range(count)]
    for number, name in enumerate(names):
        inspection = an_inspection(name, received_at=NOW + timedelta(seconds=number))
        repository.add_inspection(inspection, idempotency_key=None, request_sha256="", caller=GATE)
    return names


def work_off(repository: SqlRepository, worker: str) -> list[str]:
    """Claim and finish until nothing is left."""
    done = []
    while (lease := repository.claim(worker=worker, now=NOW, lease=LEASE)) is not None:
        repository.finish(lease, analysis=an_analysis(), elapsed_s=0.0, now=NOW)
        done.append(lease.inspection_id)
    return done


def work_off_in_a_process(url: str, worker: str) -> list[str]:
    engine = open_engine(url)
    try:
        return work_off(SqlRepository(engine), worker)
    finally:
        engine.dispose()


def check_each_was_done_once(repository: SqlRepository, names: list[str]) -> None:
    for name in names:
        file = repository.case_file(name, caller=OFFICER)
        assert file.inspection.state is InspectionState.ANALYSED
        assert file.inspection.attempts == 1
        assert [event.name for event in file.events] == ["received", "analysing", "analysed"]


def test_threads_never_get_the_same_job(database: Database) -> None:
    repository = SqlRepository(database.engine)
    names = queue(repository, 60)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: work_off(repository, f"w{n}"), range(8)))
    assert sorted(chain.from_iterable(done)) == names
    check_each_was_done_once(repository, names)


def test_processes_never_get_the_same_job(database: Database) -> None:
    repository = SqlRepository(database.engine)
    names = queue(repository, 60)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as pool:
        futures = [pool.submit(work_off_in_a_process, database.url, f"p{n}") for n in range(3)]
        done = [future.result(timeout=120) for future in futures]
    assert sorted(chain.from_iterable(done)) == names
    check_each_was_done_once(repository, names)


def test_eight_writers_queue_instead_of_failing(database: Database) -> None:
    """On SQLite nobody sees "database is locked"."""
    repository = SqlRepository(database.engine)

    def write(writer: int) -> None:
        for number in range(15):
            inspection = an_inspection(f"{writer}-{number}")
            repository.add_inspection(
                inspection, idempotency_key=f"{writer}-{number}", request_sha256="", caller=GATE
            )
            repository.file_declaration(a_declaration(reference=f"D-{writer}-{number}"), now=NOW)

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(write, writer) for writer in range(8)]:
            future.result()
    assert repository.state_counts(caller=ADMIN) == {InspectionState.RECEIVED: 120}


def test_whoever_follows_the_events_misses_none(database: Database) -> None:
    repository = SqlRepository(database.engine)
    finished = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        last = 0
        while True:
            ended = finished.is_set()
            events = repository.events_after(last, inspection_id=None, caller=ADMIN, limit=50)
            seen.extend(event.sequence for event in events)
            last = seen[-1] if seen else 0
            if ended and not events:
                return

    def write(writer: int) -> None:
        for number in range(25):
            repository.add_inspection(
                an_inspection(f"{writer}-{number}"),
                idempotency_key=None,
                request_sha256="",
                caller=GATE,
            )

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(write, writer) for writer in range(8)]:
            future.result()
    finished.set()
    follower.join(60)
    everything = repository.events_after(0, inspection_id=None, caller=ADMIN, limit=1000)
    assert len(everything) == 200
    assert seen == [event.sequence for event in everything]


def test_a_decision_and_a_verdict_at_the_same_moment_leave_one_truth(database: Database) -> None:
    """The decision is refused, or it stands; it is never there with the state of before."""
    repository = SqlRepository(database.engine)
    names = queue(repository, 20)
    work_off(repository, "w")
    for name in names:
        repository.add_verdict(name, verdict=a_verdict(1), now=NOW, reopens=True, changed_at=NOW)

        def decide(name: str = name) -> bool:
            try:
                repository.add_decision(name, decision=a_decision(1), caller=OFFICER)
            except Conflict:
                return False
            return True

        def judge(name: str = name) -> None:
            repository.add_verdict(
                name, verdict=a_verdict(2), now=NOW, reopens=False, changed_at=NOW
            )

        with ThreadPoolExecutor(2) as pool:
            decided, judged = pool.submit(decide), pool.submit(judge)
            judged.result()
            accepted = decided.result()
        file = repository.case_file(name, caller=OFFICER)
        state = InspectionState.DECIDED if accepted else InspectionState.JUDGED
        assert (file.inspection.state, len(file.decisions)) == (state, int(accepted))
        assert len(file.verdicts) == 2


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def keep(_c: object, _k: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", keep)


@contextmanager
def locked(engine: Engine, name: str) -> Iterator[Connection]:
    """Another transaction is just working on that row."""
    with engine.connect() as connection, connection.begin():
        connection.execute(select(inspections).where(inspections.c.id == name).with_for_update())
        yield connection


@pytest.mark.postgres
def test_a_claim_skips_a_row_that_another_is_taking(postgres_database: Database) -> None:
    repository = SqlRepository(postgres_database.engine)
    queue(repository, 2)
    with (
        ThreadPoolExecutor(1) as pool,
        statements_of(postgres_database.engine) as statements,
        locked(postgres_database.engine, "job-000"),
    ):
        claiming = pool.submit(repository.claim, worker="w", now=NOW, lease=LEASE)
        lease = claiming.result(timeout=10)
    assert lease is not None
    assert lease.inspection_id == "job-001"
    claims = [s for s in statements if s.startswith("UPDATE inspections SET state")]
    assert claims
    assert all("FOR UPDATE SKIP LOCKED" in statement for statement in claims)


@pytest.mark.postgres
def test_workers_that_find_hopeless_jobs_at_once_do_not_block_each_other(
    postgres_database: Database,
) -> None:
    repository = SqlRepository(postgres_database.engine, max_attempts=1)
    queue(repository, 1)
    repository.claim(worker="lost", now=NOW, lease=LEASE)
    late = NOW + 2 * LEASE
    with ThreadPoolExecutor(1) as pool, locked(postgres_database.engine, "job-000"):
        claiming = pool.submit(repository.claim, worker="w", now=late, lease=LEASE)
        assert claiming.result(timeout=10) is None
    assert repository.claim(worker="w", now=late, lease=LEASE) is None
    file = repository.case_file("job-000", caller=OFFICER)
    assert file.inspection.state is InspectionState.FAILED
    assert [event.name for event in file.events].count("failed") == 1


@pytest.mark.postgres
def test_a_reader_sees_one_moment(postgres_database: Database) -> None:
    """The case file is several queries; what is committed between them does not show."""
    repository = SqlRepository(postgres_database.engine)
    repository.add_inspection(
        an_inspection("job", declaration_ref="D-1"),
        idempotency_key=None,
        request_sha256="",
        caller=GATE,
    )
    work_off(repository, "w")
    other = SqlRepository(open_engine(postgres_database.url))
    interrupted = threading.Event()

    def interrupt(_c: object, _k: object, statement: str, *_: object) -> None:
        if "FROM analyses" in statement and not interrupted.is_set():
            interrupted.set()
            other.add_verdict("job", verdict=a_verdict(1), now=NOW, reopens=True, changed_at=NOW)

    event.listen(postgres_database.engine, "before_cursor_execute", interrupt)
    try:
        file = repository.case_file("job", caller=OFFICER)
    finally:
        event.remove(postgres_database.engine, "before_cursor_execute", interrupt)
        other._engine.dispose()
    assert interrupted.is_set()
    assert (file.inspection.state, file.verdicts) == (InspectionState.ANALYSED, ())


def test_papers_for_the_same_inspections_at_once_do_not_deadlock(database: Database) -> None:
    repository = SqlRepository(database.engine)
    for number in range(10):
        repository.add_inspection(
            an_inspection(f"job-{number}", declaration_ref="D-1"),
            idempotency_key=None,
            request_sha256="",
            caller=GATE,
        )
    work_off(repository, "w")
    codes = ["MSCU6639870", "CSQU3054383", "TGHU7584938", "MSKU2031120"] * 3
    with ThreadPoolExecutor(6) as pool:
        list(
            pool.map(
                lambda code: repository.file_declaration(a_declaration(a_box(code)), now=NOW), codes
            )
        )
    waiting = repository.awaiting_verdict(changed_before=NOW + LEASE)
    assert len(waiting) == 10


def test_a_full_disk_is_said_and_nothing_of_the_change_is_there(
    sqlite_database: Database,
) -> None:
    database = sqlite_database  # which can be told the size of its disk
    repository = SqlRepository(database.engine)
    queue(repository, 1)

    @event.listens_for(database.engine, "begin")
    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    big = an_inspection("big", lane="x" * 100_000)
    with pytest.raises(StorageUnavailable, match="full"):
        repository.add_inspection(big, idempotency_key="k", request_sha256="", caller=GATE)
    event.remove(database.engine, "begin", fill)
    database.engine.dispose()
    page = repository.list_inspections(InspectionFilter(), cursor=None, limit=10, caller=ADMIN)
    assert [item.inspection.id for item in page.items] == ["job-000"]
    repository.add_inspection(big, idempotency_key="k", request_sha256="", caller=GATE)
    assert repository.case_file("big", caller=OFFICER).inspection.lane == "x" * 100_000
