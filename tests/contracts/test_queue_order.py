"""The queue by expected loss: page after page, each inspection once, whatever else arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.inspection import InspectionState
from service.domain.verdict import Suspicion
from service.errors import InvalidInput
from service.store.repository import SqlRepository
from service.usecases.ports import InspectionFilter, Order
from tests.builders import ADMIN, GATE, NOW, a_verdict, an_analysis, an_inspection

LOSSES = (5.0, 900.0, 5.0, 0.0, 12_000.5, 900.0)
BY_LOSS = InspectionFilter(states=frozenset({InspectionState.JUDGED}), order=Order.EXPECTED_LOSS)


def judged(repository: SqlRepository, number: int, loss: float) -> None:
    job = replace(an_inspection(f"job-{number}"), received_at=NOW + timedelta(minutes=number))
    repository.add_inspection(job, idempotency_key=None, request_sha256="", caller=GATE)
    lease = repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert lease is not None
    repository.finish(lease, analysis=an_analysis(), elapsed_s=1.0, now=NOW)
    stored = a_verdict()
    suspicion = Suspicion(probability=0.1, expected_loss=loss)
    verdict = replace(stored, verdict=replace(stored.verdict, suspicion=suspicion))
    repository.add_verdict(job.id, verdict=verdict, now=NOW, reopens=False, changed_at=None)


def test_pages_go_down_from_the_largest_loss_and_the_newest(repository: SqlRepository) -> None:
    for number, loss in enumerate(LOSSES):
        judged(repository, number, loss)
    seen, cursor = [], None
    while True:
        page = repository.list_inspections(BY_LOSS, cursor=cursor, limit=2, caller=ADMIN)
        seen += [(row.expected_loss, row.inspection.id) for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [
        (12_000.5, "job-4"),
        (900.0, "job-5"),
        (900.0, "job-1"),
        (5.0, "job-2"),
        (5.0, "job-0"),
        (0.0, "job-3"),
    ]


@pytest.mark.parametrize("cursor", ["x", "bmFuOjE6YQ==", "MHgxOjE6"])
def test_a_cursor_that_is_not_ours_is_told(repository: SqlRepository, cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        repository.list_inspections(BY_LOSS, cursor=cursor, limit=2, caller=ADMIN)
