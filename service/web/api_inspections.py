"""`/v1/inspections`: send scans of a vehicle, follow what becomes of them, decide."""

from __future__ import annotations

import re
import time
from datetime import datetime
from functools import partial
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, StreamingResponse

from service.domain.access import Caller
from service.domain.inspection import InspectionState
from service.domain.verdict import Advice
from service.errors import InvalidInput
from service.usecases.decide import decide
from service.usecases.ports import CaseFile, InspectionFilter, Order
from service.web import event_stream, intake
from service.web.addresses import InspectionId
from service.web.auth import Decider, Reader, Submitter
from service.web.json_bodies import StrictJsonRoute
from service.web.language import ReadIn
from service.web.schemas import (
    DecisionIn,
    InspectionOut,
    PageOut,
    Site,
    inspection_out,
    summary_out,
)
from service.web.uploads import read_form
from service.web.wiring import Services, UsesServices

router = APIRouter(prefix="/v1/inspections", tags=["inspections"], route_class=StrictJsonRoute)

SETTLED = frozenset({InspectionState.JUDGED, InspectionState.DECIDED, InspectionState.FAILED})
WAIT_POLL_S = 0.1
MAX_KEY = 200
PLAIN = r"^[^\x00-\x1f]*$"
_WAIT = re.compile(r"\bwait=(\d{1,9})\b")


@router.post(
    "",
    status_code=202,
    response_model=InspectionOut,
    openapi_extra=intake.REQUEST_BODY,
    responses={201: {"model": InspectionOut}},
)
async def send(
    request: Request,
    caller: Submitter,
    services: UsesServices,
    idempotency_key: Annotated[str | None, Header(max_length=MAX_KEY, min_length=1)] = None,
    prefer: Annotated[str | None, Header(examples=["wait=10"])] = None,
    *,
    language: ReadIn,
) -> Response:
    """Send scans of one vehicle. With `Prefer: wait=N` the answer waits for the verdict.

    Repeat a request with the same Idempotency-Key as often as the network needs.
    """
    form = await read_form(
        request, known_fields=intake.FIELDS, max_files=services.settings.max_files
    )
    inspection_id = await run_in_threadpool(
        partial(intake.take, form, caller=caller, services=services, key=idempotency_key)
    )
    services.wake()
    wait_s = _wait_of(prefer, services.settings.max_wait_s)
    file = await settled(services, inspection_id, caller, wait_s=wait_s)
    done = file.inspection.state in SETTLED
    headers = {"Location": f"/v1/inspections/{inspection_id}"}
    if wait_s:
        headers["Preference-Applied"] = f"wait={wait_s:.0f}"
    return JSONResponse(
        inspection_out(file, language).model_dump(mode="json"),
        status_code=201 if done else 202,
        headers=headers,
    )


async def settled(
    services: Services, inspection_id: str, caller: Caller, *, wait_s: float
) -> CaseFile:
    """The case file, once it is judged or failed, or as it is when the time is up."""
    end = time.monotonic() + wait_s
    while True:
        file = await run_in_threadpool(services.repository.case_file, inspection_id, caller=caller)
        if file.inspection.state in SETTLED or time.monotonic() >= end:
            return file
        await anyio.sleep(WAIT_POLL_S)


def _wait_of(prefer: str | None, most_s: float) -> float:
    match = _WAIT.search(prefer or "")
    return min(float(match[1]), most_s) if match else 0.0


@router.get("", response_model=PageOut)
def list_inspections(  # noqa: PLR0917 - one parameter per filter
    caller: Reader,
    services: UsesServices,
    state: Annotated[list[InspectionState], Query()] = [],  # noqa: B006 - FastAPI copies it
    advice: Annotated[list[Advice], Query()] = [],  # noqa: B006
    site: Annotated[list[Site], Query()] = [],  # noqa: B006
    captured_from: datetime | None = None,
    captured_to: datetime | None = None,
    text: Annotated[
        str, Query(max_length=200, pattern=PLAIN, description="id, lane, reference, code, plate")
    ] = "",
    order: Annotated[Order, Query(description="newest, or by expected loss")] = Order.NEWEST,
    cursor: Annotated[str | None, Query(max_length=200, pattern=PLAIN)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut:
    """Inspections in the order asked for. Pass `next` as `cursor` for the next page."""
    for name, value in (("captured_from", captured_from), ("captured_to", captured_to)):
        if value is not None and value.tzinfo is None:
            raise InvalidInput("a time needs its offset from UTC", field=name)
    page = services.repository.list_inspections(
        InspectionFilter(
            states=frozenset(state),
            advices=frozenset(advice),
            sites=frozenset(site),
            captured_from=captured_from,
            captured_to=captured_to,
            text=text,
            order=order,
        ),
        cursor=cursor,
        limit=limit,
        caller=caller,
    )
    return PageOut(items=[summary_out(row) for row in page.items], next=page.next_cursor)


@router.get("/{inspection_id}", response_model=InspectionOut)
def get_inspection(
    inspection_id: InspectionId,
    caller: Reader,
    services: UsesServices,
    language: ReadIn,
    response: Response,
) -> InspectionOut:
    """One inspection with its newest verdict, its reasons in the language asked for."""
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
    return inspection_out(services.repository.case_file(inspection_id, caller=caller), language)


@router.get("/{inspection_id}/events", response_class=StreamingResponse)
def follow(
    inspection_id: InspectionId, request: Request, caller: Reader, services: UsesServices
) -> StreamingResponse:
    """Server-sent events of one inspection, from its beginning or after `Last-Event-ID`."""
    services.repository.case_file(inspection_id, caller=caller)
    after = event_stream.resume_after(request) or 0
    return event_stream.stream(services, caller=caller, inspection_id=inspection_id, after=after)


@router.post("/{inspection_id}/decisions", status_code=201, response_model=InspectionOut)
def add_decision(
    inspection_id: InspectionId,
    decision: DecisionIn,
    caller: Decider,
    services: UsesServices,
    language: ReadIn,
) -> InspectionOut:
    """A person's decision. Against the advice it needs a note."""
    decide(
        inspection_id,
        outcome=decision.outcome,
        note=decision.note,
        verdict_number=decision.verdict_number,
        caller=caller,
        repository=services.repository,
        clock=services.clock,
    )
    file = services.repository.case_file(inspection_id, caller=caller)
    services.budgets.learn(file)
    return inspection_out(file, language)


@router.post("/{inspection_id}/retry", status_code=202, response_model=InspectionOut)
def retry(inspection_id: InspectionId, caller: Submitter, services: UsesServices) -> InspectionOut:
    """Analyse a FAILED inspection again."""
    services.repository.retry_failed(inspection_id, now=services.clock(), caller=caller)
    services.wake()
    return inspection_out(services.repository.case_file(inspection_id, caller=caller))
