"""`/v1/inspections/{id}/alike`: decided loads that look like this one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from service.usecases.goods_library import Alike, alike
from service.web.addresses import InspectionId
from service.web.auth import Reader
from service.web.wiring import UsesServices

router = APIRouter(prefix="/v1/inspections/{inspection_id}/alike", tags=["evidence"])


class AlikeOut(BaseModel):
    """`likeness` is the cosine of the two looks, 1 for the very same. `picture` is its scan."""

    inspection_id: str
    captured_at: datetime
    heading: str
    likeness: float
    same_heading: bool
    same_box: bool
    container_code: str
    reference: str
    model: str
    picture: str


@router.get("", response_model=list[AlikeOut])
def get_alike(
    inspection_id: InspectionId,
    caller: Reader,
    services: UsesServices,
    limit: Annotated[int, Query(ge=1, le=50)] = 6,
) -> list[AlikeOut]:
    """The nearest first, of the same site and scanner. Only loads that were released, or opened
    and found clean, with goods of one heading in one container, are in the library.
    """
    found = alike(
        inspection_id,
        limit=limit,
        caller=caller,
        repository=services.repository,
        library=services.library,
    )
    return [alike_out(each) for each in found]


def alike_out(each: Alike) -> AlikeOut:
    load = each.load
    return AlikeOut(
        inspection_id=load.inspection_id,
        captured_at=load.at,
        heading=load.heading,
        likeness=round(each.cosine, 3),
        same_heading=each.same_heading,
        same_box=each.same_box,
        container_code=load.container_code,
        reference=load.reference,
        model=load.mark.model,
        picture=f"/v1/inspections/{load.inspection_id}/files/{load.scan_sha256}/picture",
    )
