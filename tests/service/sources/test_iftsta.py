"""The messages are self-made after the public directories; names and numbers are invented."""

from datetime import UTC, datetime

import pytest

from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.edifact.writing import Sending, write_statuses
from service.sources.events import event_of_code, event_of_words
from service.sources.iftsta import IFTSTA

STATUS = """UNB+UNOC:3+LINE+SHIPPER+240501:1015+1'
UNH+28+IFTSTA:D:00B:UN'
BGM+23+D1+9'
DTM+137:202405010021:203'
NAD+CA+EXLU:160++EXAMPLE LINE+STREET 1+CITY1++99999+DE'
RFF+BN:B77'
RFF+EQ:CSQU3054383'
CNI+1+BL1'
STS+1+29::6:Discharged'
RFF+BM:BL1'
DTM+334:202404300710:203'
LOC+175+USNYC:139:6:NEW YORK'
TDT+20+118E+1++EXL:172:20+++9321483:146:11:EXAMPLE STAR'
LOC+9+NLRTM:139:6'
LOC+11+USNYC:139:6'
EQD+CN+CSQU3054383+45G1:102:5+++5'
SEL+S1+CA'
EQD+CN+MSKU7351770+45G1:102:5+++4'
CNI+2+BL1'
STS+1+P::HS:Rail Departed from In-Transit Locat'
DTM+334:202405010710:203'
LOC+175+:::SYRACUSE+US:162'
UNT+22+28'
UNZ+1+1'
"""


def read(data: str | bytes) -> Batch:
    data = data.encode() if isinstance(data, str) else data
    assert IFTSTA.recognises(data)
    return IFTSTA.read(PaperFile(name="sta.edi", data=data, site="north"), limits=Limits())


def movements(batch: Batch) -> list[Movement]:
    return [paper.body for paper in batch.papers if isinstance(paper.body, Movement)]


def test_each_status_of_each_container_is_a_paper() -> None:
    batch = read(STATUS)
    assert {paper.kind for paper in batch.papers} == {PaperKind.STATUS_EVENT}
    assert [paper.reference for paper in batch.papers] == [
        "D1/1/CSQU3054383",
        "D1/1/MSKU7351770",
        "D1/2/CSQU3054383",
    ]
    first, second, third = movements(batch)
    assert (first.event, first.place) == (MovementEvent.DISCHARGED, "USNYC")
    assert first.at == datetime(2024, 4, 30, 7, 10, tzinfo=UTC)
    assert (first.transport_document, first.booking, first.detail) == (
        "BL1",
        "B77",
        "29 Discharged",
    )
    assert (first.transport.vessel_imo, first.transport.place_of_loading) == ("9321483", "NLRTM")
    assert (first.equipment.seals, second.equipment.seals) == (("S1",), ())
    # The second consignment names its container in the head only, and no place by code.
    assert (third.event, third.place) == (MovementEvent.OTHER, "SYRACUSE")
    assert third.equipment.code == "CSQU3054383"


def test_a_status_without_a_container_is_refused() -> None:
    batch = read(STATUS.replace("RFF+EQ:", "RFF+AAA:"))
    assert len(batch.papers) == 2
    assert batch.refused[0].reason == "a status that names no container"


def test_a_report_without_a_status_is_refused() -> None:
    batch = read("UNH+1+IFTSTA:D:00B:UN'BGM+23+D1+9'UNT+3+1'")
    assert batch.refused[0].reason == "reports no status (STS)"


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("1", MovementEvent.ARRIVED),
        ("24", MovementEvent.DEPARTED),
        ("48", MovementEvent.LOADED),
        ("12", MovementEvent.CUSTOMS_RELEASED),
        ("17", MovementEvent.CUSTOMS_HELD),
        ("AE", MovementEvent.LOADED),
        ("OA", MovementEvent.GATE_OUT),
        ("GTIN", MovementEvent.GATE_IN),
        ("999", MovementEvent.OTHER),
    ],
)
def test_codes_mean_the_event_of_their_list(code: str, event: MovementEvent) -> None:
    assert event_of_code(code) is event


@pytest.mark.parametrize("text", ["Gate In", "gate_in", "GATE-IN", "GTIN", "I"])
def test_words_mean_the_same_however_they_are_spaced(text: str) -> None:
    assert event_of_words(text) is MovementEvent.GATE_IN


def test_written_statuses_are_read_back() -> None:
    written = Movement(
        event=MovementEvent.LOADED,
        equipment=Equipment(code="CSQU3054383", size_type="22G1", gross_mass_kg=12.5),
        at=datetime(2024, 5, 1, 9, 30, tzinfo=UTC),
        place="NLRTM",
        transport=Transport(vessel="EXAMPLE STAR", vessel_imo="9321483", voyage="118E"),
        transport_document="BL?1",
        detail="48",
    )
    sending = Sending(prepared_at=datetime(2024, 5, 1, 10, tzinfo=UTC))
    assert movements(read(write_statuses([("48", written)], sending))) == [written]
