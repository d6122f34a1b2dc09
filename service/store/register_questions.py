"""Questions to registers: one row each, with its last answer; who asked to see a hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from service.domain.register_statement import WORDS, RegisterKind, Said
from service.domain.registration import Registration
from service.errors import Conflict, NotFound
from service.store import tables as t
from service.store.connections import (
    ANALYSED_OR_LATER,
    THE_SERVICE,
    Connections,
    inspection_row,
    last_number,
    marked_changed,
)
from service.store.stored_json import Codec
from service.store.tables import Instant, metadata
from service.usecases.register_questions import Entry, RegisterQuestion, Reply, Wanted
from service.usecases.registers import AeoCertificate, ContainerOwner, EconomicOperator, Hit

THE_SERVICE_ASKS = "service"

register_questions = Table(
    "register_questions",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("register", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", String(70), nullable=False),
    Column("country", String(10)),
    Column("name", String(200), nullable=False),
    Column("planned_at", Instant, nullable=False),
    # The time when it is asked, or asked again; while it is asked, the end of the lease.
    Column("next_at", Instant),
    Column("asked", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("said", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("answered_at", Instant),
    Column("body", Text),
    Index(None, "register", "next_at"),
)

# Whoever asks to see a hit does so for one answer: after another one, anew.
register_viewers = Table(
    "register_viewers",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("answered_at", Instant, primary_key=True),
    Column("person", String(200), primary_key=True),
    Column("at", Instant, nullable=False),
)

_ENTRIES: Mapping[RegisterKind, Codec[Any]] = {
    RegisterKind.VEHICLE: Codec(Registration),
    RegisterKind.SOUGHT: Codec(Hit),
    RegisterKind.OWNER: Codec(ContainerOwner),
    RegisterKind.OPERATOR: Codec(EconomicOperator),
    RegisterKind.AEO: Codec(AeoCertificate),
}


class SqlRegisterQuestions(Connections):
    """See `service.usecases.register_questions.QuestionStore`.

    Whatever changes a question holds the row of its inspection first.
    """

    def plan(
        self, inspection_id: str, wanted: Sequence[Wanted], *, now: datetime
    ) -> tuple[RegisterQuestion, ...]:
        with self._reading() as db:
            known = _rows(db, inspection_id)
            if not _missing(known, wanted) and not _better(known, wanted):
                return _questions(db, known)
        with self._writing() as db:
            inspection_row(db, inspection_id, THE_SERVICE, lock=True)
            known = _rows(db, inspection_id)
            number = last_number(db, register_questions, inspection_id)
            for offset, new in enumerate(_missing(known, wanted), start=1):
                row = _new_row(inspection_id, number + offset, new, now)
                db.execute(insert(register_questions).values(row))
            for old, new in _better(known, wanted):
                values = {"country": new.country, "next_at": now, "attempts": 0, "reason": ""}
                _change(db, old, said=Said.PENDING.value, **values)
            return _questions(db, _rows(db, inspection_id))

    def of(self, inspection_id: str) -> tuple[RegisterQuestion, ...]:
        with self._reading() as db:
            return _questions(db, _rows(db, inspection_id))

    def claim(
        self, register: str, *, now: datetime, lease: timedelta, limit: int
    ) -> tuple[RegisterQuestion, ...]:
        table = register_questions
        due = (table.c.register == register, table.c.next_at <= now)
        with self._reading() as db:
            # A look first: who writes without need makes the others wait.
            if db.execute(select(table.c.number).where(*due).limit(1)).first() is None:
                return ()
        query = select(table).where(*due).order_by(table.c.next_at).limit(limit)
        with self._writing() as db:
            rows = db.execute(query.with_for_update(skip_locked=True)).all()
            for row in rows:
                counts = {"asked": row.asked + 1, "attempts": row.attempts + 1}
                _change(db, row, next_at=now + lease, **counts)
            return tuple(_question(db, row.inspection_id, row.number) for row in rows)

    def record(
        self, question: RegisterQuestion, reply: Reply, *, now: datetime, next_at: datetime | None
    ) -> bool:
        with self._writing() as db:
            inspection = inspection_row(db, question.inspection_id, THE_SERVICE, lock=True)
            row = _row(db, question.inspection_id, question.number)
            if row.asked != question.asked or row.next_at is None:
                return False
            reason = _plain(reply.reason)
            if reply.said is Said.CANNOT_TELL and row.said == Said.HIT.value:
                _change(db, row, next_at=next_at, reason=reason)
                return False
            body = None if reply.entry is None else _ENTRIES[question.kind].dump(reply.entry)
            _change(
                db,
                row,
                said=reply.said.value,
                reason=reason,
                body=body,
                answered_at=reply.at,
                next_at=next_at,
            )
            if (row.said, row.body) == (reply.said.value, body):
                return False
            table = t.inspections
            # Even if this process dies here, it will be judged again.
            db.execute(
                update(table)
                .where(table.c.id == inspection.id, table.c.state.in_(ANALYSED_OR_LATER))
                .values(changed_at=marked_changed(now))
            )
            words = f"{_title(row)}: {reply.said.value.replace('_', ' ')}"
            detail = f"{words}: {reason}" if reason else words
            self._record(db, inspection.id, inspection.site, now, "register", detail)
            return True

    def ask_again(
        self, inspection_id: str, number: int, *, by: str, now: datetime
    ) -> RegisterQuestion:
        with self._writing() as db:
            inspection = inspection_row(db, inspection_id, THE_SERVICE, lock=True)
            row = _row(db, inspection_id, number)
            _change(db, row, next_at=now, attempts=0, asked_by=by)
            detail = f"{_title(row)}: asked again by {by}"
            self._record(db, inspection.id, inspection.site, now, "register", detail)
            return _question(db, inspection_id, number)

    def add_viewer(
        self, inspection_id: str, number: int, *, by: str, now: datetime
    ) -> RegisterQuestion:
        with self._writing() as db:
            inspection = inspection_row(db, inspection_id, THE_SERVICE, lock=True)
            row = _row(db, inspection_id, number)
            if row.said != Said.HIT.value:
                raise Conflict(f"question {number} of {inspection_id} has no hit to see")
            question = _question(db, inspection_id, number)
            if by in question.viewers:
                return question
            db.execute(
                insert(register_viewers).values(
                    inspection_id=inspection_id,
                    number=number,
                    answered_at=row.answered_at,
                    person=by,
                    at=now,
                )
            )
            detail = f"{_title(row)}: {by} asked to see the hit"
            self._record(db, inspection.id, inspection.site, now, "register", detail)
            return _question(db, inspection_id, number)


def _missing(known: Sequence[Row[Any]], wanted: Sequence[Wanted]) -> list[Wanted]:
    there = {(row.register, row.subject) for row in known}
    once = {(w.register, w.subject): w for w in wanted}
    return [new for key, new in once.items() if key not in there]


def _better(known: Sequence[Row[Any]], wanted: Sequence[Wanted]) -> list[tuple[Row[Any], Wanted]]:
    """Questions that lacked the country and now have it; a hit stays as it is."""
    by_key = {(w.register, w.subject): w for w in wanted if w.country is not None}
    pairs = [(row, by_key.get((row.register, row.subject))) for row in known]
    return [
        (row, new)
        for row, new in pairs
        if new is not None and row.country is None and row.said != Said.HIT.value
    ]


def _new_row(inspection_id: str, number: int, new: Wanted, now: datetime) -> dict[str, Any]:
    return {
        "inspection_id": inspection_id,
        "number": number,
        "register": new.register,
        "kind": new.kind.value,
        "subject": new.subject,
        "country": new.country,
        "name": _plain(new.name)[:200],
        "planned_at": now,
        "next_at": None if new.hopeless else now,
        "asked": 0,
        "attempts": 0,
        "asked_by": THE_SERVICE_ASKS,
        "said": (Said.CANNOT_TELL if new.hopeless else Said.PENDING).value,
        "reason": new.hopeless,
        "answered_at": None,
        "body": None,
    }


def _change(db: Connection, row: Row[Any], **values: Any) -> None:
    table = register_questions
    own = (table.c.inspection_id == row.inspection_id, table.c.number == row.number)
    db.execute(update(table).where(*own).values(**values))


def _rows(db: Connection, inspection_id: str) -> Sequence[Row[Any]]:
    table = register_questions
    own = table.c.inspection_id == inspection_id
    return db.execute(select(table).where(own).order_by(table.c.number)).all()


def _row(db: Connection, inspection_id: str, number: int) -> Row[Any]:
    found = [row for row in _rows(db, inspection_id) if row.number == number]
    if not found:
        raise NotFound(f"inspection {inspection_id} has no question {number} to a register")
    return found[0]


def _question(db: Connection, inspection_id: str, number: int) -> RegisterQuestion:
    return _questions(db, [_row(db, inspection_id, number)])[0]


def _questions(db: Connection, rows: Sequence[Row[Any]]) -> tuple[RegisterQuestion, ...]:
    """All of one inspection."""
    if not rows:
        return ()
    table, inspection_id = register_viewers, rows[0].inspection_id
    site = inspection_row(db, inspection_id, THE_SERVICE).site
    own = table.c.inspection_id == inspection_id
    viewers = db.execute(select(table).where(own).order_by(table.c.at, table.c.person)).all()
    return tuple(_loaded(row, site, viewers) for row in rows)


def _loaded(row: Row[Any], site: str, viewers: Sequence[Row[Any]]) -> RegisterQuestion:
    kind = RegisterKind(row.kind)
    entry: Entry | None = None if row.body is None else _ENTRIES[kind].load(row.body)
    return RegisterQuestion(
        inspection_id=row.inspection_id,
        number=row.number,
        site=site,
        kind=kind,
        register=row.register,
        subject=row.subject,
        country=row.country,
        name=row.name,
        said=Said(row.said),
        reason=row.reason,
        entry=entry,
        planned_at=row.planned_at,
        answered_at=row.answered_at,
        asked_by=row.asked_by,
        asked=row.asked,
        attempts=row.attempts,
        next_at=row.next_at,
        viewers=tuple(
            v.person for v in viewers if (v.number, v.answered_at) == (row.number, row.answered_at)
        ),
    )


def _title(row: Row[Any]) -> str:
    return f"{WORDS[RegisterKind(row.kind)]} ({row.register}) on {row.subject}"


def _plain(text: str) -> str:
    """What every database stores and gives back as it was: no NUL, no half of a surrogate."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")
