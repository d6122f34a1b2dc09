"""What a person does about registers on an inspection's page: ask again, agree to see a hit."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from service.domain.access import Caller, Permission
from service.usecases.see_hit import see_hit
from service.web import sessions
from service.web.addresses import InspectionId
from service.web.api_registers import Number
from service.web.console.pages import with_person
from service.web.forms import small_form
from service.web.wiring import Services

router = APIRouter(prefix="/inspections/{inspection_id}/registers/{number}")


@router.post("/ask")
async def ask_form(inspection_id: InspectionId, number: Number, request: Request) -> Response:
    def ask(caller: Caller, services: Services) -> None:
        services.registers.ask_again(inspection_id, number, caller=caller)

    return await _done(inspection_id, request, ask)


@router.post("/view")
async def view_form(inspection_id: InspectionId, number: Number, request: Request) -> Response:
    def view(caller: Caller, services: Services) -> None:
        see_hit(inspection_id, number, caller=caller, desk=services.registers)

    return await _done(inspection_id, request, view)


async def _done(
    inspection_id: str, request: Request, act: Callable[[Caller, Services], None]
) -> Response:
    """Back on the page, where it shows."""
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))

    def then(caller: Caller, services: Services) -> Response:
        act(caller, services)
        return RedirectResponse(f"/inspections/{inspection_id}#registers", status_code=303)

    return await run_in_threadpool(with_person, request, Permission.DECIDE, then)
