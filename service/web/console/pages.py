"""What every page has in common: headers, the person who is signed in, errors as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from starlette.responses import RedirectResponse

from service.domain.access import Caller, Permission
from service.errors import Forbidden, NotFound
from service.usecases.ports import CaseFile
from service.web import sessions
from service.web.addresses import inspection_id
from service.web.language import of_page
from service.web.problems import Problem
from service.web.wiring import Services, services_of

templates = Jinja2Templates(directory=Path(__file__).parent.parent / "templates")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "Cache-Control": "no-store",
}
HTMX = "hx-request"
# Each by its own name, as those who look for it know it.
LANGUAGES = {
    "en": "English",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "pt": "Português",
}
MINUTE, HOUR, DAY = 60, 3600, 86_400


def show(
    request: Request, template: str, caller: Caller | None, *, status: int = 200, **values: Any
) -> Response:
    """A page for that person; `values` are what its template needs."""
    context = {
        "caller": caller,
        "may_decide": caller is not None and caller.may(Permission.DECIDE),
        "may_submit": caller is not None and caller.may(Permission.SUBMIT),
        "csrf": sessions.csrf_token(request),
        **values,
    }
    return templates.TemplateResponse(
        request, template, context, status_code=status, headers=HEADERS
    )


def with_person(
    request: Request, permission: Permission, then: Callable[[Caller, Services], Response]
) -> Response:
    """`then` for a signed-in person who may; the sign-in page for anyone else.

    Raises:
        Forbidden: signed in, but the role does not grant it.
    """
    caller = sessions.read_session(request)
    if caller is None:
        return to_login(request)
    if not caller.may(permission):
        raise Forbidden(f"the role {caller.role.value} may not {permission.value}")
    return then(caller, services_of(request))


def to_login(request: Request) -> Response:
    """The sign-in page, which leads back here."""
    target = f"/login?next={quote(request.url.path)}"
    if HTMX in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": "/login"})
    return RedirectResponse(target, status_code=303)


def just_decided(request: Request, caller: Caller, services: Services) -> CaseFile | None:
    """The inspection that was decided on the page before, for a line about it."""
    decided = request.query_params.get("decided")
    if decided is None:
        return None
    try:
        return services.repository.case_file(inspection_id(decided), caller=caller)
    except NotFound:
        return None


def page_for_problem(request: Request, problem: Problem) -> Response | None:
    """An error as a page; None for htmx, which shows the problem's own words."""
    if HTMX in request.headers:
        return None
    caller = sessions.read_session(request)
    return show(request, "problem.html", caller, status=problem.status, problem=problem)


def age(since: datetime, now: datetime) -> str:
    """How long ago, in words that fit a column: "now", "3 min", "2 h 05", "4 d"."""
    seconds = (now - since) // timedelta(seconds=1)
    if seconds < MINUTE:
        return "now"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE:02d}"
    return f"{seconds // DAY} d"


templates.env.globals["age"] = age
templates.env.globals["languages"] = LANGUAGES
templates.env.globals["language_of"] = of_page
