"""A real `tallyman` process of a test's own, on a free port, with its own data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running server. `kill` is SIGKILL: nothing is said goodbye to."""

    process: subprocess.Popen[bytes]
    address: str

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def environment(data_dir: Path, **settings: str) -> Mapping[str, str]:
    """This process's environment without its settings, plus those given (lower case)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TALLYMAN_")}
    given = {f"TALLYMAN_{name.upper()}": value for name, value in settings.items()}
    weights = {"TALLYMAN_WEIGHTS_DIR": str(ROOT / "weights")}
    return {**kept, **weights, "TALLYMAN_DATA_DIR": str(data_dir), **given}


@contextmanager
def served(data_dir: Path, **settings: str) -> Iterator[Served]:
    """A server that answers /readyz; ended with the block.

    Raises:
        RuntimeError: it ended or was not ready in time; with what it wrote.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = data_dir / "server.log"
    data_dir.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve", "--port", str(port)],
            env=environment(data_dir, **settings),
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(process, address, log)
        yield Served(process=process, address=address)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"the server is not ready: {log.read_text()[-2000:]}")
