"""The history of every inspection, as one sequence that can be followed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from service.domain.access import Caller
from service.store import tables as t
from service.store.connections import Connections, seen_by
from service.store.rows import to_event
from service.usecases.ports import Event


class Journal(Connections):
    """See the part "events" of `service.usecases.ports.Repository`."""

    def events_after(
        self, sequence: int, *, inspection_id: str | None, caller: Caller, limit: int
    ) -> Sequence[Event]:
        wanted = [t.events.c.sequence > sequence, seen_by(caller, t.events)]
        if inspection_id is not None:
            wanted.append(t.events.c.inspection_id == inspection_id)
        query = select(t.events).where(*wanted).order_by(t.events.c.sequence).limit(limit)
        with self._reading() as db:
            return [to_event(row) for row in db.execute(query)]

    def last_event(self) -> int:
        with self._reading() as db:
            return int(db.execute(select(func.max(t.events.c.sequence))).scalar() or 0)
