"""A million papers in half a minute, for measurements: rows straight to the tables, by key.

Visit number v has five papers: an import declaration, an entry summary, a gate move, a verified
gross mass and a weighbridge ticket; each names the visit's container, plate or document.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from service.domain.papers.paper import PaperKind
from service.store.tables import EPOCH
from vision.grammar import iso6346

SITE = "north"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
K = PaperKind
PER_VISIT = 5
KINDS = (
    (K.IMPORT_DECLARATION, "consignment"),
    (K.ENTRY_SUMMARY, "consignment"),
    (K.GATE_MOVE, "movement"),
    (K.VERIFIED_GROSS_MASS, "weighing"),
    (K.WEIGHBRIDGE_TICKET, "weighing"),
)
PAPER_COLUMNS = (
    "arrival", "site", "kind", "reference", "function", "number", "issued_at",
    "content_sha256", "filed_at", "file_sha256", "file_name", "source", "place", "aliases",
    "body_type", "body", "field_origins",
)  # fmt: skip
KEY_COLUMNS = ("kind", "value", "site", "about", "arrival", "doubtful")
_SHA = "0" * 64


def when(visit: int) -> datetime:
    """Two visits a minute, the last one at noon of the day of the tests."""
    return NOON - timedelta(seconds=30 * visit)


def code_of(visit: int) -> str:
    first_ten = f"TSTU{visit:06d}"
    return f"{first_ten}{iso6346.check_digit(first_ten)}"


def plate_of(visit: int) -> str:
    """A truck comes some fifty times in half a million visits."""
    return f"KR{visit % 10_000:05d}"


def mrn_of(visit: int) -> str:
    return f"25DE{visit:012d}J1"


def fill(engine: Engine, visits: int) -> None:
    """`PER_VISIT` papers for each visit, committed."""
    if engine.dialect.name == "postgresql":
        _fill_postgres(engine, visits)
    else:
        _fill_sqlite(engine, visits)


def _fill_sqlite(engine: Engine, visits: int) -> None:
    connection = engine.raw_connection()
    try:
        connection.execute("BEGIN")
        for table, columns, rows in _all(visits):
            marks = ",".join("?" * len(columns))
            names = ",".join(f'"{name}"' for name in columns)
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        connection.execute(
            "UPDATE paper_counters SET value = ? WHERE name = 'arrival'", (visits * PER_VISIT,)
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA optimize=0x10002")
    finally:
        connection.close()


def _fill_postgres(engine: Engine, visits: int) -> None:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        for table, columns, rows in _all(visits):
            with cursor.copy(f"COPY {table} ({','.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        cursor.execute(
            "UPDATE paper_counters SET value = %s WHERE name = 'arrival'", (visits * PER_VISIT,)
        )
        cursor.execute("ANALYZE papers, paper_keys")
        connection.commit()
    finally:
        connection.close()


def _all(visits: int) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[object, ...]]]]:
    yield "papers", PAPER_COLUMNS, _papers(visits)
    yield "paper_keys", KEY_COLUMNS, _keys(visits)


def _micros(visit: int) -> int:
    return (when(visit) - EPOCH) // timedelta(microseconds=1)


def _papers(visits: int) -> Iterator[tuple[object, ...]]:
    for visit in range(visits):
        at, moment = _micros(visit), when(visit).isoformat()
        code, plate = code_of(visit), plate_of(visit)
        goods = f'{{"goods":[{{"number":1}}],"equipment":[{{"code":"{code}"}}]}}'
        move = f'{{"event":"gate_in","equipment":{{"code":"{code}"}},"at":"{moment}"}}'
        mass = f'{{"gross_kg":21000.0,"method":"weighed","at":"{moment}"'
        bodies = (
            goods,
            goods,
            move,
            f'{mass},"container_code":"{code}"}}',
            f'{mass},"plates":["{plate}"]}}',
        )
        for number, (kind, body_type) in enumerate(KINDS):
            arrival = visit * PER_VISIT + number + 1
            reference = mrn_of(visit) if number == 0 else f"{kind.value[0].upper()}{arrival}"
            yield (
                arrival, SITE, kind.value, reference, "original", None, at,
                f"{arrival:064d}", at, _SHA, "bulk", "test", "", "[]", body_type,
                bodies[number], "{}",
            )  # fmt: skip


def _keys(visits: int) -> Iterator[tuple[object, ...]]:
    for visit in range(visits):
        for number in (0, 1, 2, 3):
            arrival = visit * PER_VISIT + number + 1
            yield ("container", code_of(visit), SITE, _micros(visit), arrival, False)
    for visit in range(visits):
        yield ("document", mrn_of(visit), SITE, _micros(visit), visit * PER_VISIT + 1, False)
    for truck in range(min(visits, 10_000)):
        for visit in reversed(range(truck, visits, 10_000)):
            yield ("plate", plate_of(visit), SITE, _micros(visit), (visit + 1) * PER_VISIT, False)
