"""`/v1/inspections`: send scans, follow them, look at evidence, decide."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, StreamingResponse

from service.domain.access import Caller
from service.domain.inspection import EvidenceFile, InspectionState
from service.domain.verdict import Advice
from service.errors import InvalidInput, NotFound
from service.usecases.decide import decide
from service.usecases.file_papers import check_declaration, file_declaration, file_registration
from service.usecases.ports import CaseFile, InspectionFilter
from service.usecases.receive import Upload, receive
from service.web import event_stream, pictures
from service.web.auth import Decider, Reader, Submitter
from service.web.schemas import (
    DecisionIn,
    DeclarationIn,
    FindingsOut,
    InspectionOut,
    PageOut,
    RegistrationIn,
    findings_out,
    inspection_out,
    summary_out,
)
from service.web.uploads import FILE_FIELDS, Form, read_form
from service.web.wiring import Services, UsesServices
from vision.scan import RawScan, Scan

router = APIRouter(prefix="/v1/inspections", tags=["inspections"])

FIELDS = frozenset(
    {
        "site",
        "lane",
        "captured_at",
        "declaration_ref",
        "registration_refs",
        "declaration",
        "registrations",
    }
)
SETTLED = frozenset({InspectionState.JUDGED, InspectionState.DECIDED, InspectionState.FAILED})
WAIT_POLL_S = 0.1
MAX_KEY = 200
MAX_LANE = 100
_WAIT = re.compile(r"\bwait=(\d{1,4})\b")
_DECLARATION: TypeAdapter[DeclarationIn] = TypeAdapter(DeclarationIn)
_REGISTRATIONS: TypeAdapter[list[RegistrationIn]] = TypeAdapter(list[RegistrationIn])
_MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        **{
                            name: {
                                "type": "array",
                                "items": {"type": "string", "format": "binary"},
                                "description": "scans of this kind"
                                if kind
                                else "scans whose content decides their kind",
                            }
                            for name, kind in FILE_FIELDS.items()
                        },
                        "site": {"type": "string", "example": "main"},
                        "lane": {"type": "string", "example": "3"},
                        "captured_at": {"type": "string", "format": "date-time"},
                        "declaration_ref": {"type": "string"},
                        "registration_refs": {"type": "array", "items": {"type": "string"}},
                        "declaration": {"type": "string", "description": "JSON of a declaration"},
                        "registrations": {
                            "type": "string",
                            "description": "JSON list of register entries",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "",
    status_code=202,
    response_model=InspectionOut,
    openapi_extra=_MULTIPART,
    responses={201: {"description": "analysed and judged within the time of Prefer: wait"}},
)
async def send(
    request: Request,
    caller: Submitter,
    services: UsesServices,
    idempotency_key: Annotated[str | None, Header(max_length=MAX_KEY, min_length=1)] = None,
    prefer: Annotated[str | None, Header(examples=["wait=10"])] = None,
) -> Response:
    """Send scans of one vehicle. With `Prefer: wait=N` the answer waits for the verdict.

    Repeat a request with the same Idempotency-Key as often as the network needs.
    """
    form = await read_form(request, known_fields=FIELDS, max_files=services.settings.max_files)
    inspection_id = await run_in_threadpool(take, form, caller, services, idempotency_key)
    services.wake()
    wait_s = _wait_of(prefer, services.settings.max_wait_s)
    file = await settled(services, inspection_id, caller, wait_s=wait_s)
    done = file.inspection.state in SETTLED
    headers = {"Location": f"/v1/inspections/{inspection_id}"}
    if wait_s:
        headers["Preference-Applied"] = f"wait={wait_s:.0f}"
    return JSONResponse(
        inspection_out(file).model_dump(mode="json"),
        status_code=201 if done else 202,
        headers=headers,
    )


def take(form: Form, caller: Caller, services: Services, key: str | None) -> str:
    """Store what a form sent; returns the inspection's id. Papers are checked first."""
    site = form.one("site") or (min(caller.sites) if len(caller.sites) == 1 else "main")
    lane = form.one("lane") or ""
    if len(lane) > MAX_LANE or len(site) > MAX_LANE:
        raise InvalidInput(f"at most {MAX_LANE} characters", field="lane")
    declaration_text, registrations_text = form.one("declaration"), form.one("registrations")
    declaration_ref = form.one("declaration_ref")
    declaration, registrations = None, []
    if declaration_text is not None:
        parsed = _parsed(_DECLARATION, declaration_text, "declaration")
        declaration = _at(site, parsed, "declaration").to_domain()
        check_declaration(declaration, caller=caller)
        declaration_ref = declaration_ref or declaration.reference
    if registrations_text is not None:
        registrations = [
            _at(site, entry, f"registrations.{number}").to_domain()
            for number, entry in enumerate(
                _parsed(_REGISTRATIONS, registrations_text, "registrations")
            )
        ]
    upload = Upload(
        files=form.files,
        site=site,
        lane=lane,
        captured_at=_time(form.one("captured_at")),
        declaration_ref=declaration_ref,
        registration_refs=(
            *form.many("registration_refs"),
            *(entry.reference for entry in registrations),
        ),
        papers=f"{declaration_text or ''}\0{registrations_text or ''}",
    )
    inspection = receive(
        upload,
        idempotency_key=key,
        caller=caller,
        repository=services.repository,
        blobs=services.blobs,
        recognise=services.recognise,
        clock=services.clock,
    )
    if declaration is not None:
        file_declaration(
            declaration,
            caller=caller,
            repository=services.repository,
            clock=services.clock,
            judge=services.judge,
        )
    for entry in registrations:
        file_registration(
            entry,
            caller=caller,
            repository=services.repository,
            clock=services.clock,
            judge=services.judge,
        )
    return inspection.id


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


