"""The one place where errors become HTTP answers: RFC 9457 problem documents.

`type` is a path on this server that explains the problem (GET it); `errors` lists what is wrong
with which field. No answer carries a traceback; an unexpected failure carries an incident number
that the log has too.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeAlias

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as ModelError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from service.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    InvalidInput,
    LeaseLost,
    NotAuthenticated,
    NotConfigured,
    NotFound,
    ServiceError,
    StorageUnavailable,
    UnreadablePapers,
    UnreadableUpload,
)
from vision.errors import ModelUnavailable, ScanTooLarge, UnreadableScan, VisionError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
UNPROCESSABLE = 422
CLIENT_CLOSED_REQUEST = 499
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of problem: its name in `type`, its status, its title and what to do about it."""

    slug: str
    status: int
    title: str
    remedy: str


NOT_FOUND = Kind(
    slug="not-found",
    status=404,
    title="Not found",
    remedy="Check the address. What belongs to a site that you do not work at is not found either.",
)
FORBIDDEN = Kind(
    slug="forbidden",
    status=403,
    title="Not allowed",
    remedy="Your role or your sites do not allow this. An administrator can change them.",
)
NOT_AUTHENTICATED = Kind(
    slug="not-authenticated",
    status=401,
    title="Not authenticated",
    remedy="Send `Authorization: Bearer tm_...` or `X-API-Key: tm_...` with a key in force.",
)
CONFLICT = Kind(
    slug="conflict",
    status=409,
    title="Not possible in this state",
    remedy="Read the inspection again; it has changed, or it is not in a state that allows this.",
)
IDEMPOTENCY_MISMATCH = Kind(
    slug="idempotency-mismatch",
    status=409,
    title="Idempotency key used before with another request",
    remedy="Use a new key for a new request; repeat a request byte for byte to get its answer.",
)
INVALID_INPUT = Kind(
    slug="invalid-input",
    status=UNPROCESSABLE,
    title="Invalid input",
    remedy="`errors` says which field and why. Nothing was stored.",
)
UNREADABLE_UPLOAD = Kind(
    slug="unreadable-upload",
    status=UNPROCESSABLE,
    title="A file is not a scan that can be read",
    remedy="`errors` names the file and why. Nothing of the upload was stored.",
)
UNREADABLE_PAPERS = Kind(
    slug="unreadable-papers",
    status=UNPROCESSABLE,
    title="No paper could be taken",
    remedy="`errors` names file and place and says why. Nothing of these files was stored.",
)
TOO_LARGE = Kind(
    slug="too-large",
    status=413,
    title="Request body too large",
    remedy="Send fewer or smaller files; the limit is the setting TALLYMAN_MAX_UPLOAD_MB.",
)
UNSUPPORTED_TYPE = Kind(
    slug="unsupported-type",
    status=415,
    title="Content-Type not supported",
    remedy="Send JSON as application/json and files as multipart/form-data.",
)
TOO_MANY_REQUESTS = Kind(
    slug="too-many-requests",
    status=429,
    title="Too many requests",
    remedy="Wait for the number of seconds in Retry-After.",
)
UNAVAILABLE = Kind(
    slug="unavailable",
    status=503,
    title="Not ready",
    remedy="A model or the database cannot be used now. /readyz says which; try again later.",
)
INTERNAL = Kind(
    slug="internal",
    status=SERVER_ERROR,
    title="Unexpected failure",
    remedy="It is our defect, not yours. Report the incident number; the log has the rest.",
)

KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        NOT_FOUND,
        FORBIDDEN,
        NOT_AUTHENTICATED,
        CONFLICT,
        IDEMPOTENCY_MISMATCH,
        INVALID_INPUT,
        UNREADABLE_UPLOAD,
        UNREADABLE_PAPERS,
        TOO_LARGE,
        UNSUPPORTED_TYPE,
        TOO_MANY_REQUESTS,
        UNAVAILABLE,
        INTERNAL,
    )
}

