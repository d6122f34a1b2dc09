"""A service behind a test client, and one behind a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from service.domain.access import Role
from service.web.bad_http import ProblemProtocol
from tests.service.web.stand_ins import HTML, Site, a_site, sign_in


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = a_site(tmp_path / "state")
    yield made
    made.tallyman.close()


@pytest.fixture
def anyone(site: Site) -> Iterator[TestClient]:
    """A client without credentials that does not follow redirects."""
    with TestClient(site.app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def api(site: Site, anyone: TestClient) -> TestClient:
    """A client with the key of an operator of every site."""
    anyone.headers.update(site.key(Role.OPERATOR))
    return anyone


@dataclass(frozen=True, kw_only=True)
class LiveServer:
    """A site that listens on a port of its own."""

    site: Site
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def live(site: Site) -> Iterator[LiveServer]:
    config = uvicorn.Config(
        site.app,
        port=0,
        http=ProblemProtocol,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.01)
    yield LiveServer(site=site, port=server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def officer(site: Site, anyone: TestClient) -> TestClient:
    """A browser in which Ada, an operator of every site, has signed in."""
    site.person("ada")
    anyone.headers.update(HTML)
    assert sign_in(anyone) == 303
    return anyone
