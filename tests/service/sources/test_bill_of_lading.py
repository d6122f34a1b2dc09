import json
from datetime import UTC, datetime
from typing import Any

import pytest
from customs_builders import assert_survives_mutations, read

from service.domain.papers.consignment import Consignment, PartyRole
from service.domain.papers.paper import Function, PaperKind
from service.sources.bill_of_lading import BillOfLading

SOURCE = BillOfLading()
VERSION_3: dict[str, Any] = {
    "transportDocumentReference": "MBL-1",
    "transportDocumentTypeCode": "BOL",
    "carrierCode": "SEAL",
    "issueDate": "2025-03-01",
    "documentParties": {
        "shipper": {
            "partyName": "Shanghai Toys",
            "address": {"street": "Nanjing Road", "streetNumber": "5", "city": "Shanghai",
                        "countryCode": "CN"},
        },
        "consignee": {"partyName": "Toy Shop", "displayedAddress": ["Ring 1", "Köln"],
                      "identifyingCodes": [{"codeListProvider": "GLEIF", "partyCode": "LEI-1"}]},
        "notifyParties": [{"partyName": "Agent"}],
    },
    "consignmentItems": [
        {
            "carrierBookingReference": "BK-1",
            "descriptionOfGoods": ["Toys", "of plastics"],
            "HSCodes": ["950300", "950490"],
            "cargoItems": [
                {
                    "equipmentReference": "CSQU3054383",
                    "cargoGrossWeight": {"value": 18, "unit": "TNE"},
                    "outerPackaging": {
                        "numberOfPackages": 900,
                        "packageCode": "CT",
                        "dangerousGoods": [{"unNumber": "3480", "imoClass": "9"}],
                    },
                }
            ],
        }
    ],
    "utilizedTransportEquipments": [
        {
            "equipment": {"equipmentReference": "CSQU3054383", "ISOEquipmentCode": "22G1",
                          "tareWeight": {"value": 2200, "unit": "KGM"}},
            "isShipperOwned": False,
            "seals": [{"number": "SL-1", "source": "CAR"}],
        }
    ],
    "transports": {
        "portOfLoading": {"UNLocationCode": "CNSHA"},
        "portOfDischarge": {"locationName": "Rotterdam"},
        "vesselVoyages": [{"vesselName": "MS Tally", "carrierExportVoyageNumber": "042E"}],
    },
}  # fmt: skip
VERSION_2: dict[str, Any] = {
    "transportDocumentReference": "MBL-2",
    "documentParties": [
        {"party": {"partyName": "Shanghai Toys"}, "partyFunction": "OS"},
        {"party": {"partyName": "Bank"}, "partyFunction": "ZZZ"},
    ],
    "cargoItems": [
        {"equipmentReference": "CSQU3054383", "descriptionOfGoods": "Toys", "HSCode": "950300",
         "weight": 18000.5, "weightUnit": "KGM", "numberOfPackages": 18, "packageCode": "5H"}
    ],
    "utilizedTransportEquipments": [
        {"equipment": {"equipmentReference": "CSQU3054383", "tareWeight": 2.2,
                       "weightUnit": "TNE"},
         "seals": [{"sealNumber": "SL-9", "sealSource": "CUS"}]}
    ],
    "transports": [{"transportCallID": "x"}],
}  # fmt: skip
TABLE = """B/L No;Absender;Empfänger;Warenbezeichnung;Kolli;Brutto kg;Container;Siegel;Ladehafen
MBL-3;Shanghai Toys;Toy Shop;Spielzeug;900;18000,5;CSQU3054383;SL-1|SL-2;CNSHA
"""


def the_body(document: dict[str, Any] | str) -> Consignment:
    text = document if isinstance(document, str) else json.dumps(document)
    (paper,) = read(SOURCE, text).papers
    assert paper.kind is PaperKind.BILL_OF_LADING
    assert isinstance(paper.body, Consignment)
    return paper.body


