"""Multipart uploads, read as they stream in, with every limit counted while reading.

While they come, large files wait in temporary files without a name: an upload that is slow, cut
midway or refused costs little memory and leaves nothing behind.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

import anyio
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import InvalidInput
from service.web.problems import TOO_LARGE, describe, problem_response
from vision.scan import RawScan, ScanKind

if TYPE_CHECKING:  # it exists for type checkers alone
    from python_multipart.multipart import MultipartCallbacks

FILE_FIELDS: dict[str, ScanKind | None] = {
    "xray": ScanKind.XRAY,
    "photo": ScanKind.PHOTO,
    "radiation": ScanKind.RADIATION,
    "files": None,
}
MAX_FIELD_BYTES = 1024 * 1024
MAX_IN_MEMORY = 1024 * 1024
MAX_FIELDS = 200
MAX_HEADER_BYTES = 8192
MAX_NAME = 200
LINGER_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A multipart request: its files in order, and its text fields, each a list."""

    files: tuple[RawScan, ...]
    fields: dict[str, list[str]]

    def one(self, name: str) -> str | None:
        """The value of a field that may come once; None if absent or blank.

        Raises:
            InvalidInput: it came more than once.
        """
        values = self.fields.get(name, [])
        if len(values) > 1:
            raise InvalidInput(f"expected once, came {len(values)} times", field=name)
        return (values[0].strip() or None) if values else None

    def many(self, name: str) -> list[str]:
        """The values of a repeatable field, blanks left out."""
        return [value.strip() for value in self.fields.get(name, []) if value.strip()]


async def read_form(request: Request, *, known_fields: frozenset[str], max_files: int) -> Form:
    """Read a multipart request to its end.

    Raises:
        InvalidInput: not multipart, malformed, an unknown field, or too many files.
        ClientDisconnect: the client went away, or the body ended before its last boundary.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        came = request.headers.get("content-type", "no Content-Type")
        raise InvalidInput(f"expected multipart/form-data with a boundary, got {came}")
    with ExitStack() as open_files:
        parts = _Parts(known_fields=known_fields, max_files=max_files, open_files=open_files)
        try:
            parser = MultipartParser(boundary, parts.callbacks())
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except FormParserError as problem:
            raise InvalidInput(f"malformed multipart body: {problem}") from problem
        if not parts.ended:
            raise InvalidInput("the body ends before its last boundary; it was cut midway")
        return Form(files=tuple(file.read() for file in parts.files), fields=parts.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Incoming:
    name: str
    kind: ScanKind | None
    content: SpooledTemporaryFile[bytes]

    def read(self) -> RawScan:
        self.content.seek(0)
        return RawScan(name=self.name, data=self.content.read(), kind=self.kind)


@dataclass(slots=True, kw_only=True)
class _Parts:
    known_fields: frozenset[str]
    max_files: int
    open_files: ExitStack
    files: list[_Incoming] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    ended: bool = False
    _headers: dict[bytes, bytes] = field(default_factory=dict)
    _header_name: bytearray = field(default_factory=bytearray)
    _header_value: bytearray = field(default_factory=bytearray)
    _body: bytearray = field(default_factory=bytearray)
    _content: SpooledTemporaryFile[bytes] | None = None
    _name: str = ""
    _file_name: str | None = None
    _count: int = 0

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }

    def _on_part_begin(self) -> None:
        self._count += 1
        if self._count > MAX_FIELDS + self.max_files:
            raise InvalidInput(f"more than {MAX_FIELDS} fields")
        self._headers = {}
        self._body = bytearray()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        if len(self._header_value) + len(self._header_name) > MAX_HEADER_BYTES:
            raise InvalidInput("a part has a header that is too long")

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name = bytearray()
        self._header_value = bytearray()

    def _on_headers_finished(self) -> None:
        disposition, options = parse_options_header(
            self._headers.get(b"content-disposition", b"").decode("latin-1")
        )
        name = options.get(b"name")
        if disposition != b"form-data" or not name:
            raise InvalidInput("a part has no name in its Content-Disposition")
        self._name = name.decode("utf-8", "replace")
        raw = options.get(b"filename")
        self._file_name = None if raw is None else raw.decode("utf-8", "replace")
        if self._name in FILE_FIELDS:
            if len(self.files) >= self.max_files:
                raise InvalidInput(f"more than {self.max_files} files", field=self._name)
            self._content = self.open_files.enter_context(
                SpooledTemporaryFile(max_size=MAX_IN_MEMORY)  # noqa: SIM115 - the stack closes it
            )
        elif self._name not in self.known_fields:
            known = ", ".join(sorted([*FILE_FIELDS, *self.known_fields]))
            raise InvalidInput(f"unknown field; known are {known}", field=self._name[:80])

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._content is not None:
            self._content.write(data[start:end])
            return
        self._body += data[start:end]
        if len(self._body) > MAX_FIELD_BYTES:
            raise InvalidInput(f"longer than {MAX_FIELD_BYTES} bytes", field=self._name)

    def _on_part_end(self) -> None:
        if self._content is None:
            try:
                text = self._body.decode()
            except UnicodeDecodeError as problem:
                raise InvalidInput("not UTF-8", field=self._name) from problem
            self.fields.setdefault(self._name, []).append(text)
        elif self._content.tell() or self._file_name:
            # A form whose file input was left blank sends a part without name and content.
            number = len(self.files) + 1
            self.files.append(
                _Incoming(
                    name=_plain_name(self._file_name or "") or f"{self._name}-{number}",
                    kind=FILE_FIELDS[self._name],
                    content=self._content,
                )
            )
        self._content = None
        self._body = bytearray()

    def _on_end(self) -> None:
        self.ended = True


def _plain_name(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    return "".join(char for char in last if char.isprintable()).strip()[:MAX_NAME]


class LimitBody:
    """ASGI middleware: no request body beyond `max_bytes`, whatever its headers say.

    A Content-Length over the limit is refused before reading; a body without one is counted.
    A refused client is read from for a moment more, or it would see a reset connection instead
    of the answer.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = next((v for k, v in scope["headers"] if k == b"content-length"), b"")
        if declared.isdigit() and int(declared) > self._max_bytes:
            problem = describe(
                TOO_LARGE,
                detail=f"{int(declared)} bytes announced, at most {self._max_bytes} allowed",
                instance=scope["path"],
            )
            response = problem_response(problem, headers={"Connection": "close"})
            await response(scope, receive, _lingering(receive, send))
            return
        total = 0
        refused = False
        lingering = _lingering(receive, send)

        async def count() -> Message:
            nonlocal total, refused
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._max_bytes:
                refused = True
                raise HTTPException(
                    413,
                    f"more than {self._max_bytes} bytes came",
                    headers={"Connection": "close"},
                )
            return message

        async def answer(message: Message) -> None:
            await (lingering if refused else send)(message)

        await self._app(scope, count, answer)


def _lingering(receive: Receive, send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] != "http.response.body" or message.get("more_body", False):
            await send(message)
            return
        await send({**message, "more_body": True})
        with anyio.move_on_after(LINGER_S):
            more = True
            while more:
                part = await receive()
                more = part["type"] == "http.request" and bool(part.get("more_body", False))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return answer
