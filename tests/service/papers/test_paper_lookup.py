"""A visit's papers are found by indexes alone, and as quickly among a million as among a few."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, event

from service.domain.papers.corrections import Action
from service.domain.papers.keys import Key, KeyKind
from service.domain.papers.paper import PaperKind
from service.store import paper_filling as bulk
from service.store.paper_archive import SqlPaperArchive
from service.usecases.paper_ports import PaperHistory, Span
from tests.service.papers.desk import Desk
from tests.service.papers.paper_builders import NORTH, SITE

K = PaperKind
LOOK_UP_S = 0.010


def papers_of(archive: SqlPaperArchive, visit: int) -> tuple[PaperHistory, ...]:
    moment = bulk.when(visit)
    near = Span(since=moment - timedelta(hours=12), until=moment + timedelta(hours=12))
    weeks = Span(since=moment - timedelta(days=45), until=moment + timedelta(days=15))
    return archive.find(
        {
            KeyKind.CONTAINER: frozenset({bulk.code_of(visit)}),
            KeyKind.PLATE: frozenset({bulk.plate_of(visit)}),
            KeyKind.DOCUMENT: frozenset({bulk.mrn_of(visit)}),
        },
        site=SITE,
        spans={KeyKind.CONTAINER: weeks, KeyKind.PLATE: near, KeyKind.DOCUMENT: weeks},
    )


def look_up_all(archive: SqlPaperArchive, visit: int) -> None:
    """Every way in which papers are looked for."""
    assert len(papers_of(archive, visit)) == bulk.PER_VISIT
    by_code = Key(kind=KeyKind.CONTAINER, value=bulk.code_of(visit))
    assert len(archive.search(frozenset({by_code}), caller=NORTH)) == 4
    assert archive.titled(bulk.mrn_of(visit), caller=NORTH)
    history = archive.history(K.IMPORT_DECLARATION, bulk.mrn_of(visit), caller=NORTH)
    assert archive.revision(history.state.counts.arrival, caller=NORTH).body is not None


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The SELECTs that are run meanwhile, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _u: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def plans(engine: Engine, queries: list[tuple[str, Any]], *, few_rows: bool = False) -> list[str]:
    """`few_rows`: PostgreSQL reads a table of a page whole; forbidden to, it must have an index."""
    is_postgres = engine.dialect.name == "postgresql"
    prefix = "EXPLAIN " if is_postgres else "EXPLAIN QUERY PLAN "
    found = []
    with engine.connect().execution_options(read_only=True) as db:
        if is_postgres and few_rows:
            db.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in queries:
            rows = db.exec_driver_sql(prefix + statement, parameters).all()
            found.append("\n".join(str(row[-1]) for row in rows))
    return found


def assert_no_table_is_scanned(engine: Engine, visit: int) -> None:
    archive = SqlPaperArchive(engine)
    with statements(engine) as queries:
        look_up_all(archive, visit)
    assert len(queries) >= 10
    for (statement, _), plan in zip(queries, plans(engine, queries), strict=True):
        for scan in ("SCAN papers", "SCAN paper_", "SCAN named", "Seq Scan on pa"):
            assert scan not in plan, f"{statement}\n{plan}"


def test_look_ups_use_indexes_alone(paper_engine: Engine) -> None:
    bulk.fill(paper_engine, 4_000)
    assert_no_table_is_scanned(paper_engine, 1_234)


def test_putting_a_visit_together_and_following_papers_use_indexes_alone(desk: Desk) -> None:
    bulk.fill(desk.engine, 500)
    visits = [desk.see(bulk.code_of(n), when=bulk.when(n)) for n in range(0, 500, 50)]
    desk.correct(visits[0], Action.SPLIT, f"import_declaration/{bulk.mrn_of(0)}")
    with statements(desk.engine) as queries:
        assert desk.assembled(visits[0]).joined
        assert any(news.visits for news in desk.visits.news(limit=200))
    assert len(queries) >= 10
    found = plans(desk.engine, queries, few_rows=True)
    for (statement, _), plan in zip(queries, found, strict=True):
        for line in plan.splitlines():
            scanned = re.search(r"\bSCAN (\w+)|Seq Scan on (\w+)", line)
            if scanned is None or "USING" in line:
                continue
            # What is scanned is a handful of rows just found, or the two counters.
            name = scanned[1] or scanned[2]
            assert name.startswith("anon") or name == "paper_counters", f"{statement}\n{plan}"


@pytest.mark.slow
def test_a_visits_papers_among_a_million_are_found_in_ten_milliseconds(
    paper_engine: Engine,
) -> None:
    rng = np.random.default_rng(20261124)
    visits = 200_000
    began = time.perf_counter()
    bulk.fill(paper_engine, visits)
    filled_s = time.perf_counter() - began
    assert_no_table_is_scanned(paper_engine, visits // 3)
    archive = SqlPaperArchive(paper_engine)
    taken_s = []
    for visit in rng.integers(0, visits, size=300):
        began = time.perf_counter()
        found = papers_of(archive, int(visit))
        taken_s.append(time.perf_counter() - began)
        assert len(found) == bulk.PER_VISIT
    p50, p95, worst = (float(np.quantile(taken_s, q)) * 1000 for q in (0.5, 0.95, 1.0))
    print(  # noqa: T201 - the figure of a benchmark
        f"\n{paper_engine.dialect.name}: {visits * bulk.PER_VISIT} papers in {filled_s:.1f} s; "
        f"look-up p50 {p50:.2f} ms, p95 {p95:.2f} ms, worst {worst:.2f} ms"
    )
    desk = Desk(paper_engine)
    seen = [desk.see(bulk.code_of(n), plates=(bulk.plate_of(n),), when=bulk.when(n))
            for n in range(0, visits, visits // 40)]  # fmt: skip
    together_s = []
    for visit in seen:
        began = time.perf_counter()
        assert len(desk.assembled(visit).joined) >= bulk.PER_VISIT - 1
        together_s.append(time.perf_counter() - began)
    half, most = (float(np.quantile(together_s, q)) * 1000 for q in (0.5, 0.95))
    print(f"visits put together: p50 {half:.2f} ms, p95 {most:.2f} ms")  # noqa: T201
    # The median: the worst say how busy the machine is.
    assert p50 < LOOK_UP_S * 1000
