"""The console's page of papers: drop files, see what became of them, look papers up."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service.domain.access import Caller, Permission
from service.errors import Forbidden, InvalidInput
from service.usecases.check_goods import check_descriptions
from service.usecases.paper_desk import PaperDesk, Question
from service.usecases.paper_ports import PaperHistory
from service.web import sessions
from service.web.api_paper_files import FIELDS, Receipt, Sent, take_in
from service.web.console.pages import show, to_login
from service.web.paper_schemas import MAX_TEXT, PaperOut, paper_out
from service.web.uploads import Form, read_form
from service.web.wiring import services_of

router = APIRouter()
ITEMS_OF_A_PAGE = 100


@router.get("/papers")
def papers_page(request: Request) -> Response:
    """Search box and drop area; with `?q=` the papers that were found."""
    caller = _person(request, Permission.READ)
    if caller is None:
        return to_login(request)
    text = request.query_params.get("q", "").strip()[:MAX_TEXT]
    found = _found(services_of(request).papers, text, caller) if text else ()
    return _page(request, caller, q=text, papers=_with_findings(found))


@router.post("/papers/upload")
async def upload_papers(request: Request) -> Response:
    """File what was dropped, and show line by line what became of it."""
    caller = _person(request, Permission.FILE_PAPERS)
    if caller is None:
        return to_login(request)
    services = services_of(request)
    try:
        form = await read_form(
            request, known_fields=FIELDS | {"csrf"}, max_files=services.settings.max_files
        )
        sessions.check_csrf(request, form.one("csrf"))
        files = _chosen(form)
        receipts = await run_in_threadpool(
            take_in, files, site=form.one("site") or "", caller=caller, services=services
        )
    except InvalidInput as problem:
        return _page(request, caller, message=problem.reason, status=422)
    return _page(request, caller, receipts=receipts)


def _chosen(form: Form) -> list[Sent]:
    files = [Sent(name=file.name, data=file.data) for file in form.files if file.data]
    if not files:
        raise InvalidInput("choose at least one file that is not empty")
    return files


def _found(desk: PaperDesk, text: str, caller: Caller) -> Sequence[PaperHistory]:
    return desk.look_up(Question.by(text), caller=caller)


def _with_findings(found: Sequence[PaperHistory]) -> list[PaperOut]:
    """Descriptions are read until there were enough for a page."""
    papers, left = [], ITEMS_OF_A_PAGE
    for history in found:
        findings = check_descriptions(history.paper, most=left) if left > 0 else ()
        left -= len(findings)
        papers.append(paper_out(history, findings=findings))
    return papers


def _person(request: Request, permission: Permission) -> Caller | None:
    """Who is signed in; None: no one. Raises: Forbidden: the role does not grant it."""
    caller = sessions.read_session(request)
    if caller is not None and not caller.may(permission):
        raise Forbidden(f"the role {caller.role.value} may not {permission.value}")
    return caller


def _page(
    request: Request,
    caller: Caller,
    *,
    q: str = "",
    papers: Sequence[PaperOut] = (),
    receipts: Sequence[Receipt] = (),
    message: str = "",
    status: int = 200,
) -> Response:
    settings = services_of(request).settings
    return show(
        request,
        "papers.html",
        caller,
        status=status,
        may_file=caller.may(Permission.FILE_PAPERS),
        q=q,
        papers=papers,
        files=[receipt.out() for receipt in receipts],
        message=message,
        site=min(caller.sites) if caller.sites else settings.papers_site,
        limit_mb=settings.max_upload_mb,
    )
