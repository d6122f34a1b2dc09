"""The web application, assembled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from service.web import (
    api_alike,
    api_analyse,
    api_budgets,
    api_evidence,
    api_goods,
    api_inspections,
    api_operations,
    api_paper_files,
    api_papers,
    api_passages,
    api_reconcile,
    api_registers,
    api_scan_orders,
    api_visit,
    console,
    docs,
    problems,
    sessions,
)
from service.web.auth import RateLimit
from service.web.metrics import CountRequests
from service.web.openapi import DocumentedApi
from service.web.secure_headers import SecureHeaders
from service.web.uploads import LimitBody
from service.web.wiring import Services

STATIC = Path(__file__).parent / "static"
DESCRIPTION = """Checks what the sensors saw against what was declared.

Send scans to `/v1/inspections`, papers to `/v1/declarations` and `/v1/registrations`; read verdict
and findings; decide. Errors are RFC 9457 problem documents."""
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _nothing(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield


def create_app(services: Services, *, lifespan: Lifespan = _nothing) -> FastAPI:
    """Build the application around what the composition root made."""
    app = DocumentedApi(
        title="Tallyman",
        description=DESCRIPTION,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    settings = services.settings
    app.state.services = services
    app.state.read_session = sessions.read_session
    app.state.request_limit = RateLimit(settings.requests_per_minute)
    app.state.failed_logins = RateLimit(settings.failed_logins_per_minute)
    app.state.analysis_limit = anyio.CapacityLimiter(settings.concurrent_analyses)
    for module in (
        api_inspections,
        api_evidence,
        api_papers,
        api_paper_files,
        api_passages,
        api_visit,
        api_registers,
        api_goods,
        api_alike,
        api_analyse,
        api_operations,
        api_budgets,
        api_reconcile,
        api_scan_orders,
        docs,
        console,
    ):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    problems.install(app)
    app.state.page_for_problem = console.page_for_problem
    app.add_middleware(LimitBody, max_bytes=settings.max_upload_bytes)
    app.add_middleware(SecureHeaders, behind_tls=settings.secure_cookies)
    app.add_middleware(CountRequests, metrics=services.metrics)
    return app
