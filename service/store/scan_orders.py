"""Ordered scans in the database, looked up by what is to be scanned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from service.domain.access import Caller
from service.domain.reconcile.history import Selection
from service.errors import NotFound
from service.store import stored_json as codec
from service.store import tables as t
from service.store.connections import Connections, seen_by
from service.store.history import sightings
from service.store.tables import Instant, metadata
from service.usecases.scan_orders import MAX_SUBJECT, OUTLIVES, ScanOrder
from vision.scan import ScanKind

MOST_OF_A_VISIT, MOST_VISITS = 50, 20

scan_orders = Table(
    "scan_orders",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String(100), nullable=False),
    Column("subject", String(MAX_SUBJECT), nullable=False),
    Column("sensor", String(20), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("due", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ordered_by", String(200), nullable=False),
    Column("cancelled_at", Instant),
    Column("cancelled_by", String(200), nullable=False),
    Index(None, "subject", "ordered_at"),
    Index(None, "site", "due"),
    sqlite_autoincrement=True,
)


class SqlScanOrders(Connections):
    """See `service.usecases.scan_orders.ScanOrderStore`."""

    def add(self, order: ScanOrder) -> ScanOrder:
        with self._writing() as db:
            number = db.execute(
                insert(scan_orders)
                .values(
                    site=order.site,
                    subject=order.subject,
                    sensor=order.sensor.value,
                    ordered_at=order.ordered_at,
                    due=order.due,
                    reason=order.reason,
                    ordered_by=order.ordered_by,
                    cancelled_at=None,
                    cancelled_by="",
                )
                .returning(scan_orders.c.number)
            ).scalar_one()
            row = db.execute(select(scan_orders).where(scan_orders.c.number == number)).one()
            return _order(db, row)

    def get(self, number: int, *, caller: Caller) -> ScanOrder:
        with self._reading() as db:
            row = db.execute(
                select(scan_orders).where(scan_orders.c.number == number)
            ).one_or_none()
            if row is None or not caller.sees(row.site):
                raise NotFound(f"no scan order {number}")
            return _order(db, row)

    def cancel(self, number: int, *, at: datetime, caller: Caller) -> None:
        table = scan_orders
        with self._writing() as db:
            db.execute(
                update(table)
                .where(
                    table.c.number == number,
                    table.c.cancelled_at.is_(None),
                    seen_by(caller, table),
                )
                .values(cancelled_at=at, cancelled_by=caller.name)
            )

    def list_orders(
        self, *, caller: Caller, site: str | None, before: int | None, limit: int
    ) -> tuple[ScanOrder, ...]:
        table = scan_orders
        query = select(table).where(seen_by(caller, table))
        if site is not None:
            query = query.where(table.c.site == site)
        if before is not None:
            query = query.where(table.c.number < before)
        with self._reading() as db:
            rows = db.execute(query.order_by(table.c.number.desc()).limit(limit)).all()
            return tuple(_order(db, row) for row in rows)

    def concerning(
        self, subjects: Collection[str], *, site: str, at: datetime
    ) -> tuple[Selection, ...]:
        table = scan_orders
        if not subjects:
            return ()
        query = (
            select(table)
            .where(
                table.c.subject.in_(sorted(subjects)),
                table.c.ordered_at <= at,
                table.c.due >= at - OUTLIVES,
                table.c.site == site,
            )
            .order_by(table.c.number)
            .limit(MOST_OF_A_VISIT)
        )
        with self._reading() as db:
            return tuple(
                Selection(
                    subject=row.subject,
                    sensor=ScanKind(row.sensor),
                    due=row.due,
                    reason=row.reason,
                )
                for row in db.execute(query)
                if row.cancelled_at is None or row.cancelled_at > at
            )


def _order(db: Connection, row: Row[tuple[object, ...]]) -> ScanOrder:
    return ScanOrder(
        number=row.number,
        site=row.site,
        subject=row.subject,
        sensor=ScanKind(row.sensor),
        ordered_at=row.ordered_at,
        due=row.due,
        reason=row.reason,
        ordered_by=row.ordered_by,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        made_by=_made_by(db, row),
    )


def _made_by(db: Connection, row: Row[tuple[object, ...]]) -> str | None:
    seen, own = sightings, t.inspections
    query = (
        select(own.c.id, own.c.files)
        .join(seen, seen.c.inspection_id == own.c.id)
        .where(seen.c.subject == row.subject, seen.c.at >= row.ordered_at, seen.c.site == row.site)
        .order_by(seen.c.at)
        .limit(MOST_VISITS)
    )
    for inspection_id, files in db.execute(query):
        if any(file.kind.value == row.sensor for file in codec.FILES.load(files)):
            return str(inspection_id)
    return None
