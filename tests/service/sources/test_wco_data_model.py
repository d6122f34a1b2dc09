from datetime import UTC, datetime
from decimal import Decimal

import pytest
from customs_builders import assert_survives_mutations, read

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Consignment, Money, PartyRole
from service.domain.papers.paper import Function, PaperKind
from service.sources import UnreadablePaper
from service.sources.wco_data_model import WcoDataModel

SOURCE = WcoDataModel()
MRN = "25DE48510000001JR4"
ITEM = """
      <GovernmentAgencyGoodsItem>
        <SequenceNumeric>1</SequenceNumeric>
        <StatisticalValueAmount currencyID="EUR">9000</StatisticalValueAmount>
        <AdditionalDocument><CategoryCode>N</CategoryCode><ID>INV-77</ID><TypeCode>380</TypeCode>
        </AdditionalDocument>
        <Commodity>
          <Description>Fridges</Description>
          <Classification><ID>84181020</ID><IdentificationTypeCode>TSP</IdentificationTypeCode>
          </Classification>
          <Classification><ID>80</ID><IdentificationTypeCode>TRC</IdentificationTypeCode>
          </Classification>
          <Classification><ID>4099</ID><IdentificationTypeCode>TRA</IdentificationTypeCode>
          </Classification>
          <DangerousGoods><UNDGID>3358</UNDGID></DangerousGoods>
          <GoodsMeasure>
            <GrossMassMeasure unitCode="TNE">1.25</GrossMassMeasure>
            <NetNetWeightMeasure>1100</NetNetWeightMeasure>
            <TariffQuantity unitCode="NAR">20</TariffQuantity>
          </GoodsMeasure>
          <InvoiceLine><ItemChargeAmount currencyID="USD">9900.50</ItemChargeAmount></InvoiceLine>
          <TransportEquipment><SequenceNumeric>1</SequenceNumeric></TransportEquipment>
        </Commodity>
        <GovernmentProcedure><CurrentCode>40</CurrentCode><PreviousCode>00</PreviousCode>
        </GovernmentProcedure>
        <GovernmentProcedure><CurrentCode>000</CurrentCode></GovernmentProcedure>
        <Origin><CountryCode>TR</CountryCode><TypeCode>1</TypeCode></Origin>
        <Packaging><MarksNumbersID>F-1</MarksNumbersID><QuantityQuantity>20</QuantityQuantity>
          <TypeCode>CT</TypeCode></Packaging>
      </GovernmentAgencyGoodsItem>"""


def a_declaration(
    *,
    function: str = "9",
    kind: str = "IMA",
    identity: str = f"<ID>{MRN}</ID>",
    items: str = ITEM,
    quantity: str = "1",
    more: str = "",
) -> str:
    return f"""<md:MetaData xmlns:md="urn:wco:datamodel:WCO:DocumentMetaData-DMS:2">
  <md:WCODataModelVersionCode>3.6</md:WCODataModelVersionCode>
  <Declaration xmlns="urn:wco:datamodel:WCO:DEC-DMS:2" xmlns:p="urn:p">
    <AcceptanceDateTime><p:DateTimeString formatCode="304">20250304101112+01</p:DateTimeString>
    </AcceptanceDateTime>
    <FunctionCode>{function}</FunctionCode>
    <FunctionalReferenceID>LRN-1</FunctionalReferenceID>
    {identity}
    <TypeCode>{kind}</TypeCode>
    <GoodsItemQuantity>{quantity}</GoodsItemQuantity>
    <InvoiceAmount currencyID="USD">9900.50</InvoiceAmount>
    <TotalPackageQuantity>20</TotalPackageQuantity>
    <BorderTransportMeans><ID>B-TR 777</ID><IdentificationTypeCode>30</IdentificationTypeCode>
    </BorderTransportMeans>
    <Agent><FunctionCode>2</FunctionCode></Agent>
    <Declarant><ID>DE111</ID></Declarant>{more}
    <GoodsShipment>
      <Consignment>
        <ContainerCode>1</ContainerCode>
        <LoadingLocation><ID>TRIST</ID></LoadingLocation>
        <TransportEquipment><SequenceNumeric>1</SequenceNumeric><ID>CSQU3054383</ID>
          <FullnessCode>5</FullnessCode><Seal><ID>S-1</ID></Seal><Seal><ID>S-2</ID></Seal>
        </TransportEquipment>
      </Consignment>
      <Destination><CountryCode>DE</CountryCode></Destination>{items}
      <Importer><Name>Kühl GmbH</Name><Address><CityName>Köln</CityName>
        <CountryCode>DE</CountryCode><Line>Ring 1</Line><PostcodeID>50667</PostcodeID></Address>
      </Importer>
    </GoodsShipment>
  </Declaration>
</md:MetaData>"""


