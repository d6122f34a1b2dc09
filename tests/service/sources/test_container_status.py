from datetime import UTC, datetime

import pytest

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.container_status import CONTAINER_STATUS

TABLE = (
    "container,event,event_date_time,location,full_empty,vessel,imo,voyage,seals,bl_number\n"
    "CSQU3054383,Gate In,2024-05-01T10:15:00Z,NLRTM,F,EXAMPLE STAR,9321483,118E,S1;S2,BL1\n"
)


def read(text: str) -> Batch:
    data = text.encode()
    assert CONTAINER_STATUS.recognises(data[:4096])
    return CONTAINER_STATUS.read(PaperFile(name="s", data=data, site="north"), limits=Limits())


def movement(batch: Batch) -> Movement:
    body = batch.papers[0].body
    assert isinstance(body, Movement)
    return body


def test_a_status_is_a_movement() -> None:
    batch = read(TABLE)
    assert batch.papers[0].kind is PaperKind.STATUS_EVENT
    assert batch.papers[0].reference == "CSQU3054383/Gate In/20240501T101500Z"
    assert movement(batch) == Movement(
        event=MovementEvent.GATE_IN,
        equipment=Equipment(code="CSQU3054383", load=DeclaredLoad.LOADED, seals=("S1", "S2")),
        at=datetime(2024, 5, 1, 10, 15, tzinfo=UTC),
        place="NLRTM",
        transport=Transport(vessel="EXAMPLE STAR", vessel_imo="9321483", voyage="118E"),
        transport_document="BL1",
        detail="Gate In",
    )
    assert batch.papers[0].field_origins["equipment.seals"] == "line 2 column seals"


def test_what_is_planned_has_not_happened() -> None:
    table = TABLE.replace("event,", "event,actual or planned,", 1).replace("In,", "In,PLN,")
    batch = read(table)
    assert batch.papers == ()
    assert "'PLN' is no event that has happened" in batch.refused[0].reason


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("Arrival at a loading or unloading facility", MovementEvent.GATE_IN),
        ("Departure from a loading facility", MovementEvent.GATE_OUT),
        ("Unloading from means of transport", MovementEvent.DISCHARGED),
        ("Loading onto means of transport", MovementEvent.LOADED),
        ("Confirming stuffing", MovementEvent.STUFFED),
        ("Confirming stripping", MovementEvent.STRIPPED),
        ("Ordering stripping", MovementEvent.OTHER),
        ("Confirming booking", MovementEvent.OTHER),
        ("Intra-terminal movement", MovementEvent.OTHER),
        ("Being sent for major repair", MovementEvent.OTHER),
    ],
)
def test_the_events_of_article_18a_are_known(words: str, event: MovementEvent) -> None:
    assert movement(read(TABLE.replace("Gate In", words))).event is event


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("CSQU3054383", "", "expected a container number"),
        ("CSQU3054383", "no", "expected a container number of 4 to 17"),
        ("Gate In", "", "expected an event"),
        ("2024-05-01T10:15:00Z", "", "the time of the event"),
        ("2024-05-01T10:15:00Z", "soon", "expected a date and time"),
        (",F,", ",perhaps,", "expected full or empty, got 'perhaps'"),
    ],
)
def test_a_status_that_cannot_be_read_is_refused(old: str, new: str, reason: str) -> None:
    batch = read(TABLE.replace(old, new))
    assert batch.papers == ()
    assert reason in batch.refused[0].reason
