"""SIGKILL in the middle of fifty analyses: nothing is lost, and nothing is done twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from service.bootstrap import utc_now
from service.domain.access import Caller, Role
from service.domain.inspection import InspectionState
from service.store.engine import migrate, open_engine
from service.store.repository import SqlRepository
from service.usecases.issue_keys import issue_key
from tests.e2e.served import ROOT, environment, served
from vision.synthesis import xray

COUNT = 50
EVERYONE = Caller(name="test", role=Role.ADMIN)
SETTLED = {InspectionState.JUDGED, InspectionState.DECIDED}
pytestmark = pytest.mark.slow


def passage_csv(number: int) -> bytes:
    counts = np.random.default_rng(number).poisson(400, 60)
    rows = "\n".join(f"{i * 0.5},{c},{int(20 <= i < 44)}" for i, c in enumerate(counts))
    return f"time_s,gamma,occupied\n{rows}\n".encode()


def send_all(address: str, key: str) -> list[str]:
    scan = xray.side_view([True], seed=1).png
    ids = []
    with httpx.Client(base_url=address, headers={"X-API-Key": key}, timeout=30) as client:
        for number in range(COUNT):
            answer = client.post(
                "/v1/inspections",
                files=[
                    ("xray", ("side.png", scan, "image/png")),
                    ("radiation", (f"{number}.csv", passage_csv(number), "text/csv")),
                ],
                headers={"Idempotency-Key": f"visit-{number}"},
            )
            assert answer.status_code in {201, 202}, answer.text[:500]
            ids.append(answer.json()["id"])
    return ids


def states(repository: SqlRepository) -> Counter[InspectionState]:
    return Counter(repository.state_counts(caller=EVERYONE))


def settled(repository: SqlRepository) -> int:
    found = states(repository)
    return sum(found[state] for state in SETTLED)


def wait_for(repository: SqlRepository, least: int, *, seconds: float) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done = settled(repository)
        if done >= least:
            return done
        time.sleep(0.02)
    pytest.fail(f"{settled(repository)} of {least} after {seconds} s: {states(repository)}")


def assert_each_once(repository: SqlRepository, ids: list[str]) -> None:
    for inspection_id in ids:
        file = repository.case_file(inspection_id, caller=EVERYONE)
        assert file.inspection.state is InspectionState.JUDGED
        assert [analysis.number for analysis in file.analyses] == [1]
        assert [verdict.number for verdict in file.verdicts] == [1]
        names = Counter(event.name for event in file.events)
        assert names["received"] == 1
        assert names["analysed"] == 1


@pytest.fixture
def repository(database_url: str) -> Iterator[SqlRepository]:
    engine = open_engine(database_url)
    migrate(engine)
    yield SqlRepository(engine)
    engine.dispose()


def a_key(repository: SqlRepository) -> str:
    return issue_key(
        "gate", role=Role.PORT, sites=frozenset(), repository=repository, clock=utc_now
    ).key


def test_fifty_inspections_survive_a_killed_server(
    database_url: str, repository: SqlRepository, tmp_path: Path
) -> None:
    key = a_key(repository)
    settings = {"database_url": database_url, "lease_s": "4", "poll_s": "0.1"}
    with served(tmp_path / "data", **settings, in_process_worker="false") as server:
        ids = send_all(server.address, key)
    assert len(set(ids)) == COUNT
    assert states(repository) == {InspectionState.RECEIVED: COUNT}

    with served(tmp_path / "data", **settings) as server:
        wait_for(repository, 5, seconds=60)
        server.kill()
    left = states(repository)
    assert 5 <= settled(repository) < COUNT
    assert left[InspectionState.RECEIVED] > 0
    # Killed in the middle of one: it is still leased to a worker that is no more.
    assert left[InspectionState.ANALYSING] + left[InspectionState.ANALYSED] <= 1

    with served(tmp_path / "data", **settings) as server:
        wait_for(repository, COUNT, seconds=120)
        # A gate that never heard the answer sends again, and gets the same inspections.
        assert send_all(server.address, key) == ids
    assert_each_once(repository, ids)


def test_another_worker_takes_over_from_a_killed_one(
    database_url: str, repository: SqlRepository, tmp_path: Path
) -> None:
    key = a_key(repository)
    settings = {"database_url": database_url, "lease_s": "4", "poll_s": "0.1"}
    data = tmp_path / "data"
    with served(data, **settings, in_process_worker="false") as server:
        ids = send_all(server.address, key)
        command = [sys.executable, "-m", "service.cli", "worker"]
        variables = environment(data, **settings)
        workers = [
            subprocess.Popen(command, env=variables, cwd=ROOT, stderr=subprocess.DEVNULL)
            for _ in range(2)
        ]
        try:
            wait_for(repository, 5, seconds=60)
            workers[0].kill()
            workers[0].wait()
            wait_for(repository, COUNT, seconds=120)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
    assert_each_once(repository, ids)