_Paper = TypeVar("_Paper", DeclarationIn, RegistrationIn)


def _at(site: str, paper: _Paper, field: str) -> _Paper:
    """The paper at the site of its upload. Raises: InvalidInput if it names another one."""
    if "site" in paper.model_fields_set and paper.site != site:
        reason = f"the upload is for site {site!r}, this paper for {paper.site!r}"
        raise InvalidInput(reason, field=f"{field}.site")
    return paper.model_copy(update={"site": site})


def _parsed(adapter: TypeAdapter[Any], text: str, field: str) -> Any:
    try:
        return adapter.validate_json(text)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join([field, *(str(part) for part in first["loc"])])
        raise InvalidInput(str(first["msg"]), field=where) from problem


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError as problem:
        raise InvalidInput(
            "expected an ISO 8601 time with offset", field="captured_at"
        ) from problem


def _wait_of(prefer: str | None, most_s: float) -> float:
    match = _WAIT.search(prefer or "")
    return min(float(match[1]), most_s) if match else 0.0


@router.get("", response_model=PageOut)
def list_inspections(  # noqa: PLR0917 - one parameter per filter
    caller: Reader,
    services: UsesServices,
    state: Annotated[list[InspectionState], Query()] = [],  # noqa: B006 - FastAPI copies it
    advice: Annotated[list[Advice], Query()] = [],  # noqa: B006
    site: Annotated[list[str], Query()] = [],  # noqa: B006
    captured_from: datetime | None = None,
    captured_to: datetime | None = None,
    text: Annotated[str, Query(max_length=200, description="id, lane, reference, code")] = "",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PageOut:
    """Inspections, newest first. Pass `next` as `cursor` for the next page."""
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
        ),
        cursor=cursor,
        limit=limit,
        caller=caller,
    )
    return PageOut(items=[summary_out(row) for row in page.items], next=page.next_cursor)


@router.get("/{inspection_id}", response_model=InspectionOut)
def get_inspection(inspection_id: str, caller: Reader, services: UsesServices) -> InspectionOut:
    """One inspection with its newest verdict."""
    return inspection_out(services.repository.case_file(inspection_id, caller=caller))


