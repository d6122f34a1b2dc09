"""Signed session cookies of the console, and the CSRF token that its forms carry."""

from __future__ import annotations

import hashlib
import hmac

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

from service.domain.access import Caller
from service.errors import Forbidden
from service.web.wiring import Services, services_of

COOKIE = "tallyman_session"
SALT = "session"
SECONDS_PER_HOUR = 3600


def _serializer(services: Services) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(services.session_secret, salt=SALT)


def read_session(request: Request) -> Caller | None:
    """The signed-in person, as stored now: a changed role counts at once."""
    services = services_of(request)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        name = _serializer(services).loads(
            cookie, max_age=round(services.settings.session_hours * SECONDS_PER_HOUR)
        )
    except BadSignature:
        return None
    stored = services.repository.user(str(name))
    return None if stored is None else stored[1]


def sign_in(response: Response, caller: Caller, services: Services) -> None:
    """Set the cookie."""
    response.set_cookie(
        COOKIE,
        _serializer(services).dumps(caller.name),
        max_age=round(services.settings.session_hours * SECONDS_PER_HOUR),
        httponly=True,
        samesite="strict",
        secure=services.settings.secure_cookies,
    )


def sign_out(response: Response) -> None:
    response.delete_cookie(COOKIE)


def csrf_token(request: Request) -> str:
    """Bound to the session cookie, so that it dies with it."""
    services = services_of(request)
    cookie = request.cookies.get(COOKIE, "")
    return hmac.new(services.session_secret, f"csrf {cookie}".encode(), hashlib.sha256).hexdigest()


def check_csrf(request: Request, token: str | None) -> None:
    """Raises: Forbidden: the form did not come from a page of this session."""
    if not hmac.compare_digest(token or "", csrf_token(request)):
        raise Forbidden("the form is not from this session; load the page again")
