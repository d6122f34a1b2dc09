"""The repository under contract, on either database, with a clock that stands still."""

from __future__ import annotations

import pytest

from service.store.repository import SqlRepository
from tests.conftest import Database
from tests.fakes import FakeClock


@pytest.fixture
def repository(database: Database) -> SqlRepository:
    return SqlRepository(database.engine, max_attempts=3)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
