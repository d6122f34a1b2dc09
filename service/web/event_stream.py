"""Server-sent events: the history of inspections as it happens."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from service.domain.access import Caller
from service.errors import InvalidInput
from service.usecases.ports import Event
from service.web.schemas import event_out
from service.web.wiring import Services

POLL_S = 0.4
BATCH = 200
MAX_DIGITS = 18


def resume_after(request: Request) -> int | None:
    """`Last-Event-ID`, as a browser sends it when it reconnects.

    Raises:
        InvalidInput: not a number of ours.
    """
    value = request.headers.get("last-event-id") or request.query_params.get("after")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()) or len(value) > MAX_DIGITS:
        raise InvalidInput("expected the id of an event", field="Last-Event-ID")
    return int(value)


def stream(
    services: Services, *, caller: Caller, inspection_id: str | None, after: int
) -> StreamingResponse:
    """Events after `after`, for as long as the client listens."""
    return StreamingResponse(
        _lines(services, caller=caller, inspection_id=inspection_id, after=after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(
    services: Services, *, caller: Caller, inspection_id: str | None, after: int
) -> AsyncIterator[str]:
    last_sign = time.monotonic()
    yield "retry: 2000\n\n"
    while True:
        events = await run_in_threadpool(
            services.repository.events_after,
            after,
            inspection_id=inspection_id,
            caller=caller,
            limit=BATCH,
        )
        for event in events:
            yield _line(event)
            after = event.sequence
            last_sign = time.monotonic()
        if time.monotonic() - last_sign >= services.settings.sse_heartbeat_s:
            yield ": still here\n\n"
            last_sign = time.monotonic()
        await anyio.sleep(POLL_S)


def _line(event: Event) -> str:
    body = event_out(event).model_dump_json()
    return f"id: {event.sequence}\nevent: {event.name}\ndata: {body}\n\n"
