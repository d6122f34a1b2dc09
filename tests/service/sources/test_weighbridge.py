from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.paper import Function, PaperKind
from service.sources import Batch, Limits, PaperFile, UnreadablePaper
from service.sources.weighbridge import WEIGHBRIDGE

TABLE = (
    "ticket,scale,plate,trailer,gross_kg,tare_kg,net_kg,timestamp\n"
    "17,W1,B-AB 12,AN 9,24560,12340,12220,2024-05-01T10:15:00Z\n"
)


def read(data: str | bytes) -> Batch:
    data = data.encode() if isinstance(data, str) else data
    assert WEIGHBRIDGE.recognises(data[:4096])
    file = PaperFile(name="w.csv", data=data, site="north", local_zone=ZoneInfo("Europe/Berlin"))
    return WEIGHBRIDGE.read(file, limits=Limits())


def weighing(batch: Batch, number: int = 0) -> Weighing:
    body = batch.papers[number].body
    assert isinstance(body, Weighing)
    return body


def test_a_ticket_states_masses_plates_and_time() -> None:
    batch = read(TABLE)
    (paper,) = batch.papers
    assert (paper.kind, paper.reference) == (PaperKind.WEIGHBRIDGE_TICKET, "W1/17")
    assert paper.body == Weighing(
        gross_kg=24560.0,
        method=MassMethod.WEIGHBRIDGE,
        at=datetime(2024, 5, 1, 10, 15, tzinfo=UTC),
        plates=("BAB12", "AN9"),
        tare_kg=12340.0,
        scale_id="W1",
    )
    assert paper.origin.where == "line 2"
    assert paper.field_origins["gross_kg"] == "line 2 column gross_kg"
    assert (batch.refused, batch.doubts) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "Wiegeschein;Kennzeichen;Brutto (kg);Tara (kg);Datum;Uhrzeit\n"
        "17;B-AB 12;24.560;12.340;01.05.2024;12:15\n",
        "Ticket No\tVehicle\tGross (t)\tTare (t)\tWeighed at\n"
        "17\tB-AB 12\t24,56\t12,34\t2024-05-01 12:15\n",
        "sep=;\nweegbon;kenteken;bruto;tarra;timestamp\n"
        "17;B-AB 12;24 560;12 340;2024-05-01T10:15:00Z\n",
        '{"ticketNumber":17,"vehicle":{"plate":"B-AB 12"},"gross":24.56,"tare":12.34,"unit":"t",'
        '"timestamp":1714558500}',
        '{"count":1,"tickets":[{"ticket":"17","plate":"B-AB 12","first":{"weight":12340},'
        '"secondWeight":24560,"time":"2024-05-01T10:15:00Z"}]}'.replace(
            '"first":{"weight":12340}', '"first weight":12340'
        ),
        '[{"ticket":"17","plate":"B-AB 12","gross":"24560","net":12220,'
        '"timestamp":"2024-05-01T12:15:00+02:00"}]',
    ],
    ids=["German", "tonnes", "Dutch with a hint", "JSON", "two weighings", "net only"],
)
def test_tickets_of_many_shapes_state_the_same(text: str) -> None:
    found = weighing(read(text))
    assert (found.gross_kg, found.tare_kg, found.plates) == (24560.0, 12340.0, ("BAB12",))
    assert found.at == datetime(2024, 5, 1, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_read_in_the_encoding_it_comes_in(codec: str) -> None:
    text = "Wiegeschein;Kennzeichen;Brutto kg;Wäger\n5;MÜ-AB 1;20000;Jäger\n"
    batch = read(text.encode(codec))
    assert weighing(batch).responsible == "Jäger"
    assert any("Windows-1252" in doubt.reason for doubt in batch.doubts) == (codec == "cp1252")


def test_pounds_are_exact() -> None:
    text = "ticket,plate,gross,unit\n1,AB12,50000,lb\n"
    assert weighing(read(text)).gross_kg == pytest.approx(22679.6185, abs=1e-3)


def test_a_container_on_a_scale_is_named() -> None:
    text = "ticket,container,gross_kg,method\n1,CSQU 305438-3,30480,axle scale\n"
    found = weighing(read(text))
    assert (found.container_code, found.method) == ("CSQU3054383", MassMethod.AXLE_SCALE)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("17,W1,B-AB 12,,heavy,12340,,", "expected a number, got 'heavy'"),
        ("17,W1,B-AB 12,,-5,12340,,", "a mass above 0"),
        ("17,W1,B-AB 12,,12340,24560,,", "the tare, 24560 kg, is more"),
        ("17,W1,B-AB 12,,24560,12340,9000,", "9000 kg net is not 24560 kg gross less 12340"),
        ("17,W1,,,24560,12340,,", "expected a plate or a container"),
        (",W1,AB12,,24560,12340,,", "expected a ticket number, or a time"),
        ("17,W1,B-AB 12,,,,,", "expected a gross mass"),
        ("17,W1,B-AB 12,,24560,12340,12220,yesterday", "expected a date and time"),
        ("17,W1,B-AB 12,,24560,12340,12220,04/05/2024 10:00", "the day or the month"),
        ("17,W1", "2 cells, but 8 headings"),
    ],
)
def test_a_ticket_that_cannot_be_read_is_refused_by_line(row: str, reason: str) -> None:
    batch = read(TABLE + row + "\n")
    assert len(batch.papers) == 1
    (refusal,) = batch.refused
    assert refusal.where.startswith("line 3")
    assert reason in refusal.reason


