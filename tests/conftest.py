"""Fixtures of the whole suite: one seeded generator, and a database of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from service.store.engine import migrate, open_engine
from tests.postgres_server import PostgresServer, missing, postgres_server

SEED = 20261124


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
def migrated_template(postgres: PostgresServer) -> str:
    """A migrated PostgreSQL database to copy; copying is quicker than migrating."""
    name = postgres.create()
    engine = open_engine(postgres.url(name))
    migrate(engine)
    engine.dispose()
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An empty, migrated database of one test. `kind` is "sqlite" or "postgresql"."""

    kind: str
    url: str
    engine: Engine


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


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The same test on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'tallyman.sqlite'}"
        engine = open_engine(url)
        migrate(engine)
        yield Database(kind="sqlite", url=url, engine=engine)
        engine.dispose()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(template=request.getfixturevalue("migrated_template"))
    engine = open_engine(server.url(name))
    yield Database(kind="postgresql", url=server.url(name), engine=engine)
    engine.dispose()
    server.drop(name)
