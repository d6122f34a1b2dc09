"""The repository over SQLAlchemy; the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Engine

from service.store.intake import Intake
from service.store.jobs import Jobs
from service.store.journal import Journal
from service.store.judging import Judging
from service.store.papers import Papers
from service.store.people import People


class SqlRepository(Intake, Jobs, Judging, Papers, Journal, People):
    """See `service.usecases.ports.Repository`; one class per part of it.

    Args:
        engine: from `service.store.engine.open_engine`, migrated.
        max_attempts: analyses begun before an inspection FAILED.
    """

    def __init__(self, engine: Engine, *, max_attempts: int = 3) -> None:
        super().__init__(engine)
        self._max_attempts = max_attempts
