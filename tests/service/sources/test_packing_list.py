import json
from pathlib import Path
from typing import Any

import pytest
from customs_builders import assert_survives_mutations, read

from service.domain.papers.consignment import Consignment, PartyRole
from service.domain.papers.paper import Function, PaperKind
from service.sources import declaration_document
from service.sources.packing_list import (
    SCHEMA_FILE,
    PackingList,
    PackingListDocument,
    schema_text,
)

SOURCE = PackingList()
EXAMPLE: dict[str, Any] = PackingListDocument.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index, assignment, call-overload]
TABLE = """packing list,invoice,item,description,hs code,packages,gross weight kg,container,seal
PL-77,INV-77,1,Fridges,841810,20,"1,250.5",CSQU3054383,S-1
PL-77,,2,Spare parts,841899,1,30,CSQU3054383,
PL-78,INV-78,1,Toys,950300,7,70,,
"""
ADVICE = """<DespatchAdvice xmlns="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2"
  xmlns:cac="urn:cac" xmlns:cbc="urn:cbc">
  <cbc:ID>PL-77</cbc:ID><cbc:IssueDate>2025-03-01</cbc:IssueDate>
  <cac:OrderReference><cbc:ID>PO-1</cbc:ID></cac:OrderReference>
  <cac:DespatchSupplierParty><cac:Party><cac:PartyName><cbc:Name>Sender</cbc:Name></cac:PartyName>
  </cac:Party></cac:DespatchSupplierParty>
  <cac:DeliveryCustomerParty><cac:Party><cac:PartyName><cbc:Name>Shop</cbc:Name></cac:PartyName>
  </cac:Party></cac:DeliveryCustomerParty>
  <cac:Shipment><cbc:ID>1</cbc:ID>
    <cbc:GrossWeightMeasure unitCode="TNE">1.28</cbc:GrossWeightMeasure>
    <cbc:TotalTransportHandlingUnitQuantity>21</cbc:TotalTransportHandlingUnitQuantity>
    <cac:ShipmentStage><cac:TransportMeans><cac:RoadTransport>
      <cbc:LicensePlateID>B AB 1</cbc:LicensePlateID></cac:RoadTransport></cac:TransportMeans>
    </cac:ShipmentStage>
    <cac:TransportHandlingUnit><cac:TransportEquipment><cbc:ID>CSQU3054383</cbc:ID>
      <cac:TransportEquipmentSeal><cbc:ID>S-1</cbc:ID></cac:TransportEquipmentSeal>
    </cac:TransportEquipment></cac:TransportHandlingUnit>
  </cac:Shipment>
  <cac:DespatchLine><cbc:ID>1</cbc:ID>
    <cbc:DeliveredQuantity unitCode="C62">20</cbc:DeliveredQuantity>
    <cac:Item><cbc:Name>Fridge</cbc:Name></cac:Item>
    <cac:Shipment><cbc:GrossWeightMeasure unitCode="KGM">1250</cbc:GrossWeightMeasure>
    </cac:Shipment></cac:DespatchLine>
</DespatchAdvice>"""


def the_body(data: str) -> Consignment:
    paper = read(SOURCE, data).papers[0]
    assert (paper.kind, paper.reference) == (PaperKind.PACKING_LIST, "PL-77")
    assert isinstance(paper.body, Consignment)
    return paper.body


def test_a_table_of_packing_lists_is_read() -> None:
    body = the_body(TABLE)
    assert [(g.description, g.packages, g.gross_mass_kg) for g in body.goods] == [
        ("Fridges", 20, 1250.5),
        ("Spare parts", 1, 30.0),
    ]
    assert body.documents == ("N380 INV-77",)
    assert body.equipment[0].seals == ("S-1",)
    assert len(read(SOURCE, TABLE).papers) == 2


def test_a_despatch_advice_is_read() -> None:
    body = the_body(ADVICE)
    (item,) = body.goods
    assert (item.description, item.quantity, item.gross_mass_kg) == ("Fridge", 20.0, 1250.0)
    assert (body.total_packages, body.total_gross_mass_kg) == (21, 1280.0)
    assert body.equipment[0].code == "CSQU3054383"
    assert body.transport.plates == ("B AB 1",)
    assert [(p.role, p.name) for p in body.parties] == [
        (PartyRole.CONSIGNOR, "Sender"),
        (PartyRole.CONSIGNEE, "Shop"),
    ]


def test_our_own_document_is_read() -> None:
    body = the_body(json.dumps(EXAMPLE))
    assert body.goods[0].container_codes == ("CSQU3054383",)
    assert body.total_packages == 20


def test_the_committed_schema_is_the_one_of_the_model() -> None:
    path = Path(declaration_document.__file__).parent / "schemas" / SCHEMA_FILE
    assert path.read_text(encoding="utf-8") == schema_text()


def test_one_of_several_documents_is_refused_alone() -> None:
    batch = read(SOURCE, json.dumps([EXAMPLE, {**EXAMPLE, "reference": ""}]))
    assert [p.reference for p in batch.papers] == ["PL-77"]
    assert batch.refused[0].where == "[1] reference"


def test_a_cancellation_has_no_body() -> None:
    (paper,) = read(
        SOURCE, json.dumps({**EXAMPLE, "revision": {"function": "cancellation"}})
    ).papers
    assert paper.revision.function is Function.CANCELLATION
    assert paper.body is None


@pytest.mark.parametrize(
    ("head", "own"),
    [
        (TABLE, True),
        (ADVICE, True),
        (json.dumps(EXAMPLE), True),
        ("mrn,packing list,hs code\n", False),
        ("packing list,container\n", False),
        ('{"schema": "tallyman/declaration-1"}', False),
        ("<DespatchAdvice/>", False),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_only_packing_lists_are_recognised(head: str, own: bool) -> None:
    assert SOURCE.recognises(head.encode()) is own


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, TABLE)
    assert_survives_mutations(SOURCE, ADVICE)
    assert_survives_mutations(SOURCE, json.dumps(EXAMPLE))
