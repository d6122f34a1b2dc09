"""Inspections as they come in, and as they are looked at: one by one, or page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from service.domain.access import Caller
from service.domain.inspection import Inspection, InspectionState
from service.domain.verdict import Advice
from service.errors import IdempotencyMismatch
from service.store import stored_json as codec
from service.store import tables as t
from service.store.connections import THE_SERVICE, Connections, inspection_row, seen_by
from service.store.papers import latest_declaration, registrations_of
from service.store.rows import (
    read_cursor,
    to_analysis,
    to_event,
    to_inspection,
    to_summary,
    write_cursor,
)
from service.usecases.ports import CaseFile, InspectionFilter, Order, Page


class Intake(Connections):
    """See the part "intake" of `service.usecases.ports.Repository`."""

    def add_inspection(
        self,
        inspection: Inspection,
        *,
        idempotency_key: str | None,
        request_sha256: str,
        caller: Caller,
    ) -> Inspection:
        try:
            with self._writing() as db:
                if idempotency_key is not None:
                    before = _seen(db, caller, idempotency_key, request_sha256)
                    if before is not None:
                        return before
                    db.execute(
                        insert(t.idempotency_keys).values(
                            caller=caller.name,
                            key=idempotency_key,
                            request_sha256=request_sha256,
                            inspection_id=inspection.id,
                        )
                    )
                _insert(db, inspection)
                at = inspection.received_at
                self._record(db, inspection.id, inspection.site, at, "received", "")
                return inspection
        except IntegrityError:
            # Two requests with the same key at the same time: the other one won.
            if idempotency_key is None:
                raise
            with self._reading() as db:
                before = _seen(db, caller, idempotency_key, request_sha256)
            if before is None:
                raise
            return before

    def inspection_of_key(
        self, idempotency_key: str, *, request_sha256: str, caller: Caller
    ) -> Inspection | None:
        with self._reading() as db:
            return _seen(db, caller, idempotency_key, request_sha256)

    def case_file(self, inspection_id: str, *, caller: Caller) -> CaseFile:
        with self._reading() as db:
            return _case_file(db, inspection_row(db, inspection_id, caller))

    def judging_file(self, inspection_id: str) -> CaseFile:
        return self.case_file(inspection_id, caller=THE_SERVICE)

    def list_inspections(
        self, filters: InspectionFilter, *, cursor: str | None, limit: int, caller: Caller
    ) -> Page:
        table = t.inspections
        wanted = [seen_by(caller, table), *_wanted(filters)]
        by_loss = filters.order is Order.EXPECTED_LOSS
        columns = [table.c.received_at, table.c.id]
        if by_loss:
            columns.insert(0, table.c.expected_loss)
        if cursor is not None:
            loss, at, last = read_cursor(cursor)
            older = or_(
                table.c.received_at < at, and_(table.c.received_at == at, table.c.id < last)
            )
            if by_loss:
                lower = table.c.expected_loss < loss
                older = or_(lower, and_(table.c.expected_loss == loss, older))
            wanted.append(older)
        query = (
            select(table)
            .where(*wanted)
            .order_by(*(column.desc() for column in columns))
            .limit(limit + 1)
        )
        with self._reading() as db:
            rows = db.execute(query).all()
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=tuple(to_summary(row) for row in rows),
            next_cursor=write_cursor(rows[-1]) if more else None,
        )

    def state_counts(self, *, caller: Caller) -> dict[InspectionState, int]:
        table = t.inspections
        query = (
            select(table.c.state, func.count())
            .where(seen_by(caller, table))
            .group_by(table.c.state)
        )
        with self._reading() as db:
            return {InspectionState(state): int(count) for state, count in db.execute(query)}

    def advice_counts(self, *, caller: Caller) -> dict[Advice, int]:
        table = t.inspections
        query = (
            select(table.c.advice, func.count())
            .where(seen_by(caller, table), table.c.state == InspectionState.JUDGED.value)
            .group_by(table.c.advice)
        )
        with self._reading() as db:
            return {Advice(advice): int(count) for advice, count in db.execute(query)}


def _seen(db: Connection, caller: Caller, key: str, request: str) -> Inspection | None:
    keys = t.idempotency_keys
    row = db.execute(
        select(keys).where(keys.c.caller == caller.name, keys.c.key == key)
    ).one_or_none()
    if row is None:
        return None
    if row.request_sha256 != request:
        raise IdempotencyMismatch(f"key {key!r} came with another request before")
    return to_inspection(inspection_row(db, row.inspection_id, caller))


def _insert(db: Connection, inspection: Inspection) -> None:
    refs = inspection.registration_refs
    search = [inspection.id, inspection.lane, inspection.declaration_ref or "", *refs]
    db.execute(
        insert(t.inspections).values(
            id=inspection.id,
            site=inspection.site,
            lane=inspection.lane,
            captured_at=inspection.captured_at,
            received_at=inspection.received_at,
            state=inspection.state.value,
            files=codec.FILES.dump(inspection.files),
            declaration_ref=inspection.declaration_ref,
            registration_refs=codec.STRINGS.dump(refs),
            attempts=0,
            failure="",
            reasons="[]",
            container_codes="[]",
            plates="[]",
            search=" ".join(search).lower(),
        )
    )
    for reference in sorted(set(refs)):
        db.execute(
            insert(t.named_registrations).values(
                inspection_id=inspection.id, reference=reference, site=inspection.site
            )
        )


def _case_file(db: Connection, row: Row[Any]) -> CaseFile:
    def of(table: Table) -> Sequence[Row[Any]]:
        return db.execute(
            select(table).where(table.c.inspection_id == row.id).order_by(table.c.number)
        ).all()

    events = select(t.events).where(t.events.c.inspection_id == row.id)
    return CaseFile(
        inspection=to_inspection(row),
        analyses=tuple(to_analysis(found) for found in of(t.analyses)),
        verdicts=tuple(codec.VERDICT.load(found.body) for found in of(t.verdicts)),
        decisions=tuple(codec.DECISION.load(found.body) for found in of(t.decisions)),
        declaration=latest_declaration(db, row.site, row.declaration_ref),
        registrations=registrations_of(db, row.id, row.site),
        events=tuple(to_event(e) for e in db.execute(events.order_by(t.events.c.sequence))),
        changed_at=row.changed_at,
    )


def _wanted(filters: InspectionFilter) -> list[Any]:
    table = t.inspections
    wanted: list[Any] = []
    if filters.states:
        wanted.append(table.c.state.in_([state.value for state in filters.states]))
    if filters.advices:
        wanted.append(table.c.advice.in_([advice.value for advice in filters.advices]))
    if filters.sites:
        wanted.append(table.c.site.in_(filters.sites))
    if filters.captured_from is not None:
        wanted.append(table.c.captured_at >= filters.captured_from)
    if filters.captured_to is not None:
        wanted.append(table.c.captured_at < filters.captured_to)
    if filters.text:
        wanted.append(table.c.search.contains(filters.text.strip().lower(), autoescape=True))
    return wanted
