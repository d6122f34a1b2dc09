"""The schema on both databases: up from nothing, down again, and as the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

import service.store
import service.store.audit  # their tables join the metadata
import service.store.paper_tables
import service.store.passages
import service.store.register_questions
from service.errors import NotConfigured
from service.store.engine import migrate, open_engine, revisions
from service.store.repository import SqlRepository
from service.store.tables import metadata
from tests.builders import NOW, OFFICER

OLD_ROW = """INSERT INTO inspections (id, site, lane, captured_at, received_at, state, files,
    registration_refs, attempts, failure, reasons, container_codes, plates, search)
    VALUES ('old', 'north', '1', :at, :at, 'analysed', '[]', '[]', 1, '', '[]', '[]', '[]', '')"""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def alembic(engine: Engine, step: str, revision: str) -> None:
    config = Config()
    folder = Path(service.store.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, step)(config, revision)


def test_the_migrations_make_what_the_tables_say(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
    current, newest = revisions(engine)
    assert current == newest is not None


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    before = revisions(engine)
    migrate(engine)
    assert revisions(engine) == before


def test_every_migration_goes_down_and_up_again(engine: Engine) -> None:
    migrate(engine)
    alembic(engine, "downgrade", "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrate(engine)
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())


def test_what_awaited_its_verdict_before_the_migration_still_does(engine: Engine) -> None:
    alembic(engine, "upgrade", "0001")
    with engine.begin() as connection:
        connection.execute(text(OLD_ROW), {"at": 1_000_000})
    migrate(engine)
    repository = SqlRepository(engine)
    assert repository.case_file("old", caller=OFFICER).inspection.lane == "1"
    assert repository.awaiting_verdict(changed_before=NOW) == ("old",)
    assert repository.awaiting_verdict(changed_before=NOW - timedelta(days=30_000)) == ()


def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    def start() -> tuple[str | None, str | None]:
        engine = open_engine(database_url)
        try:
            migrate(engine)
            return revisions(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(8) as pool:
        found = {future.result() for future in [pool.submit(start) for _ in range(8)]}
    assert len(found) == 1


def test_a_database_of_a_newer_version_stops_the_start(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'f999'"))
    with pytest.raises(NotConfigured, match="newer version"):
        migrate(engine)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("no url at all", id="malformed"),
        pytest.param("dragon:///x", id="unknown-database"),
        pytest.param("postgresql://nobody@127.0.0.1:1/none", id="nobody-listens"),
        pytest.param("sqlite:////proc/none/tallyman.sqlite", id="no-folder"),
    ],
)
def test_a_database_that_cannot_be_reached_stops_the_start(url: str) -> None:
    with pytest.raises(NotConfigured):
        migrate(open_engine(url))
