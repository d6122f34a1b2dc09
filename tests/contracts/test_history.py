"""What visits leave for later ones, on either database: found by index, never by reading all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from service.store.history import TABLES, SqlHistoryStore
from service.usecases.history import VisitRecord
from tests.builders import CODE, NOW, PLATE, evidence
from tests.conftest import Database
from vision.findings import Provenance, ScanFingerprint

METHOD = Provenance(model="print", version="1", sha256="0" * 64)


def a_print(look: str = "0" * 16, noise: str = "f" * 64, *, scan: str = "a") -> ScanFingerprint:
    return ScanFingerprint(
        evidence=evidence(scan), provenance=METHOD, look=look, noise=noise, scanner="s1"
    )


def a_record(number: int = 1, *, minutes_ago: float = 0, **parts: object) -> VisitRecord:
    base = VisitRecord(
        inspection_id=f"visit-{number}",
        site="north",
        lane="1",
        at=NOW - timedelta(minutes=minutes_ago),
        subjects=((CODE, True),),
        position=(53.5, 10.0),
    )
    return replace(base, **parts)  # type: ignore[arg-type]


@pytest.fixture
def store(database: Database) -> SqlHistoryStore:
    return SqlHistoryStore(database.engine)


def test_others_of_the_same_subject_are_seen_nearest_first(store: SqlHistoryStore) -> None:
    for number, minutes in ((2, 600), (3, 30), (4, -20)):
        store.remember(a_record(number, minutes_ago=minutes))
    store.remember(a_record(5, subjects=((PLATE, False),)))
    own = a_record()
    store.remember(own)
    seen = store.before(own).sightings
    assert [s.reference for s in seen] == ["visit-4", "visit-3", "visit-2"]
    assert (seen[0].latitude_deg, seen[0].certain) == (53.5, True)


def test_of_another_site_no_inspection_is_named(store: SqlHistoryStore) -> None:
    store.remember(a_record(2, minutes_ago=5, site="south"))
    (seen,) = store.before(a_record()).sightings
    assert (seen.place, seen.reference) == ("south", "another site")


def test_remembering_again_replaces_and_the_same_changes_nothing(store: SqlHistoryStore) -> None:
    store.remember(a_record(2, minutes_ago=9))
    store.remember(a_record(2, minutes_ago=9))
    store.remember(a_record(2, minutes_ago=9, subjects=((PLATE, True),)))
    assert store.before(a_record()).sightings == ()
    assert len(store.before(a_record(subjects=((PLATE, True),))).sightings) == 1


def test_two_that_remember_the_same_visit_at_once_leave_one_record(
    store: SqlHistoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has read before the first wrote, and finds its rows there."""
    store.remember(a_record(2, minutes_ago=9))
    with monkeypatch.context() as before_the_first_wrote:
        before_the_first_wrote.setattr("service.store.history._kept", lambda *_: set())
        store.remember(a_record(2, minutes_ago=9, position=(1.0, 2.0)))
    (seen,) = store.before(a_record()).sightings
    assert seen.latitude_deg == 1.0


def test_scans_of_a_similar_look_are_found_and_others_are_not(store: SqlHistoryStore) -> None:
    near, far = "0" * 15 + "7", "8111" * 4
    store.remember(a_record(2, minutes_ago=60, prints=(a_print(near, scan="n"),)))
    store.remember(a_record(3, minutes_ago=50, prints=(a_print(far, scan="f"),)))
    found = store.before(a_record(prints=(a_print(),))).scans
    assert [scan.inspection_id for scan in found] == ["visit-2"]


def test_loads_of_the_same_consignment_and_scanner_are_found(store: SqlHistoryStore) -> None:
    for number, scanner in ((2, "s1"), (3, "s1"), (4, "s2")):
        store.remember(a_record(number, lot="BL1", vectors=((scanner, (1.0, 0.0)),)))
    own = a_record(lot="BL1", vectors=(("s1", (0.0, 1.0)),))
    assert {m.reference for m in store.before(own).lot} == {"visit-2", "visit-3"}
    assert store.before(replace(own, lot="")).lot == ()


def test_the_time_on_the_way_stands_beside_that_of_the_same_hour(store: SqlHistoryStore) -> None:
    for number in range(2, 12):
        store.remember(a_record(number, minutes_ago=24 * 60 * number, dwell_minutes=float(number)))
    dwell = store.before(a_record(dwell_minutes=90.0)).dwell
    assert dwell is not None
    assert (dwell.minutes, dwell.count) == (90.0, 10)
    assert 2 < dwell.lower_quartile < dwell.upper_quartile < 12


def test_no_table_of_the_history_is_read_whole(sqlite_database: Database) -> None:
    engine = sqlite_database.engine
    store = SqlHistoryStore(engine)
    asked: list[tuple[str, object]] = []

    def keep(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    own = a_record(prints=(a_print(),), lot="BL1", vectors=(("s1", (1.0,)),), dwell_minutes=3.0)
    store.remember(own)
    store.before(own)
    event.remove(engine, "before_cursor_execute", keep)
    assert len(asked) > len(TABLES)
    with engine.connect() as db:
        for statement, parameters in asked:
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()  # type: ignore[arg-type]
            assert all("SCAN" not in row.detail for row in plan), statement
        assert db.execute(text("SELECT 1")).scalar() == 1
