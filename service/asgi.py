"""The web application for an ASGI server: `uvicorn --factory service.asgi:create`."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI

from service.bootstrap import Tallyman, build
from service.config import Settings
from service.web.app import create_app
from service.web.bad_http import ProblemProtocol

GRACE_S = 5
# Of mallopt(3).
M_TRIM_THRESHOLD, M_ARENA_MAX = -1, -8
ARENAS, TRIM_BYTES = 2, 128 * 1024


def create() -> FastAPI:
    """From environment variables."""
    return application(build(Settings()))


def run(tallyman: Tallyman, *, host: str, port: int) -> None:
    """Serve until told to stop."""
    _return_freed_memory()
    uvicorn.run(
        application(tallyman),
        host=host,
        port=port,
        http=ProblemProtocol,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_S,
    )


def _return_freed_memory() -> None:
    """Have glibc give back what an analysis has freed; elsewhere nothing is done.

    By default its arenas keep hundreds of megabytes of pictures and tensors that are gone.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            libc = ctypes.CDLL("libc.so.6")
            libc.mallopt(M_ARENA_MAX, ARENAS)
            libc.mallopt(M_TRIM_THRESHOLD, TRIM_BYTES)


def application(tallyman: Tallyman) -> FastAPI:
    """The web application, with worker and models started and stopped along with it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        tallyman.models.warm_up_in_background()
        if tallyman.services.settings.in_process_worker:
            tallyman.worker.start()
            tallyman.paper_watch.start()
        yield
        tallyman.close()

    return create_app(tallyman.services, lifespan=lifespan)
