"""`/v1/papers`: send files of papers in the formats of their senders, look papers up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from service.domain.access import Caller
from service.domain.papers.paper import PaperKind
from service.errors import InvalidInput, NotFound, UnreadablePapers
from service.usecases.check_goods import check_descriptions
from service.usecases.import_papers import FileReport
from service.usecases.paper_desk import AT_ONCE
from service.usecases.paper_ports import Outcome
from service.web.auth import Filer, Reader
from service.web.paper_schemas import (
    FileOut,
    ImportOut,
    PaperOut,
    PapersOut,
    QuestionIn,
    file_out,
    paper_out,
)
from service.web.problems import (
    UNREADABLE_PAPERS,
    FieldError,
    Problem,
    describe,
    problem_response,
)
from service.web.uploads import read_form
from service.web.wiring import Services, UsesServices

router = APIRouter(prefix="/v1/papers", tags=["papers"])

FIELDS = frozenset({"site"})
MAX_TEXT = 200
MOST_ERRORS = 100
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "papers; the content decides the format",
                        },
                        "site": {"type": "string", "example": "main"},
                    },
                    "required": ["files"],
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file of a request."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one file: a report, or why there is none."""

    name: str
    report: FileReport | None = None
    problem: UnreadablePapers | None = None

    def out(self) -> FileOut:
        if self.report is not None:
            return file_out(self.report)
        source = "unknown" if self.problem is None else self.problem.source
        reason = "" if self.problem is None else self.problem.reason
        return FileOut(name=self.name, source=source, problem=reason)

    def errors(self) -> list[FieldError]:
        if self.report is None:
            reason = "" if self.problem is None else self.problem.reason
            return [FieldError(field=self.name, reason=reason)]
        refused = [line for line in self.report.lines if line.outcome is Outcome.REFUSED]
        return [
            FieldError(
                field=f"{self.name}: {line.where}" if line.where else self.name,
                reason=line.reason,
            )
            for line in refused
        ]


@router.post(
    "",
    status_code=201,
    response_model=ImportOut,
    openapi_extra=_BODY,
    responses={
        200: {"model": ImportOut, "description": "everything in it had been filed before"},
        422: {"model": Problem, "description": "nothing could be taken"},
    },
)
async def send_papers(
    request: Request,
    caller: Filer,
    services: UsesServices,
    site: Annotated[str, Query(max_length=100, description="where they belong")] = "",
    name: Annotated[str, Query(max_length=MAX_TEXT, description="of a raw body")] = "upload",
) -> Response:
    """Send papers: a form with files, or one file as the raw body. The content decides the format.

    Each file is taken as a whole or not at all, statement by statement: what is refused says
    where and why. Sending a file again changes nothing. Inspections that the papers concern are
    judged again.
    """
    files, named_site = await _files(request, services, name)
    receipts = await run_in_threadpool(
        take_in, files, site=named_site or site, caller=caller, services=services
    )
    return answer(receipts, request.url.path)


async def _files(request: Request, services: Services, name: str) -> tuple[list[Sent], str]:
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        form = await read_form(request, known_fields=FIELDS, max_files=services.settings.max_files)
        files = [Sent(name=file.name, data=file.data) for file in form.files]
        site = form.one("site") or ""
    else:
        files, site = [Sent(name=name, data=await request.body())], ""
    if not files or not any(file.data for file in files):
        raise InvalidInput("at least one file that is not empty is needed", field="files")
    return files, site


def take_in(files: list[Sent], *, site: str, caller: Caller, services: Services) -> list[Receipt]:
    """File them one by one, and give them their effect for as long as a sender may wait."""
    only = min(caller.sites) if len(caller.sites) == 1 else services.settings.papers_site
    receipts = []
    for file in files:
        try:
            report = services.papers.take_in(file.name, file.data, site=site or only, caller=caller)
        except UnreadablePapers as problem:
            receipts.append(Receipt(name=file.name, problem=problem))
        else:
            receipts.append(Receipt(name=file.name, report=report))
    if not services.papers.follower.follow(budget=AT_ONCE):
        services.wake_papers()
    return receipts


def answer(receipts: list[Receipt], path: str) -> Response:
    """201 if something is new, 200 if all was there already, 422 if nothing could be taken."""
    reports = [receipt.report for receipt in receipts if receipt.report is not None]
    if any(report.anything_there for report in reports):
        out = ImportOut(files=[receipt.out() for receipt in receipts])
        new = any(file.taken for file in out.files)
        return JSONResponse(out.model_dump(mode="json"), status_code=201 if new else 200)
    errors = [error for receipt in receipts for error in receipt.errors()]
    detail = "; ".join(f"{e.field}: {e.reason}" for e in errors[:3])
    if len(errors) > 3:  # noqa: PLR2004 - three read well in one sentence
        detail += f"; and {len(errors) - 3} more"
    problem = describe(UNREADABLE_PAPERS, detail=detail, instance=path, errors=errors[:MOST_ERRORS])
    return problem_response(problem)


@router.get("", response_model=PapersOut)
def look_up(
    caller: Reader, services: UsesServices, asked: Annotated[QuestionIn, Query()]
) -> PapersOut:
    """Papers that name a container, plate or document, or have a reference; newest first.

    Of a bay plan only the container that was asked for is given.
    """
    found = services.papers.look_up(asked.to_question(), caller=caller)
    return PapersOut(papers=[paper_out(history) for history in found])


@router.get("/{kind}/{reference:path}", response_model=PaperOut)
def get_paper(
    kind: PaperKind,
    reference: str,
    caller: Reader,
    services: UsesServices,
    arrival: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="a revision; without it: what counts")
    ] = None,
) -> PaperOut:
    """A paper whole: every revision, and for each field the place that it was read at."""
    archive = services.papers.archive
    history = archive.history(kind, reference, caller=caller)
    shown = history.state.counts.arrival if arrival is None else arrival
    if shown not in {version.arrival for version in history.versions}:
        raise NotFound(f"{history.id} has no revision {shown}")
    paper = archive.revision(shown, caller=caller)
    return paper_out(history, shown=paper, findings=check_descriptions(paper))
