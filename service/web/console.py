"""The operator's console: queue, inspection page, decision, upload; server-rendered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from service.domain.access import Caller, Permission
from service.domain.decision import DecisionOutcome
from service.domain.inspection import InspectionState
from service.domain.verdict import Advice, Result
from service.errors import InvalidInput, NotAuthenticated, ServiceError
from service.usecases.decide import decide
from service.usecases.issue_keys import authenticate_user
from service.usecases.ports import CaseFile, InspectionFilter
from service.web import api_inspections, pictures, sessions
from service.web.auth import RateLimit
from service.web.uploads import read_form
from service.web.wiring import Services, services_of
from vision.findings import GrossCount, NuclideFound, Reading
from vision.scan import ScanKind

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
PAGE = 50
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
RULE_NAMES = {
    "number_valid": "Container number valid",
    "number_declared": "Container declared",
    "views_agree": "Views agree",
    "size_type_declared": "Size and type",
    "load_declared": "Empty or loaded",
    "container_count": "Number of containers",
    "plate_registered": "Plate in register",
    "plate_declared": "Plate declared",
    "radiation_explained": "Radiation",
    "scan_quality": "Scan quality",
    "evidence_complete": "Evidence complete",
}
_ORDER = {Result.MISMATCH: 0, Result.CANNOT_TELL: 1, Result.MATCH: 2}


def _page(request: Request, template: str, caller: Caller | None, **values: Any) -> Response:
    context = {
        "caller": caller,
        "may_decide": caller is not None and caller.may(Permission.DECIDE),
        "may_submit": caller is not None and caller.may(Permission.SUBMIT),
        "csrf": sessions.csrf_token(request),
        "rule_names": RULE_NAMES,
        **values,
    }
    status = values.get("status", 200)
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=HEADERS
    )


def _to_login(request: Request) -> Response:
    path = request.url.path
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": f"/login?next={quote(path)}"})
    return RedirectResponse(f"/login?next={quote(path)}", status_code=303)


def _with_person(
    request: Request, permission: Permission, then: Callable[[Caller, Services], Response]
) -> Response:
    """`then` for a signed-in person who may; the sign-in page or a plain refusal else."""
    caller = sessions.read_session(request)
    if caller is None:
        return _to_login(request)
    if not caller.may(permission):
        message = f"The role {caller.role.value} does not allow this."
        return _page(request, "problem.html", caller, message=message, status=403)
    try:
        return then(caller, services_of(request))
    except ServiceError as problem:
        return _page(request, "problem.html", caller, message=str(problem), status=404)


@router.get("/login")
def login_page(request: Request) -> Response:
    return _page(request, "login.html", None, next=_local(request.query_params.get("next")))


@router.post("/login")
async def login(request: Request) -> Response:
    form = await request.form()
    name, password = str(form.get("name", "")), str(form.get("password", ""))
    target = _local(str(form.get("next", "/")))
    failures: RateLimit = request.app.state.failed_logins
    address = request.client.host if request.client else "unknown address"
    services = services_of(request)
    try:
        failures.check(address)
        caller = await run_in_threadpool(
            authenticate_user, name, password, repository=services.repository
        )
    except NotAuthenticated as problem:
        failures.count(address)
        return _page(
            request, "login.html", None, next=target, message=str(problem), name=name, status=401
        )
    except HTTPException as problem:
        return _page(request, "login.html", None, next=target, message=problem.detail, status=429)
    response = RedirectResponse(target, status_code=303)
    sessions.sign_in(response, caller, services)
    return response


@router.post("/logout")
async def logout(request: Request) -> Response:
    form = await request.form()
    sessions.check_csrf(request, str(form.get("csrf", "")))
    response = RedirectResponse("/login", status_code=303)
    sessions.sign_out(response)
    return response


def _local(target: str | None) -> str:
    """A path of ours; anything else would let a link send people elsewhere after sign-in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return target


