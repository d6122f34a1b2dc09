"""Verdicts and decisions: appended with a number of their own, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.domain.access import Caller
from service.domain.decision import OperatorDecision
from service.domain.inspection import InspectionState
from service.domain.verdict import StoredVerdict
from service.errors import Conflict
from service.store import stored_json as codec
from service.store import tables as t
from service.store.connections import (
    ANALYSED_OR_LATER,
    THE_SERVICE,
    Connections,
    inspection_row,
    last_number,
)

S = InspectionState


class Judging(Connections):
    """See the part "judging" of `service.usecases.ports.Repository`."""

    def awaiting_verdict(self, *, changed_before: datetime) -> tuple[str, ...]:
        table = t.inspections
        # Only what is analysed is ever marked. Asking for the state too would make SQLite
        # prefer that index, and read everything that was ever judged.
        query = (
            select(table.c.id)
            .where(table.c.changed_at < changed_before)
            .order_by(table.c.changed_at)
        )
        with self._reading() as db:
            return tuple(db.execute(query).scalars())

    def add_verdict(
        self,
        inspection_id: str,
        *,
        verdict: StoredVerdict,
        now: datetime,
        reopens: bool,
        changed_at: datetime | None,
    ) -> None:
        with self._writing() as db:
            row = inspection_row(db, inspection_id, THE_SERVICE, lock=True)
            if row.state not in ANALYSED_OR_LATER:
                raise Conflict(f"inspection {inspection_id} is {row.state}; it is not analysed")
            if verdict.number != 1 + last_number(db, t.verdicts, row.id):
                raise Conflict(f"verdict {verdict.number} of {inspection_id} is not the next")
            keep = row.state == S.DECIDED.value and not reopens
            _append(db, t.verdicts, row.id, verdict.number, codec.VERDICT.dump(verdict))
            advice = verdict.verdict.advice.value
            db.execute(
                update(t.inspections)
                .where(t.inspections.c.id == row.id)
                .values(
                    state=row.state if keep else S.JUDGED.value,
                    advice=advice,
                    expected_loss=_loss(verdict),
                    reasons=codec.STRINGS.dump(verdict.verdict.reasons),
                    changed_at=None if row.changed_at == changed_at else row.changed_at,
                )
            )
            name = "reopened" if row.state == S.DECIDED.value and reopens else "judged"
            self._record(db, row.id, row.site, now, name, f"{advice}: {verdict.cause}")

    def confirm_verdict(self, inspection_id: str, *, changed_at: datetime | None) -> None:
        table = t.inspections
        with self._writing() as db:
            db.execute(
                update(table)
                .where(table.c.id == inspection_id, table.c.changed_at == changed_at)
                .values(changed_at=None)
            )

    def add_decision(
        self, inspection_id: str, *, decision: OperatorDecision, caller: Caller
    ) -> None:
        with self._writing() as db:
            row = inspection_row(db, inspection_id, caller, lock=True)
            if row.state not in (S.JUDGED.value, S.DECIDED.value):
                raise Conflict(
                    f"inspection {inspection_id} is {row.state}; there is no verdict yet"
                )
            newest = last_number(db, t.verdicts, row.id)
            if decision.verdict_number != newest:
                raise Conflict(f"verdict {newest} has replaced verdict {decision.verdict_number}")
            if decision.number != 1 + last_number(db, t.decisions, row.id):
                raise Conflict("someone else has decided in between")
            _append(db, t.decisions, row.id, decision.number, codec.DECISION.dump(decision))
            db.execute(
                update(t.inspections)
                .where(t.inspections.c.id == row.id)
                .values(state=S.DECIDED.value)
            )
            detail = f"{decision.outcome.value} by {decision.by}"
            self._record(db, row.id, row.site, decision.at, "decided", detail)


def _loss(stored: StoredVerdict) -> float:
    suspicion = stored.verdict.suspicion
    return 0.0 if suspicion is None else suspicion.expected_loss


def _append(db: Connection, table: Table, inspection_id: str, number: int, body: str) -> None:
    try:
        db.execute(insert(table).values(inspection_id=inspection_id, number=number, body=body))
    except IntegrityError as problem:
        raise Conflict(f"{table.name} {number} of {inspection_id} is there already") from problem
