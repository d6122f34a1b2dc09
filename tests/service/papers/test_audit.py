"""Queries to registers are written down, and a log that was tampered with says where."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from service.store.audit import Head, SqlAuditLog, register_queries
from service.usecases.registers import Purpose, QueryStage, RegisterQuery
from tests.service.papers.paper_builders import NOON

T = register_queries


def a_query(number: int = 1, *, stage: QueryStage = QueryStage.ASKED, **values: str) -> Any:
    return RegisterQuery(
        query_id=f"q{number}",
        stage=stage,
        register="stolen vehicles",
        subject=values.get("subject", f"KR{number:05d}"),
        purpose=Purpose(reason=values.get("purpose", "gate check"), user="officer", case="i1"),
        at=NOON + timedelta(seconds=number),
        outcome=values.get("outcome", ""),
        reason=values.get("reason", ""),
    )


@pytest.fixture
def log(paper_engine: Engine) -> SqlAuditLog:
    return SqlAuditLog(paper_engine)


def test_a_query_is_logged_before_and_after_with_its_purpose(log: SqlAuditLog) -> None:
    asked = a_query()
    answered = a_query(stage=QueryStage.ANSWERED, outcome="cannot_tell", reason="time-out")
    log(asked)
    log(answered)
    assert [line.query for line in log.lines()] == [answered, asked]
    assert [line.query for line in log.lines(caller="officer", limit=1)] == [answered]
    assert log.lines(caller="someone else") == ()
    assert log.lines(since=NOON + timedelta(hours=1)) == ()
    assert log.verify() is None


def test_an_empty_log_is_whole(log: SqlAuditLog) -> None:
    assert log.verify() is None
    assert log.head() == Head(sequence=0, seal="0" * 64)


def changed(db: Connection, **values: Any) -> None:
    db.execute(update(T).where(T.c.sequence == 5).values(**values))


def swapped(db: Connection) -> None:
    db.execute(text("UPDATE register_queries SET sequence = 99 WHERE sequence = 4"))
    db.execute(text("UPDATE register_queries SET sequence = 4 WHERE sequence = 5"))
    db.execute(text("UPDATE register_queries SET sequence = 5 WHERE sequence = 99"))


def inserted(db: Connection) -> None:
    row = db.execute(select(T).where(T.c.sequence == 9)).one()
    db.execute(insert(T).values(**{**row._mapping, "sequence": 10, "before": row.seal}))


def removed(db: Connection) -> None:
    db.execute(delete(T).where(T.c.sequence == 5))


TAMPERING: list[tuple[str, Callable[[Connection], None], int, str]] = [
    ("another subject", lambda db: changed(db, subject="KR99999"), 5, "changed"),
    ("another purpose", lambda db: changed(db, purpose="curiosity"), 5, "changed"),
    ("another person", lambda db: changed(db, caller="colleague"), 5, "changed"),
    ("another time", lambda db: changed(db, at=NOON), 5, "changed"),
    ("another outcome", lambda db: changed(db, outcome="no_hit"), 5, "changed"),
    ("another seal", lambda db: changed(db, seal="f" * 64), 5, "changed"),
    ("two lines exchanged", swapped, 4, "follow"),
    ("a line taken out", removed, 5, "missing"),
    ("a line added without its seal", inserted, 10, "changed"),
]


@pytest.mark.parametrize(
    ("tamper", "sequence", "reason"), [pytest.param(*row, id=name) for name, *row in TAMPERING]
)
def test_tampering_is_found_where_it_happened(
    log: SqlAuditLog,
    paper_engine: Engine,
    tamper: Callable[[Connection], None],
    sequence: int,
    reason: str,
) -> None:
    for number in range(1, 10):
        log(a_query(number))
    assert log.verify() is None
    with paper_engine.begin() as db:
        tamper(db)
    broken = log.verify()
    assert broken is not None
    assert broken.sequence == sequence
    assert reason in broken.reason


def test_lines_cut_off_at_the_end_are_missed_by_who_noted_the_head(
    log: SqlAuditLog, paper_engine: Engine
) -> None:
    for number in range(1, 6):
        log(a_query(number))
    noted = log.head()
    log(a_query(6))
    assert log.verify(noted) is None
    with paper_engine.begin() as db:
        db.execute(delete(T).where(T.c.sequence > 3))
    assert log.verify() is None
    broken = log.verify(noted)
    assert broken is not None
    assert (broken.sequence, broken.reason) == (4, "missing; 5 lines were noted")


def test_a_log_that_was_written_anew_is_not_the_one_that_was_noted(
    log: SqlAuditLog, paper_engine: Engine
) -> None:
    for number in range(1, 4):
        log(a_query(number))
    noted = log.head()
    with paper_engine.begin() as db:
        db.execute(delete(T))
    for number in (1, 2, 4):
        log(a_query(number))
    assert log.verify() is None
    broken = log.verify(noted)
    assert broken is not None
    assert broken.reason == "is not the line that was noted"


def test_many_at_once_make_one_chain(log: SqlAuditLog) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log(a_query(number)), range(1, 41)))
    assert log.verify() is None
    assert log.head().sequence == 40


def test_what_no_database_stores_is_logged_all_the_same(log: SqlAuditLog) -> None:
    log(a_query(subject="KR\x00\ud800", purpose="\udcff why", reason="\x00"))
    assert log.verify() is None
    assert log.lines()[0].query.subject == "KR\\x00\\ud800"
