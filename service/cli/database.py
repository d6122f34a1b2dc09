"""`tallyman db`: the schema."""

from __future__ import annotations

import typer

from service.cli.terminal import out
from service.config import Settings
from service.errors import NotConfigured
from service.store.engine import migrate, open_engine, revisions
from service.store.repository import SqlRepository

app = typer.Typer(no_args_is_help=True, help="The database's schema.")


def open_repository() -> SqlRepository:
    """The repository of the settings, migrated."""
    engine = open_engine(Settings().effective_database_url)
    migrate(engine)
    return SqlRepository(engine)


@app.command("upgrade")
def upgrade() -> None:
    """Bring the schema to the newest revision."""
    migrate(open_engine(Settings().effective_database_url))
    out.print("the schema is up to date")


@app.command("status")
def status() -> None:
    """Revision of the database and of this version."""
    current, newest = revisions(open_engine(Settings().effective_database_url))
    out.print(f"database: {current or 'empty'}, this version: {newest}")
    if current != newest:
        raise NotConfigured("run `tallyman db upgrade`")
