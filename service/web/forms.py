"""The console's own small forms, read with limits; files come through `uploads` instead."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.errors import InvalidInput

MAX_BYTES = 64 * 1024
MAX_FIELDS = 30
URL_ENCODED = "application/x-www-form-urlencoded"


async def small_form(request: Request, *, max_bytes: int = MAX_BYTES) -> dict[str, str]:
    """The fields of a form; of a repeated one the last.

    Raises:
        HTTPException: 413 or 415.
        InvalidInput: too many fields, or not UTF-8.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != URL_ENCODED:
        raise HTTPException(415, f"expected {URL_ENCODED}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise HTTPException(
                413, f"more than {max_bytes} bytes of a form", headers={"Connection": "close"}
            )
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MAX_FIELDS,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError as problem:
        raise InvalidInput(f"malformed form: {problem}") from problem
    return dict(pairs)
