"""Fixtures of the whole suite: one seeded generator, and a database of either kind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from sqlalchemy import Engine, text

from service.store.engine import migrate, open_engine
from service.store.tables import metadata
from tests.postgres_server import PostgresServer, missing, postgres_server

SEED = 20261124
# The same examples in every run, and none fails because the machine was busy.
settings.register_profile("tallyman", deadline=None, derandomize=True, database=None)
settings.load_profile("tallyman")


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An empty, migrated database of one test. `kind` is "sqlite" or "postgresql"."""

    kind: str
    url: str
    engine: Engine


@pytest.fixture
def rng() -> np.random.Generator:
    """The only source of randomness in a test; the same in every run."""
    return np.random.default_rng(SEED)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for the whole run, started when the first test asks for it."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> Iterator[Database]:
    """One migrated database; tests empty it, which is quicker than making another."""
    url = postgres.url(postgres.create())
    engine = open_engine(url)
    migrate(engine)
    yield Database(kind="postgresql", url=url, engine=engine)
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "tallyman.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tallyman.sqlite'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def sqlite_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """For what only SQLite does; any other test takes `database`."""
    path = tmp_path / "tallyman.sqlite"
    shutil.copy(migrated_sqlite, path)
    engine = open_engine(f"sqlite:///{path}")
    yield Database(kind="sqlite", url=f"sqlite:///{path}", engine=engine)
    engine.dispose()


@pytest.fixture
def postgres_database(migrated_postgres: Database) -> Database:
    """For what only PostgreSQL does; mark the test `postgres`."""
    with migrated_postgres.engine.begin() as connection:
        # Quicker than TRUNCATE, which makes every table and index anew.
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
        connection.execute(text("ALTER SEQUENCE events_sequence_seq RESTART"))
    return migrated_postgres


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on SQLite and on PostgreSQL."""
    kind = "sqlite" if request.param == "sqlite" else "postgres"
    found: Database = request.getfixturevalue(f"{kind}_database")
    return found