# The first ancestor in an error's method resolution order decides.
_KIND_OF_ERROR: Mapping[type[Exception], Kind] = {
    NotFound: NOT_FOUND,
    Forbidden: FORBIDDEN,
    NotAuthenticated: NOT_AUTHENTICATED,
    IdempotencyMismatch: IDEMPOTENCY_MISMATCH,
    Conflict: CONFLICT,
    UnreadableUpload: UNREADABLE_UPLOAD,
    UnreadablePapers: UNREADABLE_PAPERS,
    InvalidInput: INVALID_INPUT,
    LeaseLost: CONFLICT,
    NotConfigured: UNAVAILABLE,
    StorageUnavailable: UNAVAILABLE,
    ScanTooLarge: UNREADABLE_UPLOAD,
    UnreadableScan: UNREADABLE_UPLOAD,
    ModelUnavailable: UNAVAILABLE,
    ServiceError: INTERNAL,
    VisionError: INTERNAL,
}

_KIND_OF_STATUS: Mapping[int, Kind] = {
    401: NOT_AUTHENTICATED,
    403: FORBIDDEN,
    404: NOT_FOUND,
    409: CONFLICT,
    413: TOO_LARGE,
    415: UNSUPPORTED_TYPE,
    429: TOO_MANY_REQUESTS,
    UNPROCESSABLE: INVALID_INPUT,
    503: UNAVAILABLE,
}


class FieldError(BaseModel):
    """What is wrong with one field or file; `field` is a dotted path, "" for the whole."""

    field: str
    reason: str


class Problem(BaseModel):
    """An error as RFC 9457 describes it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/invalid-input",
                    "title": "Invalid input",
                    "status": 422,
                    "detail": "containers.0.code: check digit of MSCU6639871 is 1, expected 0",
                    "instance": "/v1/declarations",
                    "errors": [
                        {
                            "field": "containers.0.code",
                            "reason": "check digit of MSCU6639871 is 1, expected 0",
                        }
                    ],
                }
            ]
        }
    )

    type: str = Field(description="path on this server that explains the kind of problem")
    title: str
    status: int
    detail: str
    instance: str = Field(description="path of the request")
    errors: list[FieldError] = []
    incident: str | None = Field(None, description="number under which the log has the rest")


class PageForProblem(Protocol):
    """How the console shows a problem to a person; returns None to leave it as JSON."""

    def __call__(self, request: Request, problem: Problem) -> Response | None: ...


ErrorEntries: TypeAlias = Sequence[Mapping[str, object]]
"""Errors as pydantic lists them: `loc`, `msg`."""


def describe(
    kind: Kind, *, detail: str, instance: str, errors: Sequence[FieldError] = ()
) -> Problem:
    """Fill in a problem of that kind."""
    return Problem(
        type=f"/problems/{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail,
        instance=instance,
        errors=list(errors),
    )


def problem_response(problem: Problem, *, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as JSON."""
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def install(app: FastAPI) -> None:
    """Route every error of the application through this file.

    The console may set `app.state.page_for_problem` (a `PageForProblem`) to answer browsers,
    which is asked only for paths outside /v1 and requests that accept HTML.
    """
    app.state.page_for_problem = None
    for error in (ServiceError, VisionError):
        app.add_exception_handler(error, _on_known_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(Exception, _on_unexpected)
    app.add_api_route(
        "/problems/{slug}",
        _explain,
        methods=["GET"],
        include_in_schema=False,
        response_class=PlainTextResponse,
    )


def field_errors(entries: ErrorEntries) -> list[FieldError]:
    """Pydantic's list of errors in our shape; never echoes the input."""
    return [FieldError(field=_dotted(entry), reason=_reason(entry)) for entry in entries]


def invalid_input_from(error: ModelError, *, prefix: str = "") -> InvalidInput:
    """The first error of a model as `InvalidInput`; `prefix` says which part of the request."""
    first = field_errors([{**entry} for entry in error.errors(include_url=False)])[0]
    path = ".".join(part for part in (prefix, first.field) if part)
    return InvalidInput(first.reason, field=path)


def _dotted(entry: Mapping[str, object]) -> str:
    location = entry.get("loc", ())
    parts = [str(part) for part in location] if isinstance(location, tuple | list) else []
    if len(parts) > 1 and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:]
    return ".".join(parts)


