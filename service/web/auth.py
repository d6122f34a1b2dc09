"""Who is calling, whether they may, and how often.

An API key comes as `Authorization: Bearer tm_...` or `X-API-Key: tm_...`. The console's session
cookie is accepted for GET and HEAD, so that its pages can show pictures and follow events;
anything that changes state goes through the console's own forms, which carry a CSRF token.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Protocol

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.domain.access import Caller, Permission
from service.errors import Forbidden, NotAuthenticated
from service.web.wiring import services_of

SAFE_METHODS = frozenset({"GET", "HEAD"})
WINDOW_S = 60.0
MAX_NAMES = 10_000

_bearer = HTTPBearer(auto_error=False, description="API key, `tm_...`", scheme_name="ApiKeyBearer")
_header = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="the same key", scheme_name="ApiKeyHeader"
)


class SessionReader(Protocol):
    """Whose session the cookies of a request belong to; None without a valid one."""

    def __call__(self, request: Request) -> Caller | None: ...


def no_session(request: Request) -> Caller | None:
    """The reader of an application without a console."""
    del request
    return None


class RateLimit:
    """At most `per_minute` of something per name, in windows of a minute; 0 is no limit."""

    def __init__(self, per_minute: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, name: str) -> None:
        """Raises: HTTPException 429 with Retry-After, if `name` has used up its share."""
        if not self._per_minute:
            return
        with self._lock:
            began, count = self._window(name)
        if count >= self._per_minute:
            wait_s = max(1, round(began + WINDOW_S - self._monotonic()))
            raise HTTPException(
                429,
                f"more than {self._per_minute} a minute from {name}; wait {wait_s} s",
                headers={"Retry-After": str(wait_s)},
            )

    def count(self, name: str) -> None:
        """Use up one."""
        if not self._per_minute:
            return
        with self._lock:
            began, count = self._window(name)
            self._counts[name] = (began, count + 1)
            self._counts.move_to_end(name)
            while len(self._counts) > MAX_NAMES:
                self._counts.popitem(last=False)

    def _window(self, name: str) -> tuple[float, int]:
        now = self._monotonic()
        began, count = self._counts.get(name, (now, 0))
        return (began, count) if now - began < WINDOW_S else (now, 0)


def current_caller(
    request: Request,
    _bearer_scheme: Annotated[object, Security(_bearer)],
    _header_scheme: Annotated[object, Security(_header)],
) -> Caller:
    """The caller of this request.

    Raises:
        NotAuthenticated: no credentials, or none that are in force.
        HTTPException: 429, too many requests or too many wrong keys from one address.
    """
    caller = caller_of(request)
    request.app.state.request_limit.check(caller.name)
    request.app.state.request_limit.count(caller.name)
    return caller


def caller_of(request: Request) -> Caller:
    """As `current_caller`, without counting against the request limit."""
    key = _key_of(request)
    if key is None:
        reader: SessionReader = request.app.state.read_session
        caller = reader(request) if request.method in SAFE_METHODS else None
        if caller is None:
            raise NotAuthenticated("an API key is needed: Authorization: Bearer tm_...")
        return caller
    failures: RateLimit = request.app.state.failed_logins
    address = request.client.host if request.client else "unknown address"
    failures.check(address)
    try:
        return services_of(request).authenticate_key(key)
    except NotAuthenticated:
        failures.count(address)
        raise


def _key_of(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return request.headers.get("x-api-key")


def requires(permission: Permission) -> Callable[[Caller], Caller]:
    """A dependency: the caller, who has that permission.

    Raises:
        Forbidden: the role does not grant it.
    """

    def permitted(caller: Annotated[Caller, Depends(current_caller)]) -> Caller:
        if not caller.may(permission):
            raise Forbidden(f"role {caller.role.value} may not {permission.value}")
        return caller

    return permitted


Reader = Annotated[Caller, Depends(requires(Permission.READ))]
Submitter = Annotated[Caller, Depends(requires(Permission.SUBMIT))]
Filer = Annotated[Caller, Depends(requires(Permission.FILE_PAPERS))]
Asker = Annotated[Caller, Depends(requires(Permission.ANALYSE))]
Decider = Annotated[Caller, Depends(requires(Permission.DECIDE))]
Manager = Annotated[Caller, Depends(requires(Permission.MANAGE))]
