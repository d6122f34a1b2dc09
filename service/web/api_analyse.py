"""`/v1/analyse/...`: analysis without a record, for systems that keep their own."""

from __future__ import annotations

import anyio
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from service.errors import InvalidInput, UnreadableUpload
from service.web.auth import Asker
from service.web.schemas import FindingsOut, findings_out
from service.web.uploads import read_form
from service.web.wiring import Services, UsesServices
from vision.errors import UnreadableScan
from vision.findings import Analysis
from vision.scan import RawScan, ScanKind

router = APIRouter(prefix="/v1/analyse", tags=["stateless analysis"])
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "the file as the body, or multipart with one or more `files`",
        "content": {
            "application/octet-stream": _BINARY,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            },
        },
    }
}


@router.post("/{kind}", response_model=FindingsOut, openapi_extra=_BODY)
async def analyse(
    kind: ScanKind, request: Request, caller: Asker, services: UsesServices
) -> FindingsOut:
    """Findings and coverage of `xray`, `photo` or `radiation` files; nothing is stored."""
    del caller
    files = await _files(request, kind, services)
    limiter: anyio.CapacityLimiter = request.app.state.analysis_limit
    async with limiter:
        analysis = await run_in_threadpool(_analyse, services, files)
    return findings_out(analysis)


async def _files(request: Request, kind: ScanKind, services: Services) -> list[RawScan]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        form = await read_form(
            request, known_fields=frozenset(), max_files=services.settings.max_files
        )
        raw = list(form.files)
    else:
        raw = [RawScan(name="body", data=await request.body())]
    if not raw:
        raise InvalidInput("at least one file is needed", field="files")
    for file in raw:
        if file.kind not in (None, kind):
            raise InvalidInput(f"expected {kind.value}, sent as {file.kind}", field=file.name)
    return [RawScan(name=file.name, data=file.data, kind=kind) for file in raw]


def _analyse(services: Services, files: list[RawScan]) -> Analysis:
    for file in files:
        try:
            services.recognise(file)
        except UnreadableScan as problem:
            raise UnreadableUpload(str(problem), file=file.name) from problem
    return services.analyser.analyse(files)
