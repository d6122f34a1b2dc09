"""The page of budgets: what each rule promised, what it did, and a person's word on it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from service.domain.access import Caller, Permission
from service.domain.budget.standing import State
from service.domain.decision import ControlOutcome
from service.domain.reconcile.words import title_of
from service.errors import Conflict, InvalidInput
from service.web import sessions
from service.web.addresses import InspectionId
from service.web.api_budgets import sites_of
from service.web.budget_schemas import WordState, standing_out
from service.web.console.pages import show, with_person
from service.web.forms import small_form
from service.web.language import of_page
from service.web.wiring import Services

router = APIRouter()


@router.get("/budgets")
def budgets_page(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        return _page(request, caller, services)

    return with_person(request, Permission.READ, then)


def _page(
    request: Request, caller: Caller, services: Services, *, message: str = "", status: int = 200
) -> Response:
    language = of_page(request)
    sites = {
        site: sorted(
            (
                standing_out(site, standing, title=title_of(standing.rule, language))
                for standing in services.budgets.observed(site)
                if standing.clean or standing.by
            ),
            key=lambda s: (s.state is State.ACTIVE, -(s.observed or 0.0), s.title),
        )
        for site in sites_of(services, caller)
    }
    return show(
        request,
        "budgets.html",
        caller,
        status=status,
        sites=sites,
        may_manage=caller.may(Permission.MANAGE),
        message=message,
    )


@router.post("/budgets")
async def set_state(request: Request) -> Response:
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))

    def then(caller: Caller, services: Services) -> Response:
        try:
            services.budgets.set_state(
                form.get("site", ""),
                form.get("rule", ""),
                state=WordState(form.get("state", "")).state,
                reason=form.get("reason", ""),
                caller=caller,
            )
        except (InvalidInput, ValueError) as problem:
            words = problem.reason if isinstance(problem, InvalidInput) else "choose a state"
            return _page(request, caller, services, message=words, status=422)
        return RedirectResponse("/budgets", status_code=303)

    return await run_in_threadpool(with_person, request, Permission.MANAGE, then)


@router.post("/inspections/{inspection_id}/control-result")
async def control_result(inspection_id: InspectionId, request: Request) -> Response:
    """What came of looking into the load, from the inspection page."""
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))

    def then(caller: Caller, services: Services) -> Response:
        place = f"/inspections/{inspection_id}"
        try:
            services.budgets.record(
                inspection_id,
                outcome=ControlOutcome(form.get("outcome", "")),
                what=form.get("what", ""),
                caller=caller,
            )
        except (InvalidInput, Conflict, ValueError):
            return RedirectResponse(f"{place}?control=incomplete#control", status_code=303)
        services.wake_papers()
        return RedirectResponse(f"{place}#control", status_code=303)

    return await run_in_threadpool(with_person, request, Permission.DECIDE, then)
