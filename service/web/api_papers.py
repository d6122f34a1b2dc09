"""`/v1/declarations` and `/v1/registrations`: papers, before or after the scan."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from service.domain.declaration import Declaration
from service.domain.registration import Registration
from service.usecases.file_papers import file_declaration, file_registration
from service.web.auth import Filer, Reader
from service.web.json_bodies import StrictJsonRoute
from service.web.schemas import DeclarationIn, RegistrationIn
from service.web.wiring import UsesServices

router = APIRouter(prefix="/v1", tags=["papers"], route_class=StrictJsonRoute)
FiledUnder = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


@router.post("/declarations", status_code=201, response_model=Declaration)
def send_declaration(
    declaration: DeclarationIn, caller: Filer, services: UsesServices
) -> Declaration:
    """File a declaration. Inspections that name it are judged again at once."""
    return file_declaration(
        declaration.to_domain(),
        caller=caller,
        repository=services.repository,
        clock=services.clock,
        judge=services.judge,
    )


@router.get("/declarations/{reference:path}", response_model=Declaration)
def get_declaration(reference: FiledUnder, caller: Reader, services: UsesServices) -> Declaration:
    """The newest version."""
    return services.repository.declaration(reference, caller=caller)


@router.post("/registrations", status_code=201, response_model=Registration)
def send_registration(
    registration: RegistrationIn, caller: Filer, services: UsesServices
) -> Registration:
    """File a register entry. Inspections that read its plate are judged again at once."""
    return file_registration(
        registration.to_domain(),
        caller=caller,
        repository=services.repository,
        clock=services.clock,
        judge=services.judge,
    )


@router.get("/registrations/{reference:path}", response_model=Registration)
def get_registration(reference: FiledUnder, caller: Reader, services: UsesServices) -> Registration:
    """The newest version."""
    return services.repository.registration(reference, caller=caller)
