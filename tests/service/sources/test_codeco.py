"""The messages are self-made after the public SMDG and ITIGG manuals; numbers are invented."""

from datetime import UTC, datetime

from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import Function, PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.codeco import CODECO
from service.sources.edifact.writing import Sending, write_container_list

IN = """UNB+UNOA:2+TERMINAL+LINE+240501:1015+91'
UNH+1+CODECO:D:95B:UN:ITG14'
BGM+34+G1+9'
TDT+20+118E+1++EXL:172:166+++9321483:146:11:EXAMPLE STAR'
NAD+CF+EXL:160:184'
EQD+CN+CSQU3054383+45G1:102:5++2+5'
RFF+BN:B77'
DTM+7:202405010831:203'
LOC+165+NLRTM:139:6+ECT:TER:ZZZ'
LOC+11+USNYC:139:6'
MEA+AAE+G+KGM:23,5'
SEL+A?'B?+1+CA'
TDT+1++3++TRK:172:20+++BX-GH-12:146'
EQD+CH+EXLZ123456'
CNT+16:2'
UNT+15+1'
UNZ+1+91'
"""


def read(data: str | bytes) -> Batch:
    data = data.encode() if isinstance(data, str) else data
    assert CODECO.recognises(data)
    return CODECO.read(PaperFile(name="gate.edi", data=data, site="north"), limits=Limits())


def test_a_gate_move_names_container_truck_and_seal() -> None:
    batch = read(IN)
    (paper,) = batch.papers
    assert (paper.kind, paper.reference) == (PaperKind.GATE_MOVE, "gate_in/G1/CSQU3054383")
    body = paper.body
    assert isinstance(body, Movement)
    assert (body.event, body.place, body.booking) == (MovementEvent.GATE_IN, "NLRTM", "B77")
    assert body.at == datetime(2024, 5, 1, 8, 31, tzinfo=UTC)
    assert body.transport.plates == ("BXGH12",)
    assert body.transport.vessel == "EXAMPLE STAR"
    assert body.equipment.seals == ("A'B+1",)
    assert body.equipment.gross_mass_kg == 23.5


def test_a_chassis_is_no_container() -> None:
    assert read(IN).refused[0].reason == "equipment 'CH' is no container"


def test_out_and_in_are_told_apart() -> None:
    body = read(IN.replace("BGM+34", "BGM+36")).papers[0].body
    assert isinstance(body, Movement)
    assert body.event is MovementEvent.GATE_OUT


def test_an_amended_gate_move_is_the_same_paper() -> None:
    (paper,) = read(IN.replace("G1+9", "G1+5")).papers
    assert paper.revision.function is Function.AMENDMENT
    assert paper.reference == read(IN).papers[0].reference


def test_a_written_gate_move_is_read_back() -> None:
    moves = [
        Movement(
            event=MovementEvent.GATE_OUT,
            equipment=Equipment(code=code, size_type="22G1", seals=("S?1",), gross_mass_kg=1200.5),
            at=datetime(2024, 5, 1, 9, 30, tzinfo=UTC),
            place="NLRTM",
            transport=Transport(
                vessel="EXAMPLE STAR",
                vessel_imo="9321483",
                voyage="118E",
                plates=("BXGH12",),
                place_of_discharge="USNYC",
            ),
            booking="B'1",
            detail="36",
        )
        for code in ("CSQU3054383", "MSKU7351770")
    ]
    sending = Sending(prepared_at=datetime(2024, 5, 1, 10, tzinfo=UTC))
    batch = read(write_container_list("CODECO", moves, sending))
    assert [paper.body for paper in batch.papers] == moves
