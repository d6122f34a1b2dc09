"""The inspection row as a job: who works on it, until when, and how often it was tried."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from service.domain.access import Caller
from service.domain.inspection import Inspection, InspectionState
from service.errors import Conflict, LeaseLost
from service.store import stored_json as codec
from service.store import tables as t
from service.store.connections import (
    Connections,
    inspection_row,
    last_number,
    marked_changed,
)
from service.store.rows import to_inspection
from service.usecases.ports import Lease, StoredAnalysis
from vision.findings import Analysis, Reading, Subject

S = InspectionState
_NO_LEASE: dict[str, Any] = {"lease_token": None, "lease_worker": None, "lease_expires_at": None}


class Jobs(Connections):
    """See the part "jobs" of `service.usecases.ports.Repository`."""

    _max_attempts: int

    def claim(self, *, worker: str, now: datetime, lease: timedelta) -> Lease | None:
        table = t.inspections
        expired = and_(table.c.state == S.ANALYSING.value, table.c.lease_expires_at < now)
        values = {
            "state": S.ANALYSING.value,
            "attempts": table.c.attempts + 1,
            "lease_worker": worker,
            "lease_token": str(uuid.uuid4()),
            "lease_expires_at": now + lease,
        }
        with self._writing() as db:
            lost = self._fail_hopeless(db, expired)
            # Two statements, because an OR of both would sort the whole queue each time.
            taken = _take(db, expired, values) or _take(
                db, table.c.state == S.RECEIVED.value, values
            )
            for row in lost:
                self._record(db, row.id, row.site, now, "failed", row.failure)
            if taken is None:
                return None
            attempt = f"attempt {taken.attempts}"
            self._record(db, taken.id, taken.site, now, "analysing", attempt)
        return Lease(
            inspection_id=taken.id,
            worker=worker,
            token=taken.lease_token,
            expires_at=now + lease,
            attempt=taken.attempts,
        )

    def _fail_hopeless(self, db: Connection, expired: Any) -> list[Row[Any]]:
        """Jobs whose workers were lost too often."""
        table = t.inspections
        hopeless = (
            select(table.c.id)
            .where(expired, table.c.attempts >= self._max_attempts)
            .with_for_update(skip_locked=True)
        )
        ids = db.execute(hopeless).scalars().all()
        if not ids:
            return []
        failure = f"the worker was lost {self._max_attempts} times"
        return list(
            db.execute(
                update(table)
                .where(table.c.id.in_(ids))
                .values(state=S.FAILED.value, failure=failure, **_NO_LEASE)
                .returning(table)
            )
        )

    def renew(self, lease: Lease, *, now: datetime, extend: timedelta) -> Lease:
        with self._writing() as db:
            _under_lease(db, lease, lease_expires_at=now + extend)
        return replace(lease, expires_at=now + extend)

    def finish(
        self, lease: Lease, *, analysis: Analysis, elapsed_s: float, now: datetime
    ) -> StoredAnalysis:
        codes = _texts(analysis, Subject.CONTAINER_CODE)
        plates = _texts(analysis, Subject.PLATE)
        body = codec.ANALYSIS.dump(analysis)
        with self._writing() as db:
            row = _under_lease(
                db,
                lease,
                state=S.ANALYSED.value,
                failure="",
                container_codes=codec.STRINGS.dump(codes),
                plates=codec.STRINGS.dump(plates),
                changed_at=marked_changed(now),
                **_NO_LEASE,
            )
            search = " ".join([row.search, *codes, *plates]).lower()
            db.execute(
                update(t.inspections).where(t.inspections.c.id == row.id).values(search=search)
            )
            number = 1 + last_number(db, t.analyses, row.id)
            db.execute(
                insert(t.analyses).values(
                    inspection_id=row.id,
                    number=number,
                    finished_at=now,
                    elapsed_s=elapsed_s,
                    body=body,
                )
            )
            _add_plates(db, row, plates)
            self._record(db, row.id, row.site, now, "analysed", f"analysis {number}")
        return StoredAnalysis(
            number=number, finished_at=now, elapsed_s=elapsed_s, analysis=analysis
        )

    def give_up(self, lease: Lease, *, reason: str, now: datetime, final: bool) -> None:
        last = final or lease.attempt >= self._max_attempts
        state = S.FAILED if last else S.RECEIVED
        with self._writing() as db:
            row = _under_lease(db, lease, state=state.value, failure=reason, **_NO_LEASE)
            self._record(db, row.id, row.site, now, "failed" if last else "retrying", reason)

    def retry_failed(self, inspection_id: str, *, now: datetime, caller: Caller) -> Inspection:
        with self._writing() as db:
            row = inspection_row(db, inspection_id, caller, lock=True)
            if row.state != S.FAILED.value:
                raise Conflict(f"inspection {inspection_id} is {row.state}, not failed")
            changed = db.execute(
                update(t.inspections)
                .where(t.inspections.c.id == row.id)
                .values(state=S.RECEIVED.value, attempts=0, failure="")
                .returning(t.inspections)
            ).one()
            self._record(db, row.id, row.site, now, "received", f"retried by {caller.name}")
            return to_inspection(changed)


def _take(db: Connection, wanted: Any, values: dict[str, Any]) -> Row[Any] | None:
    """Change and return the oldest row that no other worker is just taking."""
    table = t.inspections
    oldest = (
        select(table.c.id)
        .where(wanted)
        .order_by(table.c.received_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return db.execute(
        update(table).where(table.c.id == oldest).values(values).returning(table)
    ).one_or_none()


def _under_lease(db: Connection, lease: Lease, **values: Any) -> Row[Any]:
    """Change the row if the lease still holds. Raises: LeaseLost."""
    table = t.inspections
    row = db.execute(
        update(table)
        .where(
            table.c.id == lease.inspection_id,
            table.c.lease_token == lease.token,
            table.c.state == S.ANALYSING.value,
        )
        .values(**values)
        .returning(table)
    ).one_or_none()
    if row is None:
        raise LeaseLost(f"{lease.worker} no longer holds {lease.inspection_id}")
    return row


def _add_plates(db: Connection, row: Row[Any], plates: tuple[str, ...]) -> None:
    table = t.plates_read
    known = set(db.execute(select(table.c.plate).where(table.c.inspection_id == row.id)).scalars())
    for plate in sorted(set(plates) - known):
        db.execute(insert(table).values(inspection_id=row.id, plate=plate, site=row.site))


def _texts(analysis: Analysis, subject: Subject) -> tuple[str, ...]:
    found = (
        f.text
        for f in analysis.findings
        if isinstance(f, Reading) and f.subject is subject and f.accepted
    )
    return tuple(dict.fromkeys(found))
