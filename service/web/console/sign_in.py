"""Sign-in and sign-out."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from service.errors import Forbidden, NotAuthenticated
from service.usecases.issue_keys import authenticate_user
from service.web import sessions
from service.web.auth import RateLimit
from service.web.console.pages import LANGUAGES, show
from service.web.forms import small_form
from service.web.language import COOKIE
from service.web.wiring import services_of

router = APIRouter()
YEAR_S = 365 * 86_400


@router.get("/login")
def login_page(request: Request) -> Response:
    target = _local(request.query_params.get("next"))
    if sessions.read_session(request) is not None:
        return RedirectResponse(target, status_code=303)
    return show(request, "login.html", None, next=target)


@router.post("/login")
async def login(request: Request) -> Response:
    _check_origin(request)
    form = await small_form(request)
    name, target = form.get("name", ""), _local(form.get("next"))
    failures: RateLimit = request.app.state.failed_logins
    address = request.client.host if request.client else "unknown address"
    services = services_of(request)
    try:
        failures.check(address)
        caller = await run_in_threadpool(
            authenticate_user, name, form.get("password", ""), repository=services.repository
        )
    except NotAuthenticated as problem:
        failures.count(address)
        return show(
            request, "login.html", None, status=401, next=target, message=str(problem), name=name
        )
    except HTTPException as problem:
        response = show(
            request, "login.html", None, status=429, next=target, message=problem.detail, name=name
        )
        response.headers.update(problem.headers or {})
        return response
    response = RedirectResponse(target, status_code=303)
    sessions.sign_in(response, caller, services)
    return response


@router.post("/language")
async def choose_language(request: Request) -> Response:
    """The language in which this browser shows what the rules say."""
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))
    response = RedirectResponse(_local(form.get("next")), status_code=303)
    chosen = form.get("language", "")
    if chosen in LANGUAGES:
        secure = services_of(request).settings.secure_cookies
        response.set_cookie(
            COOKIE, chosen, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure
        )
    return response


@router.post("/logout")
async def logout(request: Request) -> Response:
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))
    response = RedirectResponse("/login", status_code=303)
    sessions.sign_out(response)
    return response


def _check_origin(request: Request) -> None:
    """Raises: Forbidden: another site sends someone's name and password."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("sign in on this server's own page")


def _local(target: str | None) -> str:
    """A path of ours; anything else would let a link send people elsewhere after sign-in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return target if target.isprintable() else "/"
