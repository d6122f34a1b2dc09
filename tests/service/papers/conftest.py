"""An archive of papers on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.store.engine import migrate, open_engine
from service.store.paper_archive import SqlPaperArchive
from tests.service.papers.desk import Desk


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def paper_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated, empty database of either kind."""
    url = f"sqlite:///{tmp_path / 'papers.sqlite'}"
    server = name = None
    if request.param == "postgresql":
        try:
            server = request.getfixturevalue("postgres")
        except pytest.FixtureLookupError:
            pytest.skip("the suite's conftest starts no PostgreSQL")
        name = server.create()
        url = server.url(name)
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()
    if server is not None:
        server.drop(name)


@pytest.fixture
def archive(paper_engine: Engine) -> SqlPaperArchive:
    return SqlPaperArchive(paper_engine)


@pytest.fixture
def desk(paper_engine: Engine) -> Desk:
    return Desk(paper_engine)
