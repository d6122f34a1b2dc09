"""Control results of inspections, and `/v1/budgets`: what rules promised and what they did."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from service.domain.access import Caller
from service.domain.reconcile.words import title_of
from service.errors import NotFound
from service.web.addresses import InspectionId
from service.web.auth import Decider, Manager, Reader
from service.web.budget_schemas import (
    ControlResultIn,
    ControlResultOut,
    StandingIn,
    StandingOut,
    standing_out,
)
from service.web.json_bodies import StrictJsonRoute
from service.web.language import ReadIn
from service.web.schemas import Site
from service.web.wiring import Services, UsesServices

router = APIRouter(prefix="/v1", tags=["budgets"], route_class=StrictJsonRoute)
MOST_STATES = 200
SiteName = Annotated[str, Path(max_length=100)]
RuleName = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9_]+$")]


@router.post(
    "/inspections/{inspection_id}/control-results",
    status_code=201,
    response_model=ControlResultOut,
)
def record_control_result(
    inspection_id: InspectionId, result: ControlResultIn, caller: Decider, services: UsesServices
) -> ControlResultOut:
    """What came of looking into the load of a decided inspection; the last one counts.

    Nothing found is as valuable as something: it is how rules learn to be quiet.
    """
    recorded = services.budgets.record(
        inspection_id, outcome=result.outcome, what=result.what, caller=caller
    )
    services.wake_papers()
    return ControlResultOut.model_validate(recorded, from_attributes=True)


@router.get("/inspections/{inspection_id}/control-results", response_model=list[ControlResultOut])
def control_results(
    inspection_id: InspectionId, caller: Reader, services: UsesServices
) -> list[ControlResultOut]:
    """All of one inspection, oldest first."""
    services.repository.case_file(inspection_id, caller=caller)
    return [
        ControlResultOut.model_validate(result, from_attributes=True)
        for result in services.budgets.store.control_results(inspection_id)
    ]


@router.get("/budgets", response_model=list[StandingOut])
def budgets(
    caller: Reader, services: UsesServices, language: ReadIn, site: Site | None = None
) -> list[StandingOut]:
    """Every rule that has judged a clean load, at one site or all: promised beside observed."""
    sites = [name for name in sites_of(services, caller) if site in {None, name}]
    return [
        standing_out(name, standing, title=title_of(standing.rule, language))
        for name in sites
        for standing in services.budgets.observed(name)
        if standing.clean or standing.by
    ]


def sites_of(services: Services, caller: Caller) -> list[str]:
    """Sites with results that the caller may see."""
    return [site for site in services.budgets.store.sites() if caller.sees(site)]


@router.get("/budgets/{site}/{rule}", response_model=list[StandingOut])
def past_states(
    site: SiteName, rule: RuleName, caller: Reader, services: UsesServices, language: ReadIn
) -> list[StandingOut]:
    """What became of a rule at a site, when, why, and by whom if it was a person; newest first."""
    _seen(site, caller)
    return [
        standing_out(site, standing, title=title_of(standing.rule, language))
        for standing in services.budgets.store.past_standings(site, rule, limit=MOST_STATES)
    ]


def _seen(site: str, caller: Caller) -> None:
    if not caller.sees(site):
        raise NotFound(f"there is no site {site}")


@router.post("/budgets/{site}/{rule}", response_model=StandingOut)
def set_state(  # noqa: PLR0917 - path and body
    site: SiteName,
    rule: RuleName,
    word: StandingIn,
    caller: Manager,
    services: UsesServices,
    language: ReadIn,
) -> StandingOut:
    """A person's word: it holds until a person says otherwise, or leaves it to the record."""
    _seen(site, caller)
    standing = services.budgets.set_state(
        site, rule, state=word.state.state, reason=word.reason, caller=caller
    )
    return standing_out(site, standing, title=title_of(rule, language))
