"""Two gateways that answer, and a migrated database of either kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from service.store.engine import migrate, open_engine
from tests.conftest import Database
from tests.service.registers.gateways import PoliceGateway, VehicleGateway, serving


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_database: Database) -> Engine:
    """Where the database makes no difference."""
    return sqlite_database.engine


@pytest.fixture
def vehicles() -> Iterator[VehicleGateway]:
    gateway = VehicleGateway()
    with serving(gateway):
        yield gateway


@pytest.fixture
def police() -> Iterator[PoliceGateway]:
    gateway = PoliceGateway()
    with serving(gateway):
        yield gateway
