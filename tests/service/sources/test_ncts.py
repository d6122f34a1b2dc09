from datetime import UTC, datetime

import pytest
from customs_builders import assert_survives_mutations, read

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Consignment, DangerousGoods, PartyRole
from service.domain.papers.paper import Function, PaperKind
from service.sources import UnreadablePaper
from service.sources.ncts import Ncts

SOURCE = Ncts()
EQUIPMENT = """
    <TransportEquipment>
      <sequenceNumber>1</sequenceNumber>
      <containerIdentificationNumber>CSQU3054383</containerIdentificationNumber>
      <numberOfSeals>2</numberOfSeals>
      <Seal><sequenceNumber>1</sequenceNumber><identifier>DE-0001</identifier></Seal>
      <Seal><sequenceNumber>2</sequenceNumber><identifier>DE-0002</identifier></Seal>
      <GoodsReference><declarationGoodsItemNumber>1</declarationGoodsItemNumber></GoodsReference>
    </TransportEquipment>
    <TransportEquipment>
      <sequenceNumber>2</sequenceNumber>
      <numberOfSeals>1</numberOfSeals>
      <Seal><sequenceNumber>1</sequenceNumber><identifier>TR-9</identifier></Seal>
    </TransportEquipment>"""


def a_message(
    kind: str = "CC015C",
    *,
    operation: str = "<LRN>LRN-7</LRN><declarationType>T1</declarationType>",
    equipment: str = EQUIPMENT,
    gross: str = "21500.5",
) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ncts:{kind} PhaseID="NCTS5.1" xmlns:ncts="http://ncts.dgtaxud.ec">
  <preparationDateAndTime>2025-03-04T10:11:12</preparationDateAndTime>
  <TransitOperation>{operation}</TransitOperation>
  <CustomsOfficeOfDeparture><referenceNumber>DE004851</referenceNumber></CustomsOfficeOfDeparture>
  <HolderOfTheTransitProcedure><identificationNumber>DE123456789</identificationNumber>
  </HolderOfTheTransitProcedure>
  <Consignment>
    <countryOfDestination>PL</countryOfDestination>
    <grossMass>{gross}</grossMass>
    <referenceNumberUCR>UCR-1</referenceNumberUCR>
    <Consignee><name>Łódź Sp. z o.o.</name>
      <Address><streetAndNumber>Piotrkowska 1</streetAndNumber><postcode>90-001</postcode>
      <city>Łódź</city><country>PL</country></Address></Consignee>{equipment}
    <DepartureTransportMeans><typeOfIdentification>30</typeOfIdentification>
      <identificationNumber>KR 4WA37</identificationNumber><nationality>PL</nationality>
    </DepartureTransportMeans>
    <DepartureTransportMeans><typeOfIdentification>31</typeOfIdentification>
      <identificationNumber>KR 99XY</identificationNumber></DepartureTransportMeans>
    <CountryOfRoutingOfConsignment><country>DE</country></CountryOfRoutingOfConsignment>
    <CountryOfRoutingOfConsignment><country>PL</country></CountryOfRoutingOfConsignment>
    <PlaceOfLoading><UNLocode>DEHAM</UNLocode></PlaceOfLoading>
    <PlaceOfUnloading><country>PL</country><location>Lodz</location></PlaceOfUnloading>
    <TransportDocument><type>N730</type><referenceNumber>CMR-55</referenceNumber>
    </TransportDocument>
    <HouseConsignment>
      <ConsignmentItem>
        <goodsItemNumber>1</goodsItemNumber>
        <declarationGoodsItemNumber>1</declarationGoodsItemNumber>
        <Commodity><descriptionOfGoods>Petrol</descriptionOfGoods><cusCode>0024120-7</cusCode>
          <CommodityCode><harmonizedSystemSubHeadingCode>271012</harmonizedSystemSubHeadingCode>
          <combinedNomenclatureCode>45</combinedNomenclatureCode></CommodityCode>
          <DangerousGoods><UNNumber>1203</UNNumber></DangerousGoods>
          <GoodsMeasure><grossMass>21500.5</grossMass><netMass>21000</netMass></GoodsMeasure>
        </Commodity>
        <Packaging><typeOfPackages>DR</typeOfPackages><numberOfPackages>80</numberOfPackages>
          <shippingMarks>A-1</shippingMarks></Packaging>
        <Packaging><typeOfPackages>PX</typeOfPackages><numberOfPackages>4</numberOfPackages>
        </Packaging>
      </ConsignmentItem>
    </HouseConsignment>
  </Consignment>
