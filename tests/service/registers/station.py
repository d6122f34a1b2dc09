"""A border station without models and web: inspections, papers, registers and who asks them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from service.config import Settings
from service.domain.reconcile.policy import Policy
from service.domain.register_statement import REGISTERS
from service.registers_wiring import Registers, registers_of
from service.store.audit import SqlAuditLog
from service.usecases.ask_registers import AskedRegister, Asker, AskOnce, RegisterDesk
from service.usecases.follow_papers import Follower
from service.usecases.judge_inspection import judge_inspection
from service.usecases.papers_of_case import complete_case
from service.usecases.register_questions import Inquiry, NamedRegister, RegisterQuestion
from tests.builders import SHIPPED
from tests.service.papers.desk import Desk

PATIENCE_S = 15.0


def a_register(name: str, ask: AskOnce, *, threads: int = 2) -> AskedRegister:
    """A register that is a function."""
    named = NamedRegister(name=name, kind=REGISTERS[name], needs_country=name == "eucaris")
    return AskedRegister(named=named, ask=ask, threads=threads)


@dataclass
class Station(Desk):
    """`registers` are asked by `asker`; without them those that `settings` name."""

    registers: Sequence[AskedRegister] = ()
    settings: Settings | None = None
    policy: Policy = SHIPPED

    def __post_init__(self) -> None:
        super().__post_init__()
        chosen = self.settings or Settings(_env_file=None)
        self.wired: Registers = registers_of(chosen, self.engine, clock=self.clock)
        self.audit: SqlAuditLog = self.wired.audit
        self.store = self.wired.store
        inquiry = self.wired.inquiry()
        if self.registers:
            named = [register.named for register in self.registers]
            inquiry = Inquiry(registers=named, store=self.store, clock=self.clock)
        self.judge = partial(
            judge_inspection,
            repository=self.repository,
            policy=self.policy,
            clock=self.clock,
            complete=partial(complete_case, assembler=self.assembler, ask=inquiry.statements),
        )
        self.follower = Follower(
            archive=self.archive, visits=self.visits, judge=self.judge, clock=self.clock
        )
        self.asker = self.new_asker()
        self.desk: RegisterDesk = self.wired.desk(self.repository, now_due=lambda: None)

    def new_asker(self, *, most_attempts: int = 3) -> Asker:
        """Another process over the same database."""
        if not self.registers:
            return self.wired.asker(self.judge)
        return Asker(
            self.registers,
            store=self.store,
            judge=self.judge,
            clock=self.clock,
            most_attempts=most_attempts,
        )

    def ask(self) -> None:
        """Ask what is due, wait for it, judge."""
        self.asker.follow()
        assert self.asker.settle(timeout_s=PATIENCE_S)

    def follow_until(self, true: object) -> None:
        """Go on as the service does, until something is so."""
        assert callable(true)
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, "it did not come about"
            self.asker.follow()
            time.sleep(0.01)

    def later(self, pause: timedelta) -> None:
        self.clock.now += pause

    def asked(self, inspection_id: str) -> dict[str, RegisterQuestion]:
        """Questions by register; a test that has two about one register looks itself."""
        return {question.register: question for question in self.store.of(inspection_id)}

    def audited(self) -> list[str]:
        """ "asked eucaris plate B714RDX DE", oldest first."""
        lines = reversed(self.audit.lines(limit=1000))
        return [
            " ".join(
                part
                for part in (
                    line.query.stage.value,
                    line.query.register,
                    line.query.subject,
                    line.query.outcome,
                )
                if part
            )
            for line in lines
        ]