def test_a_number_of_two_readings_is_refused_unless_one_is_implausible() -> None:
    text = "ticket,plate,gross (kg)\n1,AB12,24.560\n2,AB12,1.5\n"
    # 1.5 gives the point away, and 24.560 kg stood on no weighbridge, but that is what it says.
    assert weighing(read(text)).gross_kg == 24.56
    ambiguous = "ticket,plate,gross (t)\n1,AB12,24.560\n"
    assert weighing(read(ambiguous)).gross_kg == 24560.0
    neither = "ticket,plate,gross (kg)\n1,AB12,300.000\n"
    assert "two ways" in read(neither).refused[0].reason


def test_point_and_comma_in_one_table_refuse_it() -> None:
    with pytest.raises(UnreadablePaper, match="decimal point in line 2, decimal comma in line 3"):
        read('ticket,plate,gross\n1,AB12,24.5\n2,AB12,"24,5"\n')


def test_two_columns_of_one_meaning_refuse_the_table() -> None:
    with pytest.raises(UnreadablePaper, match="both mean gross"):
        read("ticket,plate,gross,Brutto\n1,AB12,1000,2000\n")


def test_a_count_that_lies_refuses_the_file() -> None:
    with pytest.raises(UnreadablePaper, match="count says 2, there are 1"):
        read('{"count":2,"tickets":[{"ticket":"1","plate":"AB12","gross":20000}]}')


def test_a_voided_ticket_is_a_cancellation() -> None:
    text = "ticket,plate,gross,status,revision,issued at\n1,AB12,20000,VOID,2,2024-05-01T12:00Z\n"
    (paper,) = read(text).papers
    assert (paper.body, paper.revision.function) == (None, Function.CANCELLATION)
    assert paper.revision.number == 2


def test_a_status_that_no_one_knows_is_refused() -> None:
    batch = read("ticket,plate,gross,status\n1,AB12,20000,hmm\n")
    assert "status 'hmm' is not known" in batch.refused[0].reason


def test_columns_that_are_not_read_and_a_missing_end_are_doubts() -> None:
    batch = read("ticket,plate,gross,shoe size\n1,AB12,20000,42")
    assert [doubt.reason for doubt in batch.doubts] == [
        "no line end; the file may be cut off here",
        "columns not read: shoe size",
        "a ticket without a time",
    ]


def test_one_ticket_a_line_is_read_and_a_broken_line_refused() -> None:
    ticket = '{"ticket":"%d","plate":"AB12","gross":20000,"time":"2024-05-01T10:00:00Z"}\n'
    batch = read(ticket % 1 + ticket % 2 + '{"ticket":\n')
    assert [paper.reference for paper in batch.papers] == ["1", "2"]
    assert batch.papers[1].origin.where == "line 2"
    assert batch.refused[0].where == "line 3"