</ncts:{kind}>"""


def the_body(text: str) -> Consignment:
    (paper,) = read(SOURCE, text).papers
    assert isinstance(paper.body, Consignment)
    return paper.body


def test_a_declaration_is_read_with_goods_containers_seals_and_plates() -> None:
    (paper,) = read(SOURCE, a_message()).papers
    assert (paper.kind, paper.reference) == (PaperKind.TRANSIT_DECLARATION, "LRN-7")
    assert paper.revision.issued_at == datetime(2025, 3, 4, 10, 11, 12, tzinfo=UTC)
    body = paper.body
    assert isinstance(body, Consignment)
    (item,) = body.goods
    assert (item.hs_code, item.description, item.cus_code) == ("27101245", "Petrol", "0024120-7")
    assert (item.packages, item.package_kind, item.marks) == (84, "DR; PX", "A-1")
    assert (item.gross_mass_kg, item.net_mass_kg) == (21500.5, 21000.0)
    assert item.dangerous == (DangerousGoods(un_number="1203"),)
    assert item.container_codes == ("CSQU3054383",)
    (box,) = body.equipment
    assert (box.code, box.load) == ("CSQU3054383", DeclaredLoad.LOADED)
    assert box.seals == ("DE-0001", "DE-0002")
    assert body.transport.plates == ("KR 4WA37", "KR 99XY")
    assert body.transport.seals == ("TR-9",)
    assert body.transport.countries_of_routing == ("DE", "PL")
    assert body.transport.place_of_loading == "DEHAM"
    assert body.transport.place_of_discharge == "Lodz, PL"
    assert body.documents == ("UCR UCR-1", "N730 CMR-55")
    assert (body.procedure, body.customs_office) == ("T1", "DE004851")
    assert body.total_gross_mass_kg == 21500.5
    consignee = next(p for p in body.parties if p.role is PartyRole.CONSIGNEE)
    assert (consignee.name, consignee.country) == ("Łódź Sp. z o.o.", "PL")
    assert consignee.address == "Piotrkowska 1, 90-001, Łódź"
    assert {p.role for p in body.parties} == {PartyRole.HOLDER, PartyRole.CONSIGNEE}


def test_every_field_knows_its_line_and_path() -> None:
    (paper,) = read(SOURCE, a_message()).papers
    where = paper.field_origins["equipment.0.seals.1"]
    assert where == "line 20 CC015C/Consignment/TransportEquipment/Seal[2]/identifier"
    assert "GoodsMeasure/grossMass" in paper.field_origins["goods.0.gross_mass_kg"]


@pytest.mark.parametrize(
    ("kind", "operation", "function", "reference", "aliases"),
    [
        ("CC015C", "<LRN>L1</LRN>", Function.ORIGINAL, "L1", ()),
        ("CC029C", "<LRN>L1</LRN><MRN>25DE1</MRN>", Function.ORIGINAL, "25DE1", ("L1",)),
        ("CC013C", "<LRN>L1</LRN>", Function.AMENDMENT, "L1", ()),
        ("CC013C", "<MRN>25DE1</MRN>", Function.AMENDMENT, "25DE1", ()),
        ("CC014C", "<MRN>25DE1</MRN>", Function.CANCELLATION, "25DE1", ()),
    ],
)
def test_each_message_states_a_revision_under_mrn_or_lrn(
    kind: str, operation: str, function: Function, reference: str, aliases: tuple[str, ...]
) -> None:
    (paper,) = read(SOURCE, a_message(kind, operation=operation)).papers
    assert paper.revision.function is function
    assert (paper.reference, paper.aliases) == (reference, aliases)
    assert (paper.body is None) == (function is Function.CANCELLATION)


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (a_message(gross="much"), "grossMass", "expected a number"),
        (a_message(gross="-1"), "grossMass", "expected a mass"),
        (a_message(gross="1</grossMass><grossMass>2"), "grossMass", "stated 2 times"),
        (a_message(operation="<LRN> </LRN>"), "CC015C", "expected an MRN or LRN"),
        (
            a_message(equipment=EQUIPMENT.replace("Seals>2<", "Seals>3<")),
            "TransportEquipment",
            "numberOfSeals is 3, but 2 are named",
        ),
        (a_message().replace(">271012<", ">27101<x/>2<"), "Commodity", "a CN code without"),
    ],
)
def test_a_declaration_that_cannot_be_trusted_is_refused_as_a_whole(
    text: str, where: str, reason: str
) -> None:
    batch = read(SOURCE, text)
    assert batch.papers == ()
    (refusal,) = batch.refused
    assert where in refusal.where
    assert refusal.where.startswith("line ")
    assert reason in refusal.reason


def test_a_message_is_found_in_its_envelope() -> None:
    inner = a_message().split("?>", 1)[1]
    (paper,) = read(SOURCE, f"<x:Env xmlns:x='urn:x'><Body>{inner}</Body></x:Env>").papers
    assert paper.reference == "LRN-7"


def test_only_its_own_messages_are_recognised() -> None:
    assert SOURCE.recognises(a_message().encode()[:300])
    assert not SOURCE.recognises(b"<CC044C/>")
    assert not SOURCE.recognises(b"CC015C")
    with pytest.raises(UnreadablePaper, match="no statement"):
        read(SOURCE, "<CC044C/>")


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, a_message())
