"""Queries to police and vehicle registers: written to the audit log before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.usecases.registers import AuditLog, Purpose, QueryStage, RegisterQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """Writes both lines of a query. If the first cannot be written, nothing is asked."""

    register: str
    log: AuditLog
    clock: Callable[[], datetime]
    new_id: Callable[[], str]

    def asked(self, subject: str, purpose: Purpose) -> RegisterQuery:
        query = RegisterQuery(
            query_id=self.new_id(),
            stage=QueryStage.ASKED,
            register=self.register,
            subject=subject,
            purpose=purpose,
            at=self.clock(),
        )
        self.log(query)
        return query

    def answered(self, query: RegisterQuery, *, outcome: str, reason: str = "") -> None:
        self.log(
            RegisterQuery(
                query_id=query.query_id,
                stage=QueryStage.ANSWERED,
                register=self.register,
                subject=query.subject,
                purpose=query.purpose,
                at=self.clock(),
                outcome=outcome,
                reason=reason,
            )
        )
