import json
from datetime import UTC, datetime
from typing import Any

import pytest

from service.domain.declaration import DeclaredLoad
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources import Batch, Limits, PaperFile, UnreadablePaper
from service.sources.tic40 import TIC40


def gate(**changes: Any) -> dict[str, Any]:
    cycle = {
        "id": "c1",
        "direction": "in",
        "endtimestamp": "2024-05-01T10:15:00.984Z",
        "truck": {"plate": "B-AB 12", "trailer": {"plate": "AN 9"}},
        "cargo": [
            {
                "id": "CSQU3054383",
                "size": {"code": "45g1", "teu": 2},
                "weight": {"value": 24.5, "unit": "t"},
                "laden": True,
                "seal": "S1",
            }
        ],
    } | changes
    return {
        "msg": {"id": "m1", "timestamp": "2024-05-01T10:16:00Z", "version": "2022.004"},
        "gate": [{"id": "GATE3", "name": "Gate 3", "cycle": [cycle]}],
    }


CRANE = {
    "msg": {"timestamp": "2024-05-01T10:16:00Z"},
    "che": {
        "id": "STS01",
        "family": "STS",
        "move": {
            "type": "discharge",
            "timestamp": "2024-05-01T10:15:00Z",
            "cargo": [
                {"id": "CSQU3054383", "carriervisit": [{"name": "EXAMPLE STAR", "voyage": "118E"}]},
                {"id": "?"},
            ],
        },
    },
}


def read(document: object) -> Batch:
    data = json.dumps(document).encode()
    assert TIC40.recognises(data[:4096])
    return TIC40.read(PaperFile(name="t", data=data, site="north"), limits=Limits())


def movement(batch: Batch) -> Movement:
    body = batch.papers[0].body
    assert isinstance(body, Movement)
    return body


def test_a_gate_cycle_is_a_gate_move() -> None:
    batch = read(gate())
    (paper,) = batch.papers
    assert (paper.kind, paper.reference) == (PaperKind.GATE_MOVE, "GATE3/c1/CSQU3054383")
    assert paper.origin.where == "gate[0].cycle[0].cargo[0]"
    found = movement(batch)
    assert (found.event, found.place) == (MovementEvent.GATE_IN, "GATE3")
    assert found.at == datetime(2024, 5, 1, 10, 15, 0, 984000, tzinfo=UTC)
    assert found.transport.plates == ("BAB12", "AN9")
    equipment = found.equipment
    assert (equipment.size_type, equipment.load) == ("45G1", DeclaredLoad.LOADED)
    assert (equipment.gross_mass_kg, equipment.seals) == (24500.0, ("S1",))


def test_a_crane_discharges_and_a_broken_cargo_is_refused_alone() -> None:
    batch = read(CRANE)
    (paper,) = batch.papers
    assert paper.kind is PaperKind.LOADING_REPORT
    assert movement(batch).event is MovementEvent.DISCHARGED
    assert movement(batch).transport.vessel == "EXAMPLE STAR"
    assert batch.refused[0].where == "che.move.cargo[1]"


def test_a_move_inside_the_terminal_is_a_status() -> None:
    document = json.loads(json.dumps(CRANE).replace('"discharge"', '"housekeeping"'))
    batch = read(document)
    assert batch.papers[0].kind is PaperKind.STATUS_EVENT
    assert movement(batch).event is MovementEvent.OTHER


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"direction": "up"}, "expected in or out, got 'up'"),
        ({"pointofmeasurement": "planned"}, "planned is no cycle that has happened"),
        ({"endtimestamp": "later"}, "expected a date and time"),
        ({"cargo": []}, "a cycle that moved no cargo"),
        ({"cargo": [{"id": "CSQU3054383", "weight": {"value": 2, "unit": "stone"}}]}, "unit"),
        ({"cargo": [{"id": "CSQU3054383", "laden": "maybe"}]}, "expected laden or not"),
        ({"cargo": ["CSQU3054383"]}, "expected an object"),
        ({"cargo": [{}]}, "expected a container number"),
    ],
)
def test_a_cycle_that_cannot_be_read_is_refused(changes: dict[str, Any], reason: str) -> None:
    batch = read(gate(**changes))
    assert batch.papers == ()
    assert reason in batch.refused[0].reason


def test_without_a_time_it_is_that_of_the_message_with_a_doubt() -> None:
    batch = read(gate(endtimestamp=None))
    assert movement(batch).at == datetime(2024, 5, 1, 10, 16, tzinfo=UTC)
    assert "taken as that of the message" in batch.doubts[0].reason


def test_a_message_without_cycles_is_unreadable() -> None:
    with pytest.raises(UnreadablePaper, match="at least one statement"):
        read({"msg": {}, "gate": []})
