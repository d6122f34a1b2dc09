"""Contract of the repository: leases, attempts, and what becomes of lost workers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.inspection import Inspection, InspectionState
from service.errors import Conflict, LeaseLost, NotFound
from service.store.repository import SqlRepository
from service.usecases.ports import Lease
from tests.builders import (
    ADMIN,
    GATE,
    NOW,
    OFFICER,
    STRANGER,
    a_reading,
    an_analysis,
    an_inspection,
)
from tests.fakes import FakeClock

LEASE_S = 60
S = InspectionState


def queue(repository: SqlRepository, *names: str) -> None:
    for number, name in enumerate(names):
        repository.add_inspection(
            an_inspection(name, received_at=NOW + timedelta(seconds=number)),
            idempotency_key=None,
            request_sha256="",
            caller=GATE,
        )


def claim(repository: SqlRepository, clock: FakeClock, worker: str = "w") -> Lease | None:
    return repository.claim(worker=worker, now=clock(), lease=timedelta(seconds=LEASE_S))


def claimed(repository: SqlRepository, clock: FakeClock, worker: str = "w") -> Lease:
    lease = claim(repository, clock, worker)
    assert lease is not None
    return lease


def finish(repository: SqlRepository, lease: Lease, clock: FakeClock) -> None:
    repository.finish(lease, analysis=an_analysis(a_reading()), elapsed_s=1.5, now=clock())


def stored(repository: SqlRepository, name: str) -> Inspection:
    return repository.case_file(name, caller=OFFICER).inspection


def names_of_events(repository: SqlRepository, name: str) -> list[str]:
    return [event.name for event in repository.case_file(name, caller=OFFICER).events]


def test_the_oldest_is_claimed_first_and_none_twice(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "first", "second")
    leases = [claim(repository, clock) for _ in range(3)]
    assert [lease and lease.inspection_id for lease in leases] == ["first", "second", None]
    assert stored(repository, "first").state is S.ANALYSING
    assert leases[0] is not None
    assert leases[0].expires_at == NOW + timedelta(seconds=LEASE_S)


def test_a_finished_job_keeps_its_analysis_and_is_not_claimed_again(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "job")
    finish(repository, claimed(repository, clock), clock)
    clock.forward(10 * LEASE_S)
    assert claim(repository, clock) is None
    file = repository.case_file("job", caller=OFFICER)
    assert file.inspection.state is S.ANALYSED
    assert [a.number for a in file.analyses] == [1]
    assert file.analyses[0].analysis == an_analysis(a_reading())
    assert file.analyses[0].elapsed_s == 1.5
    assert names_of_events(repository, "job") == ["received", "analysing", "analysed"]


def test_a_lease_holds_until_it_expires_and_then_goes_to_another(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "job")
    claimed(repository, clock, "one")
    clock.forward(LEASE_S)
    assert claim(repository, clock, "two") is None
    clock.forward(0.001)
    taken = claimed(repository, clock, "two")
    assert (taken.inspection_id, taken.worker, taken.attempt) == ("job", "two", 2)


def test_a_renewed_lease_is_not_taken_over(repository: SqlRepository, clock: FakeClock) -> None:
    queue(repository, "job")
    lease = claimed(repository, clock)
    clock.forward(LEASE_S - 1)
    renewed = repository.renew(lease, now=clock(), extend=timedelta(seconds=LEASE_S))
    assert renewed.expires_at == clock() + timedelta(seconds=LEASE_S)
    clock.forward(LEASE_S)
    assert claim(repository, clock, "other") is None


def test_an_expired_lease_that_nobody_took_still_finishes(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "job")
    lease = claimed(repository, clock)
    clock.forward(10 * LEASE_S)
    finish(repository, lease, clock)
    assert stored(repository, "job").state is S.ANALYSED


def test_an_expired_job_goes_before_newer_ones(repository: SqlRepository, clock: FakeClock) -> None:
    queue(repository, "old", "new", "newer")
    claimed(repository, clock)
    clock.forward(LEASE_S + 1)
    assert claimed(repository, clock).inspection_id == "old"


def test_a_late_worker_is_refused_and_leaves_nothing(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "job")
    late = claimed(repository, clock, "late")
    clock.forward(LEASE_S + 1)
    current = claimed(repository, clock, "current")
    with pytest.raises(LeaseLost):
        finish(repository, late, clock)
    with pytest.raises(LeaseLost):
        repository.renew(late, now=clock(), extend=timedelta(seconds=LEASE_S))
    with pytest.raises(LeaseLost):
        repository.give_up(late, reason="too late", now=clock(), final=True)
    file = repository.case_file("job", caller=OFFICER)
    assert (file.analyses, file.inspection.failure) == ((), "")
    finish(repository, current, clock)
    with pytest.raises(LeaseLost):
        finish(repository, late, clock)
    assert len(repository.case_file("job", caller=OFFICER).analyses) == 1
    assert names_of_events(repository, "job").count("analysed") == 1


def test_finishing_twice_is_refused(repository: SqlRepository, clock: FakeClock) -> None:
    queue(repository, "job")
    lease = claimed(repository, clock)
    finish(repository, lease, clock)
    with pytest.raises(LeaseLost):
        finish(repository, lease, clock)


def test_an_attempt_that_failed_is_repeated_and_then_failed_with_its_reason(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "job")
    for attempt in (1, 2, 3):
        lease = claimed(repository, clock)
        assert lease.attempt == attempt
        repository.give_up(lease, reason=f"broken {attempt}", now=clock(), final=False)
        expected = S.FAILED if attempt == 3 else S.RECEIVED
        assert stored(repository, "job").state is expected
    assert stored(repository, "job").failure == "broken 3"
    assert claim(repository, clock) is None
    assert names_of_events(repository, "job")[-1] == "failed"
    assert names_of_events(repository, "job").count("retrying") == 2


def test_a_final_failure_is_not_repeated(repository: SqlRepository, clock: FakeClock) -> None:
    queue(repository, "job")
    repository.give_up(claimed(repository, clock), reason="no file", now=clock(), final=True)
    assert (stored(repository, "job").state, stored(repository, "job").attempts) == (S.FAILED, 1)


def test_workers_lost_too_often_fail_the_job_and_not_the_next(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "poison")
    for _ in range(3):
        claimed(repository, clock)
        clock.forward(LEASE_S + 1)
    queue(repository, "next")
    assert claimed(repository, clock).inspection_id == "next"
    poison = stored(repository, "poison")
    assert poison.state is S.FAILED
    assert "lost 3 times" in poison.failure
    assert names_of_events(repository, "poison")[-1] == "failed"


def test_a_failed_inspection_is_queued_again_by_hand(
    repository: SqlRepository, clock: FakeClock
) -> None:
    queue(repository, "job")
    repository.give_up(claimed(repository, clock), reason="no file", now=clock(), final=True)
    with pytest.raises(NotFound):
        repository.retry_failed("job", now=clock(), caller=STRANGER)
    again = repository.retry_failed("job", now=clock(), caller=OFFICER)
    assert (again.state, again.attempts, again.failure) == (S.RECEIVED, 0, "")
    with pytest.raises(Conflict):
        repository.retry_failed("job", now=clock(), caller=OFFICER)
    assert claimed(repository, clock).attempt == 1


def test_events_increase_over_all_inspections(repository: SqlRepository, clock: FakeClock) -> None:
    queue(repository, "a", "b")
    finish(repository, claimed(repository, clock), clock)
    events = repository.events_after(0, inspection_id=None, caller=ADMIN, limit=100)
    sequences = [event.sequence for event in events]
    assert sequences == sorted(set(sequences))
    assert repository.last_event() == sequences[-1]
    assert [e.inspection_id for e in events] == ["a", "b", "a", "a"]
    tail = repository.events_after(sequences[1], inspection_id=None, caller=ADMIN, limit=1)
    assert [e.sequence for e in tail] == [sequences[2]]
    own = repository.events_after(0, inspection_id="b", caller=ADMIN, limit=100)
    assert [e.name for e in own] == ["received"]


def test_no_event_has_happened_in_an_empty_database(repository: SqlRepository) -> None:
    assert repository.last_event() == 0