def _reason(entry: Mapping[str, object]) -> str:
    if entry.get("type") == "extra_forbidden":
        return "this field is not known"
    message = str(entry.get("msg", "invalid"))
    return message.removeprefix("Value error, ")


def _answer(
    request: Request, problem: Problem, *, headers: Mapping[str, str] | None = None
) -> Response:
    page: PageForProblem | None = request.app.state.page_for_problem
    wants_page = not request.url.path.startswith("/v1/") and "text/html" in request.headers.get(
        "accept", ""
    )
    if page is not None and wants_page:
        response = page(request, problem)
        if response is not None:
            return response
    return problem_response(problem, headers=headers)


def _on_known_error(request: Request, error: Exception) -> Response:
    kind = next(_KIND_OF_ERROR[cls] for cls in type(error).__mro__ if cls in _KIND_OF_ERROR)
    if kind is INTERNAL:
        return _on_unexpected(request, error)
    errors: list[FieldError] = []
    if isinstance(error, InvalidInput):
        errors = [FieldError(field=error.field, reason=error.reason)]
    elif isinstance(error, UnreadableScan):
        errors = [FieldError(field="", reason=str(error))]
    if kind is UNAVAILABLE:
        log.error("unavailable: %s", error)
    problem = describe(
        kind, detail=str(error) or kind.title, instance=request.url.path, errors=errors
    )
    headers = {}
    if kind is NOT_AUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="tallyman"'
    if kind is UNAVAILABLE:
        headers["Retry-After"] = "5"
    return _answer(request, problem, headers=headers)


def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it alone
    errors = field_errors(error.errors())
    detail = "; ".join(f"{e.field}: {e.reason}" if e.field else e.reason for e in errors[:3])
    if len(errors) > 3:  # noqa: PLR2004  three read well in one sentence
        detail += f"; and {len(errors) - 3} more"
    problem = describe(INVALID_INPUT, detail=detail, instance=request.url.path, errors=errors)
    return _answer(request, problem)


def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it alone
    phrase = HTTPStatus(error.status_code).phrase
    kind = _KIND_OF_STATUS.get(error.status_code)
    detail = str(error.detail or phrase)
    if kind is NOT_FOUND and detail == phrase:
        detail = f"there is nothing at {request.url.path}"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"{request.method} is not possible here; {allowed or 'nothing'} is"
    if kind is not None:
        problem = describe(kind, detail=detail, instance=request.url.path)
    else:
        problem = Problem(
            type="about:blank",
            title=phrase,
            status=error.status_code,
            detail=detail,
            instance=request.url.path,
        )
    return _answer(request, problem, headers=error.headers)


def _on_disconnect(request: Request, error: Exception) -> Response:
    # No one is there to read it; the status is for the metrics.
    log.info("%s %s: %s", request.method, request.url.path, error or "client went away")
    return Response(status_code=CLIENT_CLOSED_REQUEST)


def _on_unexpected(request: Request, error: Exception) -> Response:
    incident = uuid.uuid4().hex[:12]
    log.error("incident %s: %s %s", incident, request.method, request.url.path, exc_info=error)
    problem = describe(
        INTERNAL,
        detail=f"something failed on our side; quote incident {incident}",
        instance=request.url.path,
    ).model_copy(update={"incident": incident})
    return _answer(request, problem)


def _explain(slug: str) -> PlainTextResponse:
    kind = KINDS.get(slug)
    if kind is None:
        raise NotFound(f"no kind of problem is called {slug!r}")
    return PlainTextResponse(f"{kind.title} (HTTP {kind.status})\n\n{kind.remedy}\n")
