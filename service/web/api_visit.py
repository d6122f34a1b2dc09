"""`/v1/inspections/{id}/papers`: what belongs to a visit, and a person's word on it."""

from __future__ import annotations

from fastapi import APIRouter

from service.domain.access import Caller
from service.nomenclature.mass_file import read_priors
from service.usecases.check_goods import check_visit
from service.usecases.paper_desk import PaperDesk
from service.web.auth import Decider, Reader
from service.web.paper_schemas import CorrectionIn, VisitOut, visit_out
from service.web.wiring import Services, UsesServices

router = APIRouter(prefix="/v1/inspections/{inspection_id}/papers", tags=["papers"])


@router.get("", response_model=VisitOut)
def get_visit(inspection_id: str, caller: Reader, services: UsesServices) -> VisitOut:
    """Papers, weighings and scans of the visit: certain, doubtful and possible, with reasons."""
    return _visit_out(services, inspection_id, caller)


@router.post("/corrections", status_code=201, response_model=VisitOut)
def add_correction(
    inspection_id: str, correction: CorrectionIn, caller: Decider, services: UsesServices
) -> VisitOut:
    """Join something to the visit, take it away, or undo either. It goes before any computation.

    The inspection is judged again, and so are other visits that it concerns.
    """
    desk: PaperDesk = services.papers
    desk.correct(
        inspection_id,
        action=correction.action,
        subject=correction.subject,
        undoes=correction.undoes,
        note=correction.note,
        caller=caller,
    )
    return _visit_out(services, inspection_id, caller)


def _visit_out(services: Services, inspection_id: str, caller: Caller) -> VisitOut:
    assembled = services.papers.visit(inspection_id, caller=caller)
    priors = read_priors(services.settings.data_dir)
    return visit_out(assembled, findings=check_visit(assembled, priors=priors))
