from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.domain.papers.movement import Appointment, MovementEvent
from service.domain.papers.paper import Function, PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.gate_appointment import GATE_APPOINTMENT

TABLE = (
    "appointment_id,from,to,direction,truck_plate,container,booking\n"
    "A1,2024-05-01T10:00Z,2024-05-01T11:00Z,IN,B-AB 12,CSQU3054383;MSKU7351770,BK1\n"
)


def read(text: str) -> Batch:
    data = text.encode()
    assert GATE_APPOINTMENT.recognises(data[:4096])
    file = PaperFile(name="a.csv", data=data, site="north", local_zone=ZoneInfo("Europe/Berlin"))
    return GATE_APPOINTMENT.read(file, limits=Limits())


def appointment(batch: Batch) -> Appointment:
    body = batch.papers[0].body
    assert isinstance(body, Appointment)
    return body


def test_an_appointment_names_window_truck_and_containers() -> None:
    batch = read(TABLE)
    assert (batch.papers[0].kind, batch.papers[0].reference) == (PaperKind.GATE_APPOINTMENT, "A1")
    assert appointment(batch) == Appointment(
        window_from=datetime(2024, 5, 1, 10, tzinfo=UTC),
        window_to=datetime(2024, 5, 1, 11, tzinfo=UTC),
        direction=MovementEvent.GATE_IN,
        plates=("BAB12",),
        container_codes=("CSQU3054383", "MSKU7351770"),
        transport_document="BK1",
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"appointments":[{"appointmentId":"A1","timeWindow":{"start":"2024-05-01T10:00:00Z",'
        '"end":"2024-05-01T11:00:00Z"},"moveType":"delivery","truck":{"plate":"B-AB 12"}}]}',
        "Terminnummer;Datum;von;bis;Richtung;Kennzeichen\n"
        "A1;01.05.2024;12:00;13:00;Anlieferung;B AB 12\n",
        "slot id,start time,duration,type,plate\nA1,2024-05-01T10:00Z,60,drop-off,BAB12\n",
    ],
    ids=["JSON", "German, with a day apart", "duration"],
)
def test_appointments_of_many_shapes_are_the_same(text: str) -> None:
    found = appointment(read(text))
    assert (found.window_from, found.direction) == (
        datetime(2024, 5, 1, 10, tzinfo=UTC),
        MovementEvent.GATE_IN,
    )
    assert found.window_to - found.window_from == timedelta(hours=1)
    assert found.plates == ("BAB12",)


def test_without_an_end_the_window_is_an_hour_with_a_doubt() -> None:
    batch = read("appointment,from,direction,plate\nA1,2024-05-01T10:00Z,out,AB12\n")
    assert appointment(batch).window_to == datetime(2024, 5, 1, 11, tzinfo=UTC)
    assert "taken as an hour" in batch.doubts[0].reason


@pytest.mark.parametrize(
    ("status", "function"),
    [("cancelled", "cancellation"), ("No-Show", "cancellation"), ("rescheduled", "amendment")],
)
def test_the_status_revises(status: str, function: str) -> None:
    text = f"appointment,from,direction,plate,status\nA1,2024-05-01T10:00Z,out,AB12,{status}\n"
    (paper,) = read(text).papers
    assert paper.revision.function == function
    assert (paper.body is None) is (paper.revision.function is Function.CANCELLATION)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A2,2024-05-01T10:00Z,2024-05-01T09:00Z,IN,AB1,,", "the window ends"),
        ("A2,2024-05-01T10:00Z,2024-06-01T09:00Z,IN,AB1,,", "at most 14 days"),
        ("A2,,2024-06-01T09:00Z,IN,AB1,,", "begin of the window"),
        ("A2,2024-05-01T10:00Z,2024-05-01T11:00Z,UP,AB1,,", "expected in or out, got 'UP'"),
        ("A2,2024-05-01T10:00Z,2024-05-01T11:00Z,IN,,,", "a plate or a container"),
        ("A2,2024-05-01T10:00Z,2024-05-01T11:00Z,IN,,X,", "expected a container number"),
        (",2024-05-01T10:00Z,2024-05-01T11:00Z,IN,AB1,,", "the number of the appointment"),
    ],
)
def test_an_appointment_that_cannot_be_read_is_refused_by_line(row: str, reason: str) -> None:
    batch = read(TABLE + row + "\n")
    assert len(batch.papers) == 1
    assert reason in batch.refused[0].reason
    assert batch.refused[0].where.startswith("line 3")
