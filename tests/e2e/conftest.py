"""The same service as the web tests use, and one in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.service.web.conftest import anyone, api, live, site
from tests.service.web.stand_ins import WEIGHTS

__all__ = ["anyone", "api", "live", "site"]

READY_S = 120
CORES = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server with its sample inspections, started as a user would; `pid` is its process."""

    url: str
    pid: int
    data_dir: Path
    started_in_s: float

    @property
    def login(self) -> tuple[str, str]:
        """(name, password) of the first operator."""
        stored = json.loads((self.data_dir / "first-login.txt").read_text(encoding="utf-8"))
        return stored["name"], stored["password"]

    def rss_mb(self) -> float:
        """Resident memory of the process."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def tallyman(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        env={**os.environ, **CORES, "TALLYMAN_WEIGHTS_DIR": str(WEIGHTS), **settings},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`tallyman demo`, on a free port."""
    data_dir = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"TALLYMAN_DATA_DIR": str(data_dir), "TALLYMAN_PORT": str(port)}
    made = tallyman("demo", "--no-serve", **settings)
    assert made.returncode == 0, made.stderr
    log = (data_dir / "server.log").open("w")
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "service.cli", "serve"],
        env={**os.environ, **CORES, "TALLYMAN_WEIGHTS_DIR": str(WEIGHTS), **settings},
        stderr=log,
        stdout=log,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        started_in_s = _until_ready(url, began, process)
        yield Server(url=url, pid=process.pid, data_dir=data_dir, started_in_s=started_in_s)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _until_ready(url: str, began: float, process: subprocess.Popen[bytes]) -> float:
    while time.monotonic() - began < READY_S:
        assert process.poll() is None, "the server has ended"
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("the server is not ready in time")
