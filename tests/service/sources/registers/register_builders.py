"""A register on the loopback that does what a test tells it, and what the adapters need."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import httpx

from service.sources.registers.audited import Auditor
from service.sources.registers.exchange import Exchange, Line
from service.usecases.registers import Purpose, RegisterQuery

NOW = datetime(2025, 3, 4, 12, tzinfo=UTC)
PURPOSE = Purpose(reason="gate control", user="officer", case="visit-1")


class Watch:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def an_auditor(log: Callable[[RegisterQuery], None], register: str = "test") -> Auditor:
    numbers = count(1)
    return Auditor(
        register=register, log=log, clock=lambda: NOW, new_id=lambda: f"q-{next(numbers)}"
    )


def an_exchange(
    answer: Callable[[httpx.Request], httpx.Response],
    *,
    line: Line | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Exchange:
    """An exchange whose register is a function."""
    client = httpx.Client(transport=httpx.MockTransport(answer))
    line = line or Line(url="https://register.example/ask", pause_s=0.0)
    return Exchange(client, line, monotonic=monotonic)


@contextmanager
def a_server(behave: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A register on the loopback; `behave` writes the answer as badly as it likes."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.over = over
            try:
                behave(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/ask"
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
