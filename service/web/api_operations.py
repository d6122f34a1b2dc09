"""`/healthz`, `/readyz`, `/metrics`, the line-up and the stream of all events."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import JSONResponse, StreamingResponse

from service.web import event_stream
from service.web.auth import Reader
from service.web.wiring import UsesServices
from vision.findings import Provenance

router = APIRouter(tags=["operations"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz")
def readyz(services: UsesServices) -> JSONResponse:
    """Whether work can be done; 503 says what is missing."""
    state = services.readiness()
    body = {"ready": state.ready, "problems": list(state.problems)}
    return JSONResponse(body, status_code=200 if state.ready else 503)


@router.get("/metrics", response_class=Response)
def metrics(services: UsesServices) -> Response:
    """Prometheus text."""
    return Response(services.metrics.page(), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/models")
def models(caller: Reader, services: UsesServices) -> list[Provenance]:
    """The models that serve, with version, sha256 and threshold."""
    del caller
    return list(services.models)


@router.get("/v1/events", response_class=StreamingResponse)
def events(request: Request, caller: Reader, services: UsesServices) -> StreamingResponse:
    """Server-sent events of all inspections that the caller may see, from now on."""
    after = event_stream.resume_after(request)
    if after is None:
        after = services.repository.last_event()
    return event_stream.stream(services, caller=caller, inspection_id=None, after=after)
