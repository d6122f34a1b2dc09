"""Tables. Times are microseconds since 1970 in UTC, so that both databases sort them alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        del dialect
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

_CHANGED = text("changed_at IS NOT NULL")

# The row is the job: state, attempts and lease stand in it.
inspections = Table(
    "inspections",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("lane", String(100), nullable=False),
    Column("captured_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),
    Column("files", Text, nullable=False),
    Column("declaration_ref", String(200)),
    Column("registration_refs", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failure", Text, nullable=False),
    Column("lease_worker", String(200)),
    Column("lease_token", String(36)),
    Column("lease_expires_at", Instant),
    # When analysis or papers last changed, until a verdict has taken the change into account.
    Column("changed_at", Instant),
    # Copied here from the last verdict and analysis, for the queue.
    Column("advice", String(20)),
    Column("expected_loss", Float, nullable=False, server_default="0"),
    Column("reasons", Text, nullable=False),
    Column("container_codes", Text, nullable=False),
    Column("plates", Text, nullable=False),
    Column("search", Text, nullable=False),
    Index(None, "state", "received_at"),
    Index(None, "state", "expected_loss", "received_at", "id"),
    Index(None, "received_at", "id"),
    Index(None, "site", "received_at"),
    Index(None, "site", "declaration_ref"),
    Index(None, "site", "captured_at"),
    Index(None, "changed_at", sqlite_where=_CHANGED, postgresql_where=_CHANGED),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", String(200), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("inspection_id", String(36), nullable=False),
)

analyses = Table(
    "analyses",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("finished_at", Instant, nullable=False),
    Column("elapsed_s", Float, nullable=False),
    Column("body", Text, nullable=False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

declarations = Table(
    "declarations",
    metadata,
    Column("site", String(100), primary_key=True),
    Column("reference", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("filed_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

registrations = Table(
    "registrations",
    metadata,
    Column("site", String(100), primary_key=True),
    Column("reference", String(200), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("plate", String(20), nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "site", "plate"),
)

named_registrations = Table(
    "named_registrations",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("reference", String(200), primary_key=True),
    Column("site", String(100), nullable=False),
    Index(None, "site", "reference"),
)

plates_read = Table(
    "plates_read",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("plate", String(20), primary_key=True),
    Column("site", String(100), nullable=False),
    Index(None, "site", "plate"),
)

events = Table(
    "events",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("inspection_id", String(36), nullable=False),
    Column("site", String(100), nullable=False),
    Column("at", Instant, nullable=False),
    Column("name", String(50), nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "inspection_id", "sequence"),
    sqlite_autoincrement=True,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("sites", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked", Boolean, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("sites", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)
