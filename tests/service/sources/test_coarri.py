"""The messages are self-made after the public SMDG manuals; vessels and numbers are invented."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.coarri import COARRI

DISCHARGED = """UNB+UNOA:2+TERMINAL+LINE+240509:2204+5ECTA'
UNH+5+COARRI:D:95B:UN'
BGM+44:::DISCHARGE REPORT+240509220452+9'
TDT+20+008E+1++EXL+++9V1234:103::EXAMPLE MOON'
LOC+11+DEHAM:139:6+CTA:TER:ZZZ'
DTM+178:202405091500:203'
NAD+CA+EXL:160:166'
EQD+CN+CSQU3054383+4300:102:5++3+5'
DTM+203:202405092109:203'
LOC+147+0100112::5'
LOC+9+CNSHA:139:6'
MEA+WT+G+KGM:24200'
SEL'
CNT+16:1'
UNT+14+5'
UNZ+1+5ECTA'
"""


def read(text: str) -> Batch:
    data = text.encode()
    assert COARRI.recognises(data)
    file = PaperFile(name="dis.edi", data=data, site="north", local_zone=ZoneInfo("Europe/Berlin"))
    return COARRI.read(file, limits=Limits())


def movement(batch: Batch) -> Movement:
    body = batch.papers[0].body
    assert isinstance(body, Movement)
    return body


def test_a_discharge_is_reported_with_time_and_cell() -> None:
    batch = read(DISCHARGED)
    assert batch.papers[0].kind is PaperKind.LOADING_REPORT
    assert batch.papers[0].reference == "discharged/9V1234/008E/CSQU3054383"
    body = movement(batch)
    assert body.event is MovementEvent.DISCHARGED
    assert body.at == datetime(2024, 5, 9, 19, 9, tzinfo=UTC)
    assert (body.slot, body.equipment.gross_mass_kg) == ("0100112", 24200.0)
    assert (body.transport.vessel, body.transport.vessel_call_sign) == ("EXAMPLE MOON", "9V1234")
    assert (body.transport.place_of_loading, body.transport.place_of_discharge) == (
        "CNSHA",
        "DEHAM",
    )
    assert batch.papers[0].field_origins["at"] == "segment 8 DTM"


@pytest.mark.parametrize(
    ("code", "event"),
    [("46", "loaded"), ("122", "loaded"), ("119", "discharged"), ("24", "restowed")],
)
def test_the_document_name_says_what_happened(code: str, event: str) -> None:
    assert movement(read(DISCHARGED.replace("BGM+44", f"BGM+{code}"))).event == event


def test_a_date_alone_is_taken_with_a_doubt() -> None:
    batch = read(DISCHARGED.replace("203:202405092109:203", "203:20240509:102"))
    assert movement(batch).at == datetime(2024, 5, 8, 22, 0, tzinfo=UTC)
    assert "date without a time" in batch.doubts[0].reason


def test_a_time_that_is_none_refuses_the_container() -> None:
    batch = read(DISCHARGED.replace("202405092109:203'", "202413092109:203'"))
    assert batch.papers == ()
    assert "month must be in 1..12" in batch.refused[0].reason


def test_no_time_is_no_time() -> None:
    assert movement(read(DISCHARGED.replace("DTM+203:202405092109:203", "DTM+203"))).at is None


def test_an_estimated_gross_weight_is_the_gross_mass_and_a_seal_in_words_is_no_number() -> None:
    text = DISCHARGED.replace("MEA+WT+G+KGM", "MEA+AAE+EGW+KGM").replace("SEL'", "SEL+SI+CA'")
    batch = read(text)
    assert movement(batch).equipment.gross_mass_kg == 24200.0
    assert movement(batch).equipment.seals == ()
    assert batch.doubts[0].where == "segment 12 SEL"
    assert batch.doubts[0].reason == "left out: seal 'SI' is no number"