@router.get("/")
def queue(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        return _page(request, "queue.html", caller, **_queue(request, caller, services))

    return _with_person(request, Permission.READ, then)


@router.get("/queue/rows")
def queue_rows(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        return _page(request, "_rows.html", caller, **_queue(request, caller, services))

    return _with_person(request, Permission.READ, then)


def _queue(request: Request, caller: Caller, services: Services) -> dict[str, Any]:
    query = request.query_params
    advice, state = query.get("advice", ""), query.get("state", "")
    text = query.get("text", "")[:200]
    page = services.repository.list_inspections(
        InspectionFilter(
            states=frozenset({InspectionState(state)})
            if state in set(InspectionState)
            else frozenset(),
            advices=frozenset({Advice(advice)}) if advice in set(Advice) else frozenset(),
            text=text,
        ),
        cursor=query.get("cursor") or None,
        limit=PAGE,
        caller=caller,
    )
    counts = services.repository.state_counts(caller=caller)
    return {
        "page": page,
        "counts": counts,
        "total": sum(counts.values()),
        "states": list(InspectionState),
        "advices": list(Advice),
        "filters": {"advice": advice, "state": state, "text": text},
    }


@router.get("/inspections/{inspection_id}")
def inspection_page(inspection_id: str, request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        file = services.repository.case_file(inspection_id, caller=caller)
        return _inspection(request, caller, services, file)

    return _with_person(request, Permission.READ, then)


def _inspection(
    request: Request,
    caller: Caller,
    services: Services,
    file: CaseFile,
    *,
    message: str = "",
    note: str = "",
    status: int = 200,
) -> Response:
    analysis = file.analyses[-1] if file.analyses else None
    findings = analysis.analysis.findings if analysis else ()
    stored = file.verdicts[-1] if file.verdicts else None
    outcomes = sorted(
        stored.verdict.outcomes if stored else (), key=lambda o: (_ORDER[o.result], -o.severity)
    )
    return _page(
        request,
        "inspection.html",
        caller,
        file=file,
        inspection=file.inspection,
        analysis=analysis,
        stored=stored,
        outcomes=outcomes,
        views=[_view(f.sha256, f.name, f.kind, findings) for f in file.inspection.files],
        numbers=dict(enumerate(findings)),
        settled=file.inspection.state in api_inspections.SETTLED,
        next_id=_next(caller, services, file.inspection.id),
        outcome_options=list(DecisionOutcome),
        message=message,
        note=note,
        status=status,
    )


def _view(sha256: str, name: str, kind: ScanKind, findings: Any) -> dict[str, Any]:
    """One file as the page shows it: boxes for the viewer, and what was found in it."""
    own = [(i, f) for i, f in enumerate(findings) if f.evidence.scan_sha256 == sha256]
    boxes = []
    for index, finding in own:
        for box, text, colour in pictures.labels([finding]):
            loads = [f for _, f in own if f.kind == "load_state" and f.evidence.box == box]
            words = loads[0].load.value.replace("_", " ") if loads else text
            boxes.append(
                {"f": index, "xy": [box.x1, box.y1, box.x2, box.y2], "t": words, "c": colour}
            )
    return {
        "sha256": sha256,
        "name": name,
        "kind": kind.value,
        "boxes": json.dumps(boxes),
        "readings": [(i, f) for i, f in own if isinstance(f, Reading)],
        "counts": [(i, f) for i, f in own if isinstance(f, GrossCount)],
        "nuclides": [(i, f) for i, f in own if isinstance(f, NuclideFound)],
    }


def _next(caller: Caller, services: Services, current: str) -> str | None:
    """The oldest inspection on the first page that awaits a decision."""
    page = services.repository.list_inspections(
        InspectionFilter(states=frozenset({InspectionState.JUDGED})),
        cursor=None,
        limit=PAGE,
        caller=caller,
    )
    waiting = [row.inspection.id for row in page.items if row.inspection.id != current]
    return waiting[-1] if waiting else None


@router.post("/inspections/{inspection_id}/decide")
async def decide_form(inspection_id: str, request: Request) -> Response:
    form = await request.form()
    sessions.check_csrf(request, str(form.get("csrf", "")))
    return await run_in_threadpool(_decide, inspection_id, request, dict(form))


def _decide(inspection_id: str, request: Request, form: dict[str, Any]) -> Response:
    note = str(form.get("note", ""))

    def then(caller: Caller, services: Services) -> Response:
        try:
            outcome = DecisionOutcome(str(form.get("outcome", "")))
            number = int(str(form.get("verdict_number", "")))
            decide(
                inspection_id,
                outcome=outcome,
                note=note,
                verdict_number=number,
                caller=caller,
                repository=services.repository,
                clock=services.clock,
            )
        except (ServiceError, ValueError) as problem:
            file = services.repository.case_file(inspection_id, caller=caller)
            words = problem.reason if isinstance(problem, InvalidInput) else str(problem)
            if not isinstance(problem, ServiceError):
                words = "Choose release, hold or examine."
            return _inspection(
                request, caller, services, file, message=words, note=note, status=422
            )
        return RedirectResponse(f"/inspections/{inspection_id}#decision", status_code=303)

    return _with_person(request, Permission.DECIDE, then)


@router.post("/inspections/{inspection_id}/retry")
async def retry_form(inspection_id: str, request: Request) -> Response:
    form = await request.form()
    sessions.check_csrf(request, str(form.get("csrf", "")))

    def then(caller: Caller, services: Services) -> Response:
        services.repository.retry_failed(inspection_id, now=services.clock(), caller=caller)
        services.wake()
        return RedirectResponse(f"/inspections/{inspection_id}", status_code=303)

    return await run_in_threadpool(_with_person, request, Permission.SUBMIT, then)


@router.get("/upload")
def upload_page(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        return _page(
            request,
            "upload.html",
            caller,
            site=min(caller.sites) if caller.sites else "main",
            limit_mb=services.settings.max_upload_mb,
        )

    return _with_person(request, Permission.SUBMIT, then)


@router.post("/upload")
async def upload(request: Request) -> Response:
    """From the page's script: the answer is a sentence, or where to go."""
    caller = sessions.read_session(request)
    if caller is None or not caller.may(Permission.SUBMIT):
        return _to_login(request)
    services = services_of(request)
    try:
        form = await read_form(
            request,
            known_fields=api_inspections.FIELDS | {"csrf"},
            max_files=services.settings.max_files,
        )
        sessions.check_csrf(request, form.one("csrf"))
        inspection_id = await run_in_threadpool(api_inspections.take, form, caller, services, None)
    except ServiceError as problem:
        return _page(request, "_message.html", caller, message=str(problem))
    services.wake()
    return Response(status_code=204, headers={"HX-Redirect": f"/inspections/{inspection_id}"})