def test_an_import_declaration_is_read() -> None:
    (paper,) = read(SOURCE, a_declaration()).papers
    assert (paper.kind, paper.reference) == (PaperKind.IMPORT_DECLARATION, MRN)
    assert paper.aliases == ("LRN-1",)
    assert paper.revision.issued_at == datetime(2025, 3, 4, 9, 11, 12, tzinfo=UTC)
    body = paper.body
    assert isinstance(body, Consignment)
    (item,) = body.goods
    assert (item.hs_code, item.description) == ("8418102080", "Fridges")
    assert (item.gross_mass_kg, item.net_mass_kg) == (1250.0, 1100.0)
    assert (item.quantity, item.quantity_unit, item.packages) == (20.0, "NAR", 20)
    assert item.value == Money(amount=Decimal("9900.50"), currency="USD")
    assert (item.origin_country, item.dangerous[0].un_number) == ("TR", "3358")
    assert item.container_codes == ("CSQU3054383",)
    (box,) = body.equipment
    assert (box.code, box.load) == ("CSQU3054383", DeclaredLoad.LOADED)
    assert box.seals == ("S-1", "S-2")
    assert body.transport.plates == ("B-TR 777",)
    assert (body.transport.place_of_loading, body.transport.place_of_destination) == ("TRIST", "DE")
    assert body.documents == ("N380 INV-77",)
    assert (body.procedure, body.total_packages) == ("4000", 20)
    assert body.total_value == Money(amount=Decimal("9900.50"), currency="USD")
    importer = next(p for p in body.parties if p.role is PartyRole.IMPORTER)
    assert {p.role for p in body.parties} == {PartyRole.DECLARANT, PartyRole.IMPORTER}
    assert (importer.name, importer.address) == ("Kühl GmbH", "Ring 1, 50667, Köln")
    assert "GrossMassMeasure" in paper.field_origins["goods.0.gross_mass_kg"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("IMZ", PaperKind.IMPORT_DECLARATION),
        ("COD", PaperKind.IMPORT_DECLARATION),
        ("EXA", PaperKind.EXPORT_DECLARATION),
        ("T1", PaperKind.TRANSIT_DECLARATION),
        ("", PaperKind.IMPORT_DECLARATION),
    ],
)
def test_the_type_or_the_procedure_tells_the_kind(kind: str, expected: PaperKind) -> None:
    assert read(SOURCE, a_declaration(kind=kind)).papers[0].kind is expected


@pytest.mark.parametrize(
    ("mrn", "expected"),
    [
        ("25DE48510000001JR4", PaperKind.IMPORT_DECLARATION),
        ("25DE48510000001JA4", PaperKind.EXPORT_DECLARATION),
        ("25DE48510000001JK4", PaperKind.TRANSIT_DECLARATION),
    ],
)
def test_an_invalidation_names_what_it_cancels_by_its_mrn(mrn: str, expected: PaperKind) -> None:
    text = a_declaration(
        function="13", kind="INV", identity=f"<ID>{mrn}</ID>", items="", quantity="0"
    )
    (paper,) = read(SOURCE, text).papers
    assert (paper.kind, paper.reference, paper.aliases) == (expected, mrn, ())
    assert paper.revision.function is Function.CANCELLATION
    assert paper.body is None


def test_a_replacement_is_an_amendment_with_its_version() -> None:
    text = a_declaration(function="5", more="<VersionID>3</VersionID>")
    (paper,) = read(SOURCE, text).papers
    assert paper.revision.function is Function.AMENDMENT
    assert paper.revision.number == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (a_declaration(function="13", kind="COR"), "send the whole"),
        (a_declaration(function="99"), "not known"),
        (a_declaration(kind="ZZ", items="", quantity="0", identity=""), "does not tell"),
        (a_declaration(quantity="2"), "GoodsItemQuantity is 2, but there are 1"),
        (a_declaration(items=ITEM.replace(">84181020<", ">fridge<")), "digits of HS"),
        (a_declaration(items=ITEM.replace(">80<", ">8099<")), "digits of HS"),
        (a_declaration(items=ITEM.replace("TNE", "LTR")), "unit of mass"),
        (
            a_declaration(
                items=ITEM.replace(
                    "<TransportEquipment><SequenceNumeric>1",
                    "<TransportEquipment><SequenceNumeric>9",
                )
            ),
            "no container '9'",
        ),
    ],
)
def test_what_cannot_be_taken_whole_is_refused(text: str, reason: str) -> None:
    batch = read(SOURCE, text)
    assert batch.papers == ()
    assert reason in batch.refused[0].reason


def test_an_answer_of_customs_is_no_declaration() -> None:
    answer = """<MetaData xmlns="urn:wco:datamodel:WCO:DocumentMetaData-DMS:2"><Response
      xmlns="urn:wco:datamodel:WCO:RES-DMS:2"><Declaration><ID>1</ID></Declaration></Response>
      </MetaData>"""
    assert not SOURCE.recognises(answer.encode())
    with pytest.raises(UnreadablePaper, match="no statement"):
        read(SOURCE, answer)
    assert SOURCE.recognises(a_declaration().encode()[:400])
    assert not SOURCE.recognises(b"<Declaration xmlns='urn:other'/>")


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, a_declaration())
