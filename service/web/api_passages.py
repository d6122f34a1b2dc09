"""`/v1/passages`: a portal sends its records while the vehicle passes, and learns of an alarm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.domain.passage import PassageRecord
from service.errors import NotConfigured
from service.usecases import passage as usecase
from service.usecases.passage import PassageState
from service.web.auth import Reader, Submitter
from service.web.schemas import Reference, Site
from service.web.wiring import LivePassages, Services, UsesServices
from vision.findings import Channel, CountTest, CoverageEntry

router = APIRouter(prefix="/v1/passages", tags=["live passages"])
Counts = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
PanelName = Annotated[str, Field(min_length=1, max_length=50)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PassageIn(_Strict):
    """What a passage belongs to; `panels` names the gamma panels in the order of the counts."""

    site: Site = "main"
    lane: Annotated[str, Field(max_length=100)] = ""
    panels: Annotated[list[PanelName], Field(min_length=1, max_length=64)] = ["1"]
    declaration_ref: Reference | None = None
    registration_refs: Annotated[list[Reference], Field(max_length=20)] = []


class RecordIn(_Strict):
    """One interval. `windows`: counts between the energies of the README, all or none."""

    sequence: Annotated[int, Field(ge=0)]
    duration_s: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
    gamma: Annotated[list[Counts], Field(min_length=1, max_length=64)]
    occupied: bool
    neutron: Counts | None = None
    windows: Annotated[list[Counts], Field(max_length=100)] | None = None

    def to_domain(self) -> PassageRecord:
        return PassageRecord(
            sequence=self.sequence,
            duration_s=self.duration_s,
            gamma=tuple(self.gamma),
            occupied=self.occupied,
            neutron=self.neutron,
            windows=None if self.windows is None else tuple(self.windows),
        )


class RecordsIn(_Strict):
    records: Annotated[list[RecordIn], Field(min_length=1, max_length=2000)]


class AlarmOut(BaseModel):
    """Alarm state of one channel for one vehicle of the passage, as far as it has come."""

    occupancy: int
    channel: Channel
    alarm: bool
    z: float
    threshold: float | None
    interval_s: tuple[float, float] | None
    tests: list[CountTest]


class PassageOut(BaseModel):
    """`missing` lists first and last number of each gap; what follows a gap is not judged yet."""

    id: str
    site: str
    lane: str
    received: int
    next_sequence: int
    missing: list[tuple[int, int]]
    alarms: list[AlarmOut]
    coverage: list[CoverageEntry]
    inspection_id: str | None
    url: str


class ClosedOut(BaseModel):
    """The inspection that the passage became."""

    id: str
    inspection_id: str
    inspection_url: str


@router.post("", status_code=201, response_model=PassageOut)
def open_passage(body: PassageIn, caller: Submitter, services: UsesServices) -> PassageOut:
    """Begin a passage."""
    live = _live(services)
    opened = usecase.open_passage(
        site=body.site,
        lane=body.lane,
        panels=tuple(body.panels),
        declaration_ref=body.declaration_ref,
        registration_refs=tuple(body.registration_refs),
        caller=caller,
        store=live.store,
        clock=services.clock,
    )
    return _out(usecase.state(opened, store=live.store, analyser=live.analyser))


@router.get("/{passage_id}", response_model=PassageOut)
def get_passage(passage_id: str, caller: Reader, services: UsesServices) -> PassageOut:
    """What has come so far."""
    live = _live(services)
    opened = live.store.passage(passage_id, caller=caller)
    return _out(usecase.state(opened, store=live.store, analyser=live.analyser))


@router.post("/{passage_id}/records", response_model=PassageOut)
def add_records(
    passage_id: str, body: RecordsIn, caller: Submitter, services: UsesServices
) -> PassageOut:
    """Add consecutive records. Repeat them as often as the network needs."""
    live = _live(services)
    state = usecase.add_records(
        passage_id,
        [record.to_domain() for record in body.records],
        caller=caller,
        store=live.store,
        analyser=live.analyser,
    )
    return _out(state)


@router.post("/{passage_id}/close", status_code=202, response_model=ClosedOut)
def close_passage(passage_id: str, caller: Submitter, services: UsesServices) -> ClosedOut:
    """End the passage; its records become the evidence of an inspection."""
    inspection = usecase.close_passage(
        passage_id,
        caller=caller,
        store=_live(services).store,
        repository=services.repository,
        blobs=services.blobs,
        recognise=services.recognise,
        clock=services.clock,
    )
    services.wake()
    return ClosedOut(
        id=passage_id,
        inspection_id=inspection.id,
        inspection_url=f"/v1/inspections/{inspection.id}",
    )


def _live(services: Services) -> LivePassages:
    if services.live is None:
        raise NotConfigured("live passages are not set up")
    return services.live


def _out(state: PassageState) -> PassageOut:
    opened = state.passage
    return PassageOut(
        id=opened.id,
        site=opened.site,
        lane=opened.lane,
        received=state.received,
        next_sequence=state.next_sequence,
        missing=list(state.missing),
        alarms=[
            AlarmOut(
                occupancy=count.occupancy,
                channel=count.channel,
                alarm=count.alarm,
                z=count.z,
                threshold=count.provenance.threshold,
                interval_s=count.evidence.interval_s,
                tests=list(count.tests),
            )
            for count in state.counts
        ],
        coverage=list(state.coverage),
        inspection_id=opened.inspection_id,
        url=f"/v1/passages/{opened.id}",
    )
