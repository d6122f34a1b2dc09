"""What the parts of the repository share: transactions, locked rows, the journal of events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Table,
    case,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.exc import DataError, OperationalError

from service.domain.access import Caller, Role
from service.domain.inspection import InspectionState
from service.errors import InvalidInput, NotFound, StorageUnavailable
from service.store import tables as t
from service.store.tables import EPOCH

THE_SERVICE = Caller(name="service", role=Role.ADMIN)
ANALYSED_OR_LATER = tuple(
    state.value
    for state in (InspectionState.ANALYSED, InspectionState.JUDGED, InspectionState.DECIDED)
)
# Keys of PostgreSQL's advisory locks; SQLite has one writer at a time anyway.
EVENTS_LOCK = 7_215_514
PAPERS_LOCK = 7_215_515
AUDIT_LOCK = 7_215_516


class Connections:
    """Transactions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_postgres = engine.dialect.name == "postgresql"

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A snapshot: several statements see the same state. Raises: StorageUnavailable."""
        options: dict[str, Any] = {"read_only": True}
        if self._is_postgres:
            options["isolation_level"] = "REPEATABLE READ"
        with _as_service_errors(), self._engine.connect().execution_options(**options) as db:
            yield db

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """All or nothing. Raises: StorageUnavailable."""
        with _as_service_errors(), self._engine.begin() as db:
            yield db

    def _lock(self, db: Connection, key: int) -> None:
        """Until the end of the transaction, no other one is behind the same lock."""
        if self._is_postgres:
            db.execute(select(func.pg_advisory_xact_lock(key)))

    def _record(  # noqa: PLR0917 - written in the order of an event
        self, db: Connection, inspection_id: str, site: str, at: datetime, name: str, detail: str
    ) -> None:
        """Write an event; the last thing that a transaction does.

        PostgreSQL numbers rows before they are committed. Without the lock, someone who follows
        the events could see number 8 before number 7 is there, and never see 7.
        """
        self._lock(db, EVENTS_LOCK)
        db.execute(
            insert(t.events).values(
                inspection_id=inspection_id, site=site, at=at, name=name, detail=detail
            )
        )


@contextmanager
def _as_service_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as problem:
        raise StorageUnavailable(f"database: {problem.orig}") from problem
    except DataError as problem:
        # PostgreSQL refuses what SQLite stores: a NUL, a text beyond its column.
        raise InvalidInput(f"a value that cannot be stored: {problem.orig}") from problem


def inspection_row(
    db: Connection, inspection_id: str, caller: Caller, *, lock: bool = False
) -> Row[Any]:
    """The row; with `lock`, no one else changes it before this transaction ends.

    Raises:
        NotFound: there is none, or it is at a site that the caller does not see.
    """
    query = select(t.inspections).where(t.inspections.c.id == inspection_id)
    row = db.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None or not caller.sees(row.site):
        raise NotFound(f"no inspection {inspection_id}")
    return row


def seen_by(caller: Caller, table: Table) -> Any:
    """The condition that a row is at one of the caller's sites."""
    return table.c.site.in_(caller.sites) if caller.sites else table.c.site == table.c.site


def last_number(db: Connection, table: Table, inspection_id: str) -> int:
    """The highest number of that kind that an inspection has; 0 if none."""
    query = select(func.max(table.c.number)).where(table.c.inspection_id == inspection_id)
    return int(db.execute(query).scalar() or 0)


def marked_changed(now: datetime) -> ColumnElement[int]:
    """The new `changed_at` of an inspection: now, and later than it was in any case.

    Whoever judges clears the mark that was there when it began to read; a mark that came
    later is a later time and stays.
    """
    before = type_coerce(t.inspections.c.changed_at, BigInteger)
    micros = (now - EPOCH) // timedelta(microseconds=1)
    return case((before >= micros, before + 1), else_=micros)
