"""Events are self-made after the public DCSA Track and Trace interface; numbers are invented."""

import json
from datetime import UTC, datetime

import pytest

from service.domain.declaration import DeclaredLoad
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import Function
from service.sources import Batch, Limits, PaperFile
from service.sources.dcsa_events import DCSA_EVENTS

VERSION_2 = """[{"eventID":"e1","eventType":"EQUIPMENT","eventClassifierCode":"ACT",
"eventCreatedDateTime":"2024-05-01T11:00:00Z","eventDateTime":"2024-05-01T10:15:00+02:00",
"equipmentEventTypeCode":"LOAD","equipmentReference":"CSQU3054383","ISOEquipmentCode":"45G1",
"emptyIndicatorCode":"LADEN",
"eventLocation":{"locationName":"Kade 5","UNLocationCode":"NLRTM"},
"documentReferences":[{"documentReferenceType":"BKG","documentReferenceValue":"B1"},
{"documentReferenceType":"TRD","documentReferenceValue":"EXLU0001"}],
"seals":[{"sealNumber":"SL5501"},{"sealNumber":"none"}],
"transportCall":{"exportVoyageNumber":"118E","UNLocationCode":"NLRTM",
"vessel":{"vesselIMONumber":"9321483","vesselName":"EXAMPLE STAR"}}}]"""

VERSION_3 = {
    "events": [
        {
            "eventID": "e7",
            "eventDateTime": "2025-05-01T10:15:00Z",
            "eventLocation": {"locationName": "Depot", "UNLocationCode": "NLRTM"},
            "eventClassification": {
                "eventType": "EQUIPMENT",
                "eventClassifier": "ACTUAL",
                "equipmentEventType": "GATED_IN",
            },
            "shipmentDetails": {
                "documentReference": {"type": "BOOKING", "reference": "B1"},
                "additionalDocumentReferences": [
                    {"type": "TRANSPORT_DOCUMENT", "reference": "EXLU0001"}
                ],
            },
            "equipmentDetails": {"equipmentReference": "CSQU3054383", "emptyIndicator": "EMPTY"},
        }
    ]
}


def read(text: str) -> Batch:
    data = text.encode()
    assert DCSA_EVENTS.recognises(data[:4096])
    return DCSA_EVENTS.read(PaperFile(name="s", data=data, site="north"), limits=Limits())


def movement(batch: Batch) -> Movement:
    body = batch.papers[0].body
    assert isinstance(body, Movement)
    return body


def test_a_place_with_a_name_and_a_code_is_the_code() -> None:
    found = movement(read(VERSION_2))
    assert (found.event, found.place) == (MovementEvent.LOADED, "NLRTM")
    assert found.at == datetime(2024, 5, 1, 8, 15, tzinfo=UTC)
    assert (found.transport.vessel_imo, found.transport.voyage) == ("9321483", "118E")
    assert (found.equipment.size_type, found.equipment.load) == ("45G1", DeclaredLoad.LOADED)
    assert (found.transport_document, found.booking) == ("EXLU0001", "B1")
    assert found.equipment.seals == ("SL5501",)


def test_version_3_is_read_as_version_2() -> None:
    batch = read(json.dumps(VERSION_3))
    found = movement(batch)
    assert batch.papers[0].reference == "e7"
    assert (found.event, found.equipment.code) == (MovementEvent.GATE_IN, "CSQU3054383")
    assert (found.place, found.equipment.load) == ("NLRTM", DeclaredLoad.EMPTY)
    assert (found.transport_document, found.booking) == ("EXLU0001", "B1")


def test_the_containers_of_a_vessel_event_are_its_references() -> None:
    (event,) = json.loads(VERSION_2)
    del event["equipmentReference"], event["equipmentEventTypeCode"]
    event |= {"eventType": "TRANSPORT", "transportEventTypeCode": "ARRI"}
    event["references"] = [
        {"referenceType": "EQ", "referenceValue": "CSQU3054383"},
        {"referenceType": "FF", "referenceValue": "F1"},
        {"referenceType": "EQ", "referenceValue": "MSKU7351770"},
    ]
    batch = read(json.dumps([event]))
    assert [paper.reference for paper in batch.papers] == ["e1/CSQU3054383", "e1/MSKU7351770"]
    assert movement(batch).event is MovementEvent.ARRIVED


def test_vessel_place_and_documents_may_stand_beside_the_event() -> None:
    (event,) = json.loads(VERSION_2)
    call = event.pop("transportCall")
    del event["documentReferences"], event["eventLocation"]
    event |= {"vessel": call["vessel"], "exportVoyageNumber": "118E"}
    event |= {"location": {"UNLocationCode": "NLRTM"}, "carrierBookingReference": "B1"}
    event["transportDocumentReference"] = "EXLU0001"
    found = movement(read(json.dumps([event])))
    assert (found.transport.vessel_imo, found.transport.voyage) == ("9321483", "118E")
    assert (found.place, found.booking) == ("NLRTM", "B1")
    assert found.transport_document == "EXLU0001"


def test_an_event_that_is_taken_back_cancels_itself() -> None:
    (event,) = json.loads(VERSION_2)
    batch = read(json.dumps([event | {"isRetracted": True}]))
    assert batch.papers[0].body is None
    assert batch.papers[0].revision.function is Function.CANCELLATION


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"ACT"', '"PLN"', "'PLN' is no event that has happened"),
        ('"EQUIPMENT"', '"SHIPMENT"', "an event of a document"),
        ('"equipmentReference":"CSQU3054383",', "", "names no container"),
        ("CSQU3054383", "no", "expected a container number"),
        ('"equipmentEventTypeCode":"LOAD",', "", "the type of the event"),
        ("2024-05-01T10:15:00+02:00", "soon", "expected a date and time"),
        ('"eventDateTime":"2024-05-01T10:15:00+02:00",', "", "the time of the event"),
    ],
)
def test_an_event_that_says_not_where_a_container_was_is_refused(
    old: str, new: str, reason: str
) -> None:
    batch = read(VERSION_2.replace(old, new))
    assert batch.papers == ()
    assert reason in batch.refused[0].reason
    assert batch.refused[0].where == "[0]"