@router.get("/{inspection_id}/findings", response_model=FindingsOut)
def get_findings(inspection_id: str, caller: Reader, services: UsesServices) -> FindingsOut:
    """What the newest analysis found, with evidence, model and threshold of each finding."""
    file = services.repository.case_file(inspection_id, caller=caller)
    if not file.analyses:
        raise NotFound(f"inspection {inspection_id} is not analysed yet")
    newest = file.analyses[-1]
    return findings_out(newest.analysis, number=newest.number)


@router.get("/{inspection_id}/files/{sha256}", response_class=Response)
def get_file(inspection_id: str, sha256: str, caller: Reader, services: UsesServices) -> Response:
    """The original, byte for byte."""
    _, evidence = _evidence(services, inspection_id, sha256, caller)
    return Response(
        services.blobs.get(sha256),
        media_type=evidence.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{_ascii(evidence.name)}"',
            **_CACHED,
        },
    )


@router.get("/{inspection_id}/files/{sha256}/picture", response_class=Response)
def get_picture(
    inspection_id: str, sha256: str, caller: Reader, services: UsesServices
) -> Response:
    """The scan as a picture: PNG, JPEG, or an SVG plot of a radiation passage."""
    _, evidence = _evidence(services, inspection_id, sha256, caller)
    data, media_type = pictures.render(_scan(services, evidence))
    return Response(data, media_type=media_type, headers=_CACHED)


@router.get("/{inspection_id}/files/{sha256}/overlay", response_class=Response)
def get_overlay(
    inspection_id: str, sha256: str, caller: Reader, services: UsesServices
) -> Response:
    """As `picture`, with the findings drawn on it."""
    file, evidence = _evidence(services, inspection_id, sha256, caller)
    findings = file.analyses[-1].analysis.findings if file.analyses else ()
    data, media_type = pictures.overlay(_scan(services, evidence), findings)
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, no-cache"})


@router.get("/{inspection_id}/events", response_class=StreamingResponse)
def follow(
    inspection_id: str, request: Request, caller: Reader, services: UsesServices
) -> StreamingResponse:
    """Server-sent events of one inspection, from its beginning or after `Last-Event-ID`."""
    services.repository.case_file(inspection_id, caller=caller)
    after = event_stream.resume_after(request) or 0
    return event_stream.stream(services, caller=caller, inspection_id=inspection_id, after=after)


@router.post("/{inspection_id}/decisions", status_code=201, response_model=InspectionOut)
def add_decision(
    inspection_id: str, decision: DecisionIn, caller: Decider, services: UsesServices
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
    return inspection_out(services.repository.case_file(inspection_id, caller=caller))


@router.post("/{inspection_id}/retry", status_code=202, response_model=InspectionOut)
def retry(inspection_id: str, caller: Submitter, services: UsesServices) -> InspectionOut:
    """Analyse a FAILED inspection again."""
    services.repository.retry_failed(inspection_id, now=services.clock(), caller=caller)
    services.wake()
    return inspection_out(services.repository.case_file(inspection_id, caller=caller))


_CACHED = {
    "Cache-Control": "private, max-age=86400, immutable",
    "X-Content-Type-Options": "nosniff",
}


def _evidence(
    services: Services, inspection_id: str, sha256: str, caller: Caller
) -> tuple[CaseFile, EvidenceFile]:
    file = services.repository.case_file(inspection_id, caller=caller)
    for evidence in file.inspection.files:
        if evidence.sha256 == sha256:
            return file, evidence
    raise NotFound(f"inspection {inspection_id} has no file {sha256[:70]}")


def _scan(services: Services, evidence: EvidenceFile) -> Scan:
    data = services.blobs.get(evidence.sha256)
    return services.read_scan(RawScan(name=evidence.name, data=data, kind=evidence.kind))


def _ascii(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._ -]", "_", name)
