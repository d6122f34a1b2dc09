"""One engine for SQLite and PostgreSQL, and the migrations of both."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from service.errors import NotConfigured

BUSY_TIMEOUT_MS = 20_000
BETWEEN_TRIES_S = 0.02
MIGRATION_LOCK = 7_215_513


def open_engine(url: str) -> Engine:
    """Connect lazily; for SQLite in WAL mode, where writers queue instead of failing.

    Raises:
        NotConfigured: the URL is malformed, its driver is not installed, or the folder of an
            SQLite file cannot be made.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
            _prepare_sqlite(engine)
            return engine
        return create_engine(parsed, pool_pre_ping=True, pool_size=10)
    except (ArgumentError, NoSuchModuleError, ImportError) as problem:
        hint = "pip install 'tallyman[postgres]'" if "psycopg" in str(problem) else "check the URL"
        raise NotConfigured(f"database: {problem}; {hint}") from problem
    except OSError as problem:
        raise NotConfigured(f"database: {problem}") from problem


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that begins as a reader fails at once when another has written in between.
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _write_ahead(connection: Any) -> None:
    """Turn WAL on. While another process does so in a new file, SQLite fails without waiting."""
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(BETWEEN_TRIES_S)
        else:
            return


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; several processes may do so at once.

    Raises:
        NotConfigured: the database cannot be reached, or a newer version has migrated it.
    """
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as problem:
        raise NotConfigured(f"database: {problem}") from problem
    except CommandError as problem:
        hint = "it belongs to a newer version of Tallyman"
        raise NotConfigured(f"database: {problem}; {hint}") from problem


def revisions(engine: Engine) -> tuple[str | None, str | None]:
    """(revision of the database, newest revision that we know)."""
    with engine.connect().execution_options(read_only=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current, ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
