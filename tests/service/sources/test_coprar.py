"""The messages are self-made after the public SMDG manuals; vessels and numbers are invented."""

import pytest

from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import Function, PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.coprar import COPRAR

LOAD = """UNB+UNOA:2+LINE+TERMINAL+240501:1015+90'
UNH+1+COPRAR:D:00B:UN:SMDG21'
BGM+45+L100+9+AB'
DTM+137:202405011000:203'
RFF+VON:118E'
TDT+20++1++EXL:172:20+++9321483:146:11:EXAMPLE STAR'
LOC+9+NLRTM:139:6+ECT:TER:ZZZ'
NAD+CF+EXL:160:20'
EQD+CN+CSQU3054383+22G1:102:5++2+5'
RFF+BN:B001'
LOC+11+USNYC:139:6'
LOC+7+USCHI:139:6'
MEA+AAE+VGM+KGM:24500'
MEA+AAE+T+KGM:2200'
SEL+S1+CA'
SEL+S2+SH'
DGS+IMD+8+1824++2'
EQD+CN+MSKU7351770+45G1:102:5++2+4'
LOC+11+USNYC:139:6'
CNT+16:2'
UNT+20+1'
UNZ+1+90'
"""


def read(text: str) -> Batch:
    data = text.encode()
    assert COPRAR.recognises(data)
    return COPRAR.read(PaperFile(name="load.edi", data=data, site="north"), limits=Limits())


def test_each_container_is_ordered_onto_the_vessel() -> None:
    first, second = read(LOAD).papers
    assert first.kind is PaperKind.LOADING_ORDER
    assert first.reference == "to_load/9321483/118E/CSQU3054383"
    body = first.body
    assert isinstance(body, Movement)
    assert (body.event, body.at, body.booking) == (MovementEvent.TO_LOAD, None, "B001")
    assert body.equipment.seals == ("S1", "S2")
    assert (body.equipment.tare_kg, body.equipment.verified_gross_mass_kg) == (2200.0, 24500.0)
    assert body.equipment.dangerous[0].packing_group == "II"
    transport = body.transport
    assert (transport.place_of_loading, transport.place_of_discharge) == ("NLRTM", "USNYC")
    assert (transport.place_of_destination, transport.voyage) == ("USCHI", "118E")
    assert first.field_origins["equipment.seals"] == "segment 15 SEL"
    assert isinstance(second.body, Movement)
    assert second.body.equipment.seals == ()


def test_a_list_that_takes_a_container_back_cancels_its_order() -> None:
    batch = read(LOAD.replace("L100+9", "L101+3"))
    assert [paper.body for paper in batch.papers] == [None, None]
    assert {paper.revision.function for paper in batch.papers} == {Function.CANCELLATION}
    assert [p.reference for p in batch.papers] == [p.reference for p in read(LOAD).papers]


def test_without_a_vessel_call_the_amended_message_names_the_order() -> None:
    anonymous = LOAD.replace("TDT+20++1++EXL:172:20+++9321483:146:11:EXAMPLE STAR'", "FTX+AAA+++X'")
    amended = anonymous.replace("BGM+45+L100+9+AB", "BGM+45+L101+5").replace(
        "RFF+VON:118E", "RFF+ACW:L100"
    )
    assert read(anonymous).papers[0].reference == "to_load/L100/CSQU3054383"
    assert read(amended).papers[0].reference == "to_load/L100/CSQU3054383"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("CNT+16:2", "CNT+16:3", "CNT counts '3' containers, there are 2"),
        ("BGM+45", "BGM+46", "BGM 1001 '46' is none of 43 to_discharge"),
        ("MSKU7351770", "CSQU3054383", "CSQU3054383 stands already in segment 8 EQD"),
        ("CN+MSKU7351770", "GE+1", "equipment 'GE' is no container"),
        ("MSKU7351770", "?", "expected a container number of 4 to 17 letters and digits"),
    ],
)
def test_what_is_not_taken_is_named(old: str, new: str, reason: str) -> None:
    assert reason in read(LOAD.replace(old, new)).refused[0].reason


def test_a_message_of_another_type_in_the_interchange_is_refused_by_name() -> None:
    other = "UNH+2+COARRI:D:00B:UN'BGM+46+X+9'UNT+3+2'UNZ+2"
    batch = read(LOAD.replace("UNZ+1", other))
    assert len(batch.papers) == 2
    assert batch.refused[0].reason.startswith("COARRI in an interchange of COPRAR")
    assert batch.refused[0].where == "message 2, segment 1 UNH"
