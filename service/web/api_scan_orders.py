"""`/v1/scan-orders`: what is to be scanned by when, and whether it was."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from service.usecases.scan_orders import MAX_REASON, MAX_SUBJECT, OrderState, ScanOrder
from service.web.auth import Reader, Submitter
from service.web.json_bodies import StrictJsonRoute
from service.web.schemas import Site
from service.web.wiring import UsesServices
from vision.scan import ScanKind

router = APIRouter(prefix="/v1/scan-orders", tags=["scan orders"], route_class=StrictJsonRoute)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class ScanOrderIn(BaseModel):
    """A container code or plate, and the sensor that is to see it by `due`."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=1, max_length=MAX_SUBJECT)]
    sensor: ScanKind = ScanKind.XRAY
    due: datetime
    reason: Annotated[str, Field(max_length=MAX_REASON)] = ""
    site: Site = "main"


class ScanOrderOut(BaseModel):
    """`state` is that of now; `made_by` the inspection that brought the scan."""

    number: int
    site: str
    subject: str
    sensor: ScanKind
    state: OrderState
    ordered_at: datetime
    due: datetime
    reason: str
    ordered_by: str
    cancelled_at: datetime | None
    cancelled_by: str
    made_by: str | None


@router.post("", status_code=201, response_model=ScanOrderOut)
def order_scan(order: ScanOrderIn, caller: Submitter, services: UsesServices) -> ScanOrderOut:
    """Have a container or vehicle scanned. A visit that brings no such scan by then is told to
    officers as a missed one.
    """
    made = services.scan_orders.order(
        order.subject,
        sensor=order.sensor,
        due=order.due,
        reason=order.reason,
        site=order.site,
        caller=caller,
    )
    return _out(made, services.clock())


@router.get("", response_model=list[ScanOrderOut])
def scan_orders(
    caller: Reader,
    services: UsesServices,
    site: Site | None = None,
    before: Annotated[int | None, Query(ge=1, description="below this number")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[ScanOrderOut]:
    """The newest first; go on below the last number of the page."""
    now = services.clock()
    return [
        _out(order, now)
        for order in services.scan_orders.store.list_orders(
            caller=caller, site=site, before=before, limit=limit
        )
    ]


@router.get("/{number}", response_model=ScanOrderOut)
def scan_order(number: Number, caller: Reader, services: UsesServices) -> ScanOrderOut:
    """One order, with whether the scan was made."""
    return _out(services.scan_orders.store.get(number, caller=caller), services.clock())


@router.delete("/{number}", response_model=ScanOrderOut)
def cancel_scan_order(number: Number, caller: Submitter, services: UsesServices) -> ScanOrderOut:
    """Take an order back. It stays on record with who did so; repeating is harmless."""
    return _out(services.scan_orders.cancel(number, caller=caller), services.clock())


def _out(order: ScanOrder, now: datetime) -> ScanOrderOut:
    return ScanOrderOut(
        number=order.number,
        site=order.site,
        subject=order.subject,
        sensor=order.sensor,
        state=order.state(now),
        ordered_at=order.ordered_at,
        due=order.due,
        reason=order.reason,
        ordered_by=order.ordered_by,
        cancelled_at=order.cancelled_at,
        cancelled_by=order.cancelled_by,
        made_by=order.made_by,
    )
