"""`POST /v1/reconcile`: an analysis, papers and registers in, a verdict out, nothing kept."""

from __future__ import annotations

from fastapi import APIRouter

from service.web.auth import Asker
from service.web.json_bodies import StrictJsonRoute
from service.web.language import ReadIn
from service.web.reconcile_schemas import ReconciledOut, ReconcileIn, reconciled_out
from service.web.wiring import UsesServices

router = APIRouter(prefix="/v1", tags=["reconcile"], route_class=StrictJsonRoute)


@router.post("/reconcile", response_model=ReconciledOut)
def reconcile_visit(
    visit: ReconcileIn, caller: Asker, services: UsesServices, language: ReadIn
) -> ReconciledOut:
    """Judge one visit by itself, by the very rules of the service.

    For trying papers and policies out, and for systems that keep their own records. Papers join by
    what they name and when; what was refused is in the answer with its reason.
    """
    del caller
    found = services.reconcile(
        visit.to_visit(),
        papers=[file.to_file() for file in visit.papers],
        registers=[file.to_file() for file in visit.registers],
        history=[earlier.to_visit() for earlier in visit.history],
    )
    return reconciled_out(found, language)
