"""The log of queries to registers: append only, each line sealed by the hash of all before it.

A line that was changed, taken out, put in or moved breaks the chain from there on, and `verify`
says where. Lines cut off at the end leave no trace inside the log; `head` is there to be written
down elsewhere (in a report, on paper), and `verify` compares with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
)

from service.store.connections import AUDIT_LOCK, Connections
from service.store.tables import EPOCH, Instant, metadata
from service.usecases.registers import Purpose, QueryStage, RegisterQuery

START = "0" * 64
FETCH = 1_000

register_queries = Table(
    "register_queries",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("query_id", String(64), nullable=False),
    Column("stage", String(10), nullable=False),
    Column("register", String(100), nullable=False),
    Column("subject", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("caller", String(200), nullable=False),
    Column("inspection", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    Index(None, "caller", "at"),
    Index(None, "query_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedQuery:
    """A line as it stands in the log."""

    sequence: int
    query: RegisterQuery
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last line: how many there are, and the seal of all of them."""

    sequence: int
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first line that does not fit to those before it, and what is wrong with it."""

    sequence: int
    reason: str


class SqlAuditLog(Connections):
    """See `service.usecases.registers.AuditLog`.

    Args:
        engine: from `service.store.engine.open_engine`, migrated.
    """

    def __call__(self, query: RegisterQuery) -> None:
        """Append a line; committed when this returns, and what it raises means that it is not."""
        values = _values(query)
        with self._writing() as db:
            # One after the other: each line needs the seal of the one before.
            self._lock(db, AUDIT_LOCK)
            last = _head(db)
            sequence = last.sequence + 1
            db.execute(
                insert(register_queries).values(
                    **values,
                    sequence=sequence,
                    before=last.seal,
                    seal=_seal(sequence, values, last.seal),
                )
            )

    def head(self) -> Head:
        with self._reading() as db:
            return _head(db)

    def lines(
        self, *, caller: str | None = None, since: datetime | None = None, limit: int = 100
    ) -> tuple[LoggedQuery, ...]:
        """The newest lines, newest first."""
        table = register_queries
        wanted = [] if caller is None else [table.c.caller == caller]
        if since is not None:
            wanted.append(table.c.at >= since)
        query = select(table).where(*wanted).order_by(table.c.sequence.desc()).limit(limit)
        with self._reading() as db:
            return tuple(_logged(row) for row in db.execute(query))

    def verify(self, noted: Head | None = None) -> Broken | None:
        """Walk the whole chain; None if every line is as it was written.

        Args:
            noted: a head that was written down earlier; the log must still contain it.
        """
        before, expected = START, 1
        for row in self._all():
            if row.sequence != expected:
                return Broken(sequence=expected, reason=f"missing; {row.sequence} follows")
            if row.before != before:
                return Broken(sequence=row.sequence, reason="does not follow the line before it")
            values = {name: getattr(row, name) for name in _NAMES}
            if row.seal != _seal(row.sequence, values, before):
                return Broken(sequence=row.sequence, reason="has been changed")
            if noted is not None and noted.sequence == row.sequence and noted.seal != row.seal:
                return Broken(sequence=row.sequence, reason="is not the line that was noted")
            before, expected = row.seal, expected + 1
        if noted is not None and noted.sequence >= expected:
            return Broken(sequence=expected, reason=f"missing; {noted.sequence} lines were noted")
        return None

    def _all(self) -> Iterator[Row[Any]]:
        done = 0
        while True:
            query = (
                select(register_queries)
                .where(register_queries.c.sequence > done)
                .order_by(register_queries.c.sequence)
                .limit(FETCH)
            )
            with self._reading() as db:
                rows = db.execute(query).all()
            if not rows:
                return
            yield from rows
            done = rows[-1].sequence


_NAMES = (
    "query_id",
    "stage",
    "register",
    "subject",
    "purpose",
    "caller",
    "inspection",
    "at",
    "outcome",
    "reason",
)


def _values(query: RegisterQuery) -> dict[str, Any]:
    return {
        "query_id": query.query_id,
        "stage": query.stage.value,
        "register": _plain(query.register),
        "subject": _plain(query.subject),
        "purpose": _plain(query.purpose.reason),
        "caller": _plain(query.purpose.user),
        "inspection": _plain(query.purpose.case),
        "at": query.at,
        "outcome": _plain(query.outcome),
        "reason": _plain(query.reason),
    }


def _plain(text: str) -> str:
    """What every database stores and gives back as it was: no NUL, no half of a surrogate."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def _seal(sequence: int, values: Mapping[str, Any], before: str) -> str:
    said = [before, sequence, *(values[name] for name in _NAMES if name != "at")]
    said.append(str(values["at"] - EPOCH))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _head(db: Connection) -> Head:
    table = register_queries
    row = db.execute(
        select(table.c.sequence, table.c.seal).order_by(table.c.sequence.desc()).limit(1)
    ).one_or_none()
    return Head(sequence=0, seal=START) if row is None else Head(sequence=row[0], seal=row[1])


def _logged(row: Row[Any]) -> LoggedQuery:
    return LoggedQuery(
        sequence=row.sequence,
        query=RegisterQuery(
            query_id=row.query_id,
            stage=QueryStage(row.stage),
            register=row.register,
            subject=row.subject,
            purpose=Purpose(reason=row.purpose, user=row.caller, case=row.inspection),
            at=row.at,
            outcome=row.outcome,
            reason=row.reason,
        ),
        seal=row.seal,
    )
