"""`/docs`: the API on one page, made from its OpenAPI document; needs nothing from elsewhere."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from service.web import openapi, problems, sessions
from service.web.console.pages import show, templates

router = APIRouter(include_in_schema=False)


def _pretty(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


templates.env.filters["pretty"] = _pretty


@router.get("/docs")
def docs(request: Request) -> Response:
    """For anyone who can reach the server, as /openapi.json is."""
    return show(
        request,
        "docs.html",
        sessions.read_session(request),
        document=request.app.openapi(),
        groups=openapi.operations(request.app),
        kinds=problems.KINDS.values(),
        address=str(request.base_url).rstrip("/"),
    )
