"""JSON request bodies: of bounded size, in UTF-8, and nothing that JSON does not have.

FastAPI reads a body before it asks who is calling, so the size is limited here; Python's own
parser would accept UTF-16, NaN and numbers that no other system can read back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MAX_BYTES = 4 * 1024 * 1024
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictJsonRoute(APIRoute):
    """Parses with `StrictJsonRequest`."""

    def get_route_handler(self) -> _Handler:
        handler = super().get_route_handler()
        takes_json = self.body_field is not None

        async def strict(request: Request) -> Response:
            if not takes_json:
                return await handler(request)
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                came = repr(kind[:80]) if kind else "no Content-Type"
                raise HTTPException(415, f"expected application/json, got {came}")
            return await handler(StrictJsonRequest(request.scope, request.receive))

        return strict


class StrictJsonRequest(Request):
    """A request whose JSON is what RFC 8259 allows.

    Raises:
        HTTPException: 413 if too long, 422 if it is not such JSON.
    """

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            parts, total = [], 0
            async for chunk in self.stream():
                total += len(chunk)
                if total > MAX_BYTES:
                    raise HTTPException(
                        413, f"more than {MAX_BYTES} bytes of JSON", headers={"Connection": "close"}
                    )
                parts.append(chunk)
            self._body = b"".join(parts)
        return self._body

    async def json(self) -> Any:
        try:
            return parse(await self.body())
        except ValueError as problem:
            raise HTTPException(422, f"the body is no JSON: {problem}") from problem


def parse(body: bytes) -> Any:
    """Raises: ValueError: not UTF-8, not JSON, nested too deeply, or a number beyond a double."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ValueError(f"expected UTF-8, byte {problem.start} is none") from None
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as problem:
        raise ValueError(f"{problem.msg}, line {problem.lineno} column {problem.colno}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is beyond a double")
    return value