def test_a_transport_document_of_version_3_is_read() -> None:
    (paper,) = read(SOURCE, json.dumps(VERSION_3)).papers
    assert paper.reference == "MBL-1"
    assert paper.revision.issued_at == datetime(2025, 3, 1, tzinfo=UTC)
    assert paper.field_origins["goods.0"] == "consignmentItems[0].cargoItems[0]"
    body = the_body(VERSION_3)
    first, second = body.goods
    assert (first.description, first.hs_code) == ("Toys of plastics", "950300")
    assert (first.gross_mass_kg, first.packages, first.package_kind) == (18000.0, 900, "CT")
    assert (first.dangerous[0].un_number, first.dangerous[0].imdg_class) == ("3480", "9")
    assert (second.number, second.hs_code, second.gross_mass_kg) == (2, "950490", None)
    assert first.container_codes == second.container_codes == ("CSQU3054383",)
    (box,) = body.equipment
    assert (box.size_type, box.seals, box.tare_kg) == ("22G1", ("SL-1",), 2200.0)
    travel = body.transport
    assert (travel.vessel, travel.voyage, travel.carrier) == ("MS Tally", "042E", "SEAL")
    assert (travel.place_of_loading, travel.place_of_discharge) == ("CNSHA", "Rotterdam")
    assert [(p.role, p.name) for p in body.parties] == [
        (PartyRole.CONSIGNOR, "Shanghai Toys"),
        (PartyRole.CONSIGNEE, "Toy Shop"),
        (PartyRole.NOTIFY, "Agent"),
    ]
    assert body.parties[0].address == "Nanjing Road 5, Shanghai"
    assert (body.parties[1].address, body.parties[1].identifier) == ("Ring 1, Köln", "LEI-1")
    assert body.documents == ("BN BK-1",)


def test_a_transport_document_of_version_2_is_read() -> None:
    body = the_body(VERSION_2)
    (item,) = body.goods
    assert (item.hs_code, item.gross_mass_kg, item.packages) == ("950300", 18000.5, 18)
    assert (body.equipment[0].tare_kg, body.equipment[0].seals) == (2200.0, ("SL-9",))
    assert [p.name for p in body.parties] == ["Shanghai Toys"]


def test_a_container_of_the_carrier_may_only_be_named() -> None:
    named = {"equipmentReference": "MAEU1234567", "seals": [{"number": "N1"}]}
    body = the_body({**VERSION_3, "utilizedTransportEquipments": [named]})
    assert [(e.code, e.seals) for e in body.equipment] == [("MAEU1234567", ("N1",))]
    batch = read(SOURCE, json.dumps({**VERSION_3, "utilizedTransportEquipments": [{}]}))
    assert "without an equipmentReference" in batch.refused[0].reason


def test_a_table_is_read() -> None:
    body = the_body(TABLE)
    (item,) = body.goods
    assert (item.packages, item.gross_mass_kg) == (900, 18000.5)
    assert body.equipment[0].seals == ("SL-1", "SL-2")
    assert body.transport.place_of_loading == "CNSHA"
    assert body.documents == ()
    assert [p.role for p in body.parties] == [PartyRole.CONSIGNOR, PartyRole.CONSIGNEE]


def test_a_void_document_is_a_cancellation() -> None:
    (paper,) = read(SOURCE, json.dumps({**VERSION_3, "transportDocumentStatus": "VOID"})).papers
    assert paper.revision.function is Function.CANCELLATION
    assert paper.body is None


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        ({"transportDocumentReference": ""}, "transportDocumentReference", "at least 1"),
        ({"consignmentItems": [{"HSCodes": ["toys"], "cargoItems": [{}]}]}, "top", "digits of HS"),
        (
            {"utilizedTransportEquipments": [{"equipment": {"equipmentReference": "x"}}]},
            "utilizedTransportEquipments[0].equipment.equipmentReference",
            "at least 4",
        ),
        (
            {"cargoItems": [{"cargoGrossWeight": {"value": 1, "unit": "LTR"}}]},
            "top",
            "unit of mass",
        ),
        ({"issueDate": "soon"}, "issueDate", "valid datetime"),
    ],
)
def test_a_known_field_that_cannot_be_read_refuses_the_document(
    change: dict[str, Any], where: str, reason: str
) -> None:
    batch = read(SOURCE, json.dumps({**VERSION_3, **change}))
    assert batch.papers == ()
    assert batch.refused[0].where == where
    assert reason in batch.refused[0].reason


@pytest.mark.parametrize(
    ("head", "own"),
    [
        (json.dumps(VERSION_3), True),
        (json.dumps([VERSION_2]), True),
        (TABLE, True),
        ('{"eventType": "EQUIPMENT", "transportDocumentReference": "a", "transports": 1}', False),
        ('{"transportDocumentReference": "a"}', False),
        ("bl no,packing list,description\n", False),
        ("bl no,container\n", False),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_only_bills_of_lading_are_recognised(head: str, own: bool) -> None:
    assert SOURCE.recognises(head.encode()[:4096]) is own


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, json.dumps(VERSION_3))
    assert_survives_mutations(SOURCE, json.dumps(VERSION_2))
    assert_survives_mutations(SOURCE, TABLE)
