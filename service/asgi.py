"""The web application for an ASGI server: `uvicorn --factory service.asgi:create`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from service.bootstrap import Tallyman, build
from service.config import Settings
from service.web.app import create_app
from service.web.bad_http import ProblemProtocol

GRACE_S = 5


def create() -> FastAPI:
    """From environment variables."""
    return application(build(Settings()))


def run(tallyman: Tallyman, *, host: str, port: int) -> None:
    """Serve until told to stop."""
    uvicorn.run(
        application(tallyman),
        host=host,
        port=port,
        http=ProblemProtocol,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_S,
    )


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
