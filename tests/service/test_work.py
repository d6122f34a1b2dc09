"""The worker: what becomes of a job when analysis, evidence, store or lease fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from math import nan

import pytest

from service.domain.inspection import InspectionState
from service.errors import LeaseLost, StorageUnavailable
from service.store.repository import SqlRepository
from service.usecases.judge_inspection import judge_inspection
from service.usecases.ports import Analyser, CaseFile, Lease, StoredAnalysis
from service.usecases.rejudge import Judge
from service.usecases.work import Worker
from tests.builders import (
    GATE,
    NOW,
    OFFICER,
    SHIPPED,
    a_count,
    a_file,
    a_reading,
    an_analysis,
    an_inspection,
)
from tests.conftest import Database
from tests.fakes import FakeAnalyser, FakeBlobs, FakeClock
from vision.findings import Analysis
from vision.scan import RawScan

S = InspectionState
LEASE = timedelta(seconds=60)
MakeWorker = Callable[..., Worker]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def blobs() -> FakeBlobs:
    blobs = FakeBlobs()
    blobs.put(b"side.png")
    return blobs


@pytest.fixture
def repository(sqlite_database: Database) -> SqlRepository:
    return SqlRepository(sqlite_database.engine, max_attempts=3)


@pytest.fixture
def judge(repository: SqlRepository, clock: FakeClock) -> Judge:
    return partial(judge_inspection, repository=repository, policy=SHIPPED, clock=clock)


@pytest.fixture
def a_worker(
    repository: SqlRepository, blobs: FakeBlobs, judge: Judge, clock: FakeClock
) -> MakeWorker:
    def make(
        analyser: Analyser,
        *,
        name: str = "w",
        repository: SqlRepository = repository,
        judge: Judge = judge,
        lease: timedelta = LEASE,
    ) -> Worker:
        return Worker(
            name,
            repository=repository,
            blobs=blobs,
            analyser=analyser,
            judge=judge,
            clock=clock,
            lease=lease,
            poll_s=0.01,
        )

    return make


def queue(repository: SqlRepository, *names: str) -> None:
    for number, name in enumerate(names):
        inspection = an_inspection(name, received_at=NOW + timedelta(seconds=number))
        repository.add_inspection(inspection, idempotency_key=None, request_sha256="", caller=GATE)


def job(repository: SqlRepository, name: str = "job") -> CaseFile:
    return repository.case_file(name, caller=OFFICER)


def broken(_files: Sequence[RawScan]) -> Analysis:
    raise RuntimeError("the engine\0 broke")


def test_a_job_is_analysed_and_judged(repository: SqlRepository, a_worker: MakeWorker) -> None:
    queue(repository, "job")
    analyser = FakeAnalyser(an_analysis(a_reading()))
    worker = a_worker(analyser)
    assert worker.work_once()
    assert not worker.work_once()
    file = job(repository)
    assert file.inspection.state is S.JUDGED
    assert [event.name for event in file.events] == ["received", "analysing", "analysed", "judged"]
    assert file.verdicts[0].cause == "analysed"
    (sent,) = analyser.seen[0]
    assert (sent.name, sent.data, sent.kind) == ("side.png", b"side.png", a_file().kind)


def test_an_analysis_that_breaks_is_repeated_and_then_failed_with_its_reason(
    repository: SqlRepository, a_worker: MakeWorker
) -> None:
    queue(repository, "job")
    analyser = FakeAnalyser(act=broken)
    worker = a_worker(analyser)
    while worker.work_once():
        pass
    assert len(analyser.seen) == 3
    file = job(repository)
    assert file.inspection.state is S.FAILED
    assert file.inspection.failure == "RuntimeError: the engine broke"
    assert (file.analyses, file.verdicts) == ((), ())


def test_a_broken_attempt_that_then_works_leaves_no_failure(
    repository: SqlRepository, a_worker: MakeWorker
) -> None:
    queue(repository, "job")
    analyser = FakeAnalyser(act=broken)
    worker = a_worker(analyser)
    worker.work_once()
    analyser.act = None
    worker.work_once()
    file = job(repository)
    assert (file.inspection.state, file.inspection.failure) == (S.JUDGED, "")
    assert file.inspection.attempts == 2


def test_a_missing_file_fails_at_once_and_the_next_job_goes_on(
    repository: SqlRepository, blobs: FakeBlobs, a_worker: MakeWorker
) -> None:
    gone = replace(an_inspection("job"), files=(a_file(), a_file("gone.png")))
    repository.add_inspection(gone, idempotency_key=None, request_sha256="", caller=GATE)
    queue(repository, "next")
    analyser = FakeAnalyser()
    worker = a_worker(analyser)
    while worker.work_once():
        pass
    failed = job(repository).inspection
    assert (failed.state, failed.attempts) == (S.FAILED, 1)
    assert failed.failure.startswith("evidence is missing: no file ")
    assert job(repository, "next").inspection.state is S.JUDGED
    assert len(analyser.seen) == 1
    blobs.put(b"gone.png")
    repository.retry_failed("job", now=NOW, caller=OFFICER)
    worker.work_once()
    assert job(repository).inspection.state is S.JUDGED


def test_a_number_that_cannot_be_stored_fails_with_its_reason(
    repository: SqlRepository, a_worker: MakeWorker
) -> None:
    queue(repository, "job")
    worker = a_worker(FakeAnalyser(an_analysis(a_count(z=nan))))
    while worker.work_once():
        pass
    file = job(repository)
    assert file.inspection.state is S.FAILED
    assert file.inspection.failure.startswith("ValueError: Out of range float")


def test_a_worker_that_lost_its_lease_stores_nothing(
    repository: SqlRepository, a_worker: MakeWorker, clock: FakeClock
) -> None:
    queue(repository, "job")
    other = a_worker(FakeAnalyser(an_analysis(a_reading())), name="other")

    def overtaken(_files: Sequence[RawScan]) -> Analysis:
        clock.forward(2 * LEASE.total_seconds())
        other.work_once()
        return an_analysis()

    assert a_worker(FakeAnalyser(act=overtaken), name="slow").work_once()
    file = job(repository)
    assert [a.analysis for a in file.analyses] == [an_analysis(a_reading())]
    assert len(file.verdicts) == 1
    assert [event.name for event in file.events].count("analysed") == 1


def test_a_worker_whose_lease_was_lost_while_it_broke_leaves_the_job_alone(
    repository: SqlRepository, a_worker: MakeWorker, clock: FakeClock
) -> None:
    queue(repository, "job")
    other = a_worker(FakeAnalyser(), name="other")

    def overtaken(files: Sequence[RawScan]) -> Analysis:
        clock.forward(2 * LEASE.total_seconds())
        other.work_once()
        return broken(files)

    a_worker(FakeAnalyser(act=overtaken), name="slow").work_once()
    inspection = job(repository).inspection
    assert (inspection.state, inspection.failure) == (S.JUDGED, "")


def test_the_lease_is_renewed_while_the_analysis_goes_on(
    repository: SqlRepository, a_worker: MakeWorker, clock: FakeClock
) -> None:
    queue(repository, "job")
    renewed = threading.Event()

    class Watched(SqlRepository):
        def renew(self, lease: Lease, **values: object) -> Lease:
            renewed.set()
            return super().renew(lease, **values)  # type: ignore[arg-type]

    def slow(_files: Sequence[RawScan]) -> Analysis:
        assert renewed.wait(10)
        return an_analysis()

    watched = Watched(repository._engine)
    lease = timedelta(seconds=0.15)
    a_worker(FakeAnalyser(act=slow), repository=watched, lease=lease).work_once()
    assert job(repository).inspection.state is S.JUDGED
    assert clock.now == NOW


def test_a_full_disk_at_the_end_is_repeated_and_nothing_is_lost(
    repository: SqlRepository, a_worker: MakeWorker, clock: FakeClock
) -> None:
    """Not even that the attempt failed can be written; then the lease runs out."""
    queue(repository, "job")

    class Full(SqlRepository):
        def finish(self, lease: Lease, **values: object) -> StoredAnalysis:
            raise StorageUnavailable("database: database or disk is full")

        def give_up(self, lease: Lease, **values: object) -> None:
            raise StorageUnavailable("database: database or disk is full")

    with pytest.raises(StorageUnavailable):
        a_worker(FakeAnalyser(), repository=Full(repository._engine)).work_once()
    assert job(repository).inspection.state is S.ANALYSING
    clock.forward(2 * LEASE.total_seconds())
    assert a_worker(FakeAnalyser()).work_once()
    assert job(repository).inspection.state is S.JUDGED


def test_a_disk_that_stays_full_fails_the_job_with_that_reason(
    repository: SqlRepository, a_worker: MakeWorker
) -> None:
    queue(repository, "job")

    class Full(SqlRepository):
        def finish(self, lease: Lease, **values: object) -> StoredAnalysis:
            raise StorageUnavailable("database: database or disk is full")

    worker = a_worker(FakeAnalyser(), repository=Full(repository._engine, max_attempts=3))
    while worker.work_once():
        pass
    inspection = job(repository).inspection
    assert inspection.state is S.FAILED
    assert inspection.failure == "StorageUnavailable: database: database or disk is full"


def test_what_a_crash_left_without_its_verdict_is_judged_after_a_lease(
    repository: SqlRepository, a_worker: MakeWorker, clock: FakeClock
) -> None:
    queue(repository, "job")
    lease = repository.claim(worker="crashed", now=NOW, lease=LEASE)
    assert lease is not None
    repository.finish(lease, analysis=an_analysis(), elapsed_s=0.1, now=NOW)
    worker = a_worker(FakeAnalyser())
    worker.work_once()
    assert job(repository).inspection.state is S.ANALYSED
    clock.forward(LEASE.total_seconds() + 1)
    worker.work_once()
    file = job(repository)
    assert file.inspection.state is S.JUDGED
    assert [verdict.cause for verdict in file.verdicts] == ["recovered"]


def test_one_inspection_that_cannot_be_judged_does_not_stop_the_queue(
    repository: SqlRepository, a_worker: MakeWorker, judge: Judge, clock: FakeClock
) -> None:
    queue(repository, "poison", "good")
    tried: list[str] = []
    poisonous = True

    def picky(inspection_id: str, *, cause: str) -> None:
        tried.append(inspection_id)
        if inspection_id == "poison" and poisonous:
            raise ValueError("a rule is wrong")
        judge(inspection_id, cause=cause)

    worker = a_worker(FakeAnalyser(), judge=picky)
    for _ in range(4):
        worker.work_once()
    assert job(repository, "poison").inspection.state is S.ANALYSED
    assert job(repository, "good").inspection.state is S.JUDGED
    assert tried == ["poison", "good"]
    clock.forward(LEASE.total_seconds() + 1)
    for _ in range(3):
        worker.work_once()
    assert tried.count("poison") == 2
    poisonous = False
    clock.forward(LEASE.total_seconds() + 1)
    worker.work_once()
    assert job(repository, "poison").inspection.state is S.JUDGED


def test_threads_work_the_queue_off_and_stop_when_told(
    repository: SqlRepository, a_worker: MakeWorker
) -> None:
    queue(repository, "a", "b", "c")
    worker = a_worker(FakeAnalyser())
    worker.start()
    try:
        end = time.monotonic() + 20
        while repository.state_counts(caller=OFFICER) != {S.JUDGED: 3}:
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        worker.stop()
    queue(repository, "late")
    worker.wake()
    assert job(repository, "late").inspection.state is S.RECEIVED


def test_a_lost_lease_is_no_reason_to_stop(repository: SqlRepository, a_worker: MakeWorker) -> None:
    queue(repository, "job")

    class Late(SqlRepository):
        def finish(self, lease: Lease, **values: object) -> StoredAnalysis:
            raise LeaseLost("too late")

    assert a_worker(FakeAnalyser(), repository=Late(repository._engine)).work_once()
