"""The migration makes the tables that the code describes, and knows the visits from before."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, select, text

from service.store import engine as store_engine
from service.store import paper_tables as p
from service.store.engine import migrate, open_engine
from service.store.tables import metadata
from tests.service.papers.paper_builders import CODE, PLATE, SITE

MIGRATIONS = Path(store_engine.__file__).parent / "migrations"
OWN = {"papers", "paper_parts", "paper_keys", "paper_counters", "paper_files", "visit_keys"}
OWN |= {"visit_corrections", "inspections"}


def test_the_migrated_schema_is_the_one_in_the_code(paper_engine: Engine) -> None:
    with paper_engine.connect() as db:
        context = MigrationContext.configure(db, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    ours = [d for d in differences if isinstance(d, tuple) and _table_of(d) in OWN]
    # The index on inspections stands in the migration alone: the table belongs to another file.
    assert [d[0] for d in ours if d[0] != "remove_index"] == []


def _table_of(difference: tuple[object, ...]) -> str:
    thing = difference[-1] if difference[0] not in {"add_column", "remove_column"} else None
    table = getattr(thing, "table", thing)
    return str(getattr(table, "name", difference[2] if len(difference) > 2 else ""))


def test_visits_from_before_the_migration_are_found_by_late_papers(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.execute(
            text(
                "INSERT INTO inspections (id, site, lane, captured_at, received_at, state, files,"
                " registration_refs, attempts, failure, reasons, container_codes, plates, search)"
                " VALUES ('old', :site, '', 0, 0, 'judged', '[]', '[]', 1, '', '[]',"
                f" '[\"{CODE}\"]', '[\"{PLATE}\"]', '')"
            ),
            {"site": SITE},
        )
    migrate(engine)
    with engine.connect() as db:
        rows = db.execute(select(p.visit_keys.c.kind, p.visit_keys.c.value)).all()
    assert {tuple(row) for row in rows} == {
        ("container", CODE), ("plate", PLATE), ("vehicle", PLATE),
    }  # fmt: skip
    engine.dispose()
