"""Declarations sent to a service of its own that analyses scans meanwhile; for `bench papers`."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from service.config import Settings
from service.domain.access import Role
from service.errors import NotConfigured
from service.registers_wiring import utc_now
from service.store.engine import migrate, open_engine
from service.store.paper_filling import code_of, mrn_of
from service.store.repository import SqlRepository
from service.usecases.issue_keys import issue_key
from vision.synthesis import xray

SITE = "bench"
START_S = 120.0
PERIOD_S = 10.0
CLIENTS = 2
CREATED = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a service took: declarations, how long it took, and each one's own time."""

    declarations: int
    seconds: float
    milliseconds: tuple[float, ...]
    scans: int


@dataclass(slots=True)
class _Tally:
    milliseconds: list[float] = field(default_factory=list)
    scans: int = 0
    failed: str = ""


def beside_the_service(declarations: int, folder: Path, *, database_url: str) -> Sent:
    """Send declarations one by one, from two clients, while a scan is analysed every ten seconds.

    Raises:
        NotConfigured: the service does not start, or refuses a declaration.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with _service(folder, database_url) as (address, key):
        tally, ended = _Tally(), threading.Event()
        scans = threading.Thread(target=_send_scans, args=(address, key, ended, tally))
        scans.start()
        numbers = iter(range(declarations))
        lock = threading.Lock()
        senders = [
            threading.Thread(target=_send, args=(address, key, numbers, lock, tally))
            for _ in range(CLIENTS)
        ]
        began = time.perf_counter()
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        seconds = time.perf_counter() - began
        ended.set()
        scans.join()
    if tally.failed:
        raise NotConfigured(f"the service did not take a declaration: {tally.failed}")
    return Sent(
        declarations=declarations,
        seconds=seconds,
        milliseconds=tuple(tally.milliseconds),
        scans=tally.scans,
    )


def a_declaration(number: int) -> bytes:
    """Our JSON, one container with one line of goods."""
    goods = {"hs_code": "843149", "description": "parts of cranes", "gross_mass_kg": 12000}
    return json.dumps(
        {
            "reference": mrn_of(number),
            "site": SITE,
            "containers": [{"code": code_of(number), "load": "loaded", "goods": [goods]}],
        }
    ).encode()


def _send(
    address: str, key: str, numbers: Iterator[int], lock: threading.Lock, tally: _Tally
) -> None:
    headers = {"X-API-Key": key, "Content-Type": "application/octet-stream"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
        while not tally.failed:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            body = a_declaration(number)
            began = time.perf_counter()
            answer = client.post(f"/v1/papers?site={SITE}&name=d.json", content=body)
            taken_ms = 1000 * (time.perf_counter() - began)
            with lock:
                tally.milliseconds.append(taken_ms)
                if answer.status_code != CREATED:
                    tally.failed = f"{answer.status_code} {answer.text[:200]}"


def _send_scans(address: str, key: str, ended: threading.Event, tally: _Tally) -> None:
    with httpx.Client(base_url=address, headers={"X-API-Key": key}, timeout=120) as client:
        number = 0
        while not ended.is_set():
            picture = xray.side_view([True], seed=number).png
            files = {"files": (f"{number}.png", picture, "image/png")}
            answer = client.post("/v1/inspections", files=files, data={"site": SITE})
            tally.scans += answer.is_success
            number += 1
            ended.wait(PERIOD_S)


@contextmanager
def _service(folder: Path, database_url: str) -> Iterator[tuple[str, str]]:
    key = _key(database_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "TALLYMAN_DATA_DIR": str(folder),
        "TALLYMAN_DATABASE_URL": database_url,
        "TALLYMAN_WEIGHTS_DIR": str(Settings().weights_dir.absolute()),
        "TALLYMAN_REQUESTS_PER_MINUTE": "0",
        "TALLYMAN_PORT": str(port),
    }
    command = [sys.executable, "-m", "service.cli", "serve"]
    address = f"http://127.0.0.1:{port}"
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603
        try:
            _wait_until_ready(address, process, folder / "serve.log")
            yield address, key
        finally:
            process.terminate()
            process.wait(60)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise NotConfigured(f"the service did not start: {log.read_text(errors='replace')[-500:]}")


def _key(database_url: str) -> str:
    engine = open_engine(database_url)
    try:
        migrate(engine)
        issued = issue_key(
            "bench papers",
            role=Role.ADMIN,
            sites=frozenset(),
            repository=SqlRepository(engine),
            clock=utc_now,
        )
    finally:
        engine.dispose()
    return issued.key
