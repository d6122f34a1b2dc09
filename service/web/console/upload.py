"""The upload page: files by hand, with their papers."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse

from service.domain.access import Caller, Permission
from service.errors import Forbidden, InvalidInput, NotAuthenticated
from service.web import intake, sessions
from service.web.console.pages import show, to_login, with_person
from service.web.forms import small_form
from service.web.uploads import MAX_FIELD_BYTES, Form, read_form
from service.web.wiring import Services, services_of

router = APIRouter(prefix="/upload")
# URL encoding makes up to three bytes of one.
MAX_PAPERS_BYTES = 2 * 3 * MAX_FIELD_BYTES


@router.get("")
def upload_page(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        return show(
            request,
            "upload.html",
            caller,
            sites=sorted(caller.sites),
            default_site=min(caller.sites, default=intake.DEFAULT_SITE),
            limit_mb=services.settings.max_upload_mb,
            max_files=services.settings.max_files,
        )

    return with_person(request, Permission.SUBMIT, then)


@router.post("")
async def upload(request: Request) -> Response:
    """From the page's script: 201 with the address of the page, or a problem document.

    A browser without the script is sent on to the page.

    Raises:
        NotAuthenticated, Forbidden: without a session or the right to submit.
        InvalidInput: what was sent; nothing was stored.
    """
    caller = sessions.read_session(request)
    if caller is None:
        raise NotAuthenticated("your session has ended; sign in again in another tab, then retry")
    if not caller.may(Permission.SUBMIT):
        raise Forbidden(f"the role {caller.role.value} may not {Permission.SUBMIT.value}")
    services = services_of(request)
    form = await read_form(
        request,
        known_fields=intake.FIELDS | {"csrf"},
        max_files=services.settings.max_files,
    )
    sessions.check_csrf(request, form.one("csrf"))
    inspection_id = await run_in_threadpool(
        partial(intake.take, form, caller=caller, services=services, key=None)
    )
    services.wake()
    place = f"/inspections/{inspection_id}"
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(place, status_code=303)
    return JSONResponse({"page": place}, status_code=201, headers={"Location": place})


@router.post("/check")
async def check(request: Request) -> Response:
    """Whether the papers in the form are right, in a sentence, while they are being written."""
    if sessions.read_session(request) is None:
        return to_login(request)
    fields = await small_form(request, max_bytes=MAX_PAPERS_BYTES)
    sessions.check_csrf(request, fields.get("csrf"))

    def then(caller: Caller, services: Services) -> Response:
        del services
        form = Form(files=(), fields={name: [value] for name, value in fields.items()})
        site = form.one("site") or intake.DEFAULT_SITE
        try:
            declaration, registrations = intake.papers_of(form, site=site, caller=caller)
        except (InvalidInput, Forbidden) as problem:
            return show(request, "_papers.html", caller, wrong=str(problem))
        return show(
            request, "_papers.html", caller, declaration=declaration, registrations=registrations
        )

    return await run_in_threadpool(with_person, request, Permission.SUBMIT, then)
