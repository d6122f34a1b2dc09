"""Registers for the composition root: what is asked, by whom, and where it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from service.config import Settings
from service.sources.registers.configured import RegisterLoader, named_registers
from service.store.audit import SqlAuditLog
from service.store.register_questions import SqlRegisterQuestions
from service.usecases.ask_registers import LEASE, Asker, RegisterDesk
from service.usecases.ports import Clock, Repository
from service.usecases.register_questions import Inquiry
from service.usecases.rejudge import Judge

TIMEOUTS_PER_LEASE = 4


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """All that concerns registers over one database; `loader` opens those that are named."""

    settings: Settings
    audit: SqlAuditLog
    store: SqlRegisterQuestions
    loader: RegisterLoader
    clock: Clock

    def inquiry(self) -> Inquiry:
        """What the judge asks; it opens nothing."""
        named = named_registers(self.settings)
        return Inquiry(registers=named, store=self.store, clock=self.clock)

    def asker(self, judge: Judge) -> Asker:
        """Raises: NotConfigured: a register that the settings name cannot be loaded."""
        timeout = timedelta(seconds=self.settings.registers_timeout_s)
        return Asker(
            self.loader.load_all(),
            store=self.store,
            judge=judge,
            clock=self.clock,
            most_attempts=self.settings.registers_attempts,
            lease=max(LEASE, TIMEOUTS_PER_LEASE * timeout),
        )

    def desk(self, repository: Repository, *, now_due: Callable[[], None]) -> RegisterDesk:
        return RegisterDesk(
            configured=named_registers(self.settings),
            store=self.store,
            repository=repository,
            audit=self.audit,
            clock=self.clock,
            now_due=now_due,
        )


def registers_of(settings: Settings, engine: Engine, *, clock: Clock) -> Registers:
    """Over a migrated database."""
    audit = SqlAuditLog(engine)
    return Registers(
        settings=settings,
        audit=audit,
        store=SqlRegisterQuestions(engine),
        loader=RegisterLoader(settings=settings, log=audit, clock=clock),
        clock=clock,
    )
