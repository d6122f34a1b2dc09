"""Signed session cookies of the console, and the CSRF token that its forms carry."""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from service.domain.access import Caller
from service.errors import Forbidden, NotAuthenticated
from service.web.wiring import Services, services_of

COOKIE = "tallyman_session"
SALT = "session"
MARK_DIGITS = 16
SECONDS_PER_HOUR = 3600


def _serializer(services: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.session_secret, salt=SALT)


def read_session(request: Request) -> Caller | None:
    """The signed-in person, as stored now: a changed role or password counts at once."""
    services = services_of(request)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        content = _serializer(services).loads(
            cookie, max_age=round(services.settings.session_hours * SECONDS_PER_HOUR)
        )
    except BadSignature:
        return None
    if not isinstance(content, dict):
        return None
    name, mark = str(content.get("name", "")), str(content.get("mark", ""))
    stored = services.repository.user(name)
    if stored is None or not hmac.compare_digest(mark.encode(), _mark(stored[0]).encode()):
        return None
    return stored[1]


def sign_in(response: Response, caller: Caller, services: Services) -> None:
    """Set the cookie."""
    stored = services.repository.user(caller.name)
    if stored is None:
        raise NotAuthenticated("name or password is wrong")
    response.set_cookie(
        COOKIE,
        _serializer(services).dumps({"name": caller.name, "mark": _mark(stored[0])}),
        max_age=round(services.settings.session_hours * SECONDS_PER_HOUR),
        httponly=True,
        samesite="strict",
        secure=services.settings.secure_cookies,
    )


def _mark(password_hash: str) -> str:
    """Changes with the password, so that a new one ends every session."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:MARK_DIGITS]


def sign_out(response: Response) -> None:
    response.delete_cookie(COOKIE)


def csrf_token(request: Request) -> str:
    """Bound to the session cookie, so that it dies with it."""
    services = services_of(request)
    cookie = request.cookies.get(COOKIE, "")
    return hmac.new(services.session_secret, f"csrf {cookie}".encode(), hashlib.sha256).hexdigest()


def check_csrf(request: Request, token: str | None) -> None:
    """Raises: Forbidden: the form did not come from a page of this session."""
    if not hmac.compare_digest((token or "").encode(), csrf_token(request).encode()):
        raise Forbidden("the form is not from this session; load the page again")
