"""No query that runs for every truck reads a whole table, however large it has grown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from service.domain.inspection import InspectionState
from service.store.repository import SqlRepository
from service.store.tables import metadata
from service.usecases.ports import InspectionFilter
from tests.builders import ADMIN, GATE, NOW, OFFICER, PLATE, SITE, a_registration, an_inspection
from tests.conftest import Database

Use = Callable[[SqlRepository], object]
USES: dict[str, Use] = {
    "claim": lambda r: r.claim(worker="w", now=NOW, lease=timedelta(seconds=60)),
    "recover": lambda r: r.awaiting_verdict(changed_before=NOW),
    "case-file": lambda r: r.case_file("job", caller=OFFICER),
    "is-there-a-register": lambda r: r.has_register(site=SITE),
    "plate": lambda r: r.registrations_of_plate(PLATE, site=SITE),
    "refile": lambda r: r.file_registration(a_registration(), now=NOW),
    "concerned-by-entry": lambda r: r.concerned_by_registration("R-1", site=SITE),
    "concerned-by-declaration": lambda r: r.concerned_by_declaration("D-1", site=SITE),
    "first-page": lambda r: r.list_inspections(
        InspectionFilter(), cursor=None, limit=50, caller=ADMIN
    ),
    "first-page-of-a-site": lambda r: r.list_inspections(
        InspectionFilter(), cursor=None, limit=50, caller=OFFICER
    ),
    "first-page-in-a-state": lambda r: r.list_inspections(
        InspectionFilter(states=frozenset({InspectionState.JUDGED})),
        cursor=None,
        limit=50,
        caller=ADMIN,
    ),
    "follow-events": lambda r: r.events_after(7, inspection_id=None, caller=ADMIN, limit=100),
    "events-of-one": lambda r: r.events_after(7, inspection_id="job", caller=ADMIN, limit=100),
}


@pytest.mark.parametrize("name", USES)
def test_no_table_is_read_whole_to(name: str, sqlite_database: Database) -> None:
    """SQLite without statistics takes an index wherever there is one that fits."""
    engine = sqlite_database.engine
    repository = SqlRepository(engine)
    job = an_inspection("job", registration_refs=("R-1",))
    repository.add_inspection(job, idempotency_key=None, request_sha256="", caller=GATE)
    statements: list[tuple[str, Any]] = []

    def keep(_c: object, _k: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    USES[name](repository)
    event.remove(engine, "before_cursor_execute", keep)
    assert statements
    with engine.connect() as db:
        for statement, parameters in statements:
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row.detail for row in plan]
            whole = [s for s in steps if _reads_a_whole_table(s)]
            if name.startswith("first-page"):
                # In the order of an index, and only as far as the page goes.
                whole = [s for s in whole if "USING INDEX" not in s]
            assert not whole, f"{statement}\n{steps}"
            if name != "is-there-a-register":  # which stops at the first entry
                whole_register = [s for s in steps if "registrations" in s and "(site=?)" in s]
                assert not whole_register, f"{statement}\n{steps}"
            if name in {"recover", *(use for use in USES if use.startswith("first-page"))}:
                # Sorting would mean reading every row to show the first fifty.
                assert "USE TEMP B-TREE FOR ORDER BY" not in steps, f"{statement}\n{steps}"


def _reads_a_whole_table(step: str) -> bool:
    tables = {"newer", *metadata.tables}
    return step.startswith("SCAN ") and step.split()[1] in tables
