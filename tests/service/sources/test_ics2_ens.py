from datetime import UTC, datetime

import pytest
from customs_builders import assert_survives_mutations, read

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Consignment, PartyRole
from service.domain.papers.paper import Function, PaperKind
from service.sources.ics2_ens import Ics2Ens

SOURCE = Ics2Ens()
BOX = """<transportEquipment>
        <containerSizeAndType>22G1</containerSizeAndType>
        <containerPackedStatus>B</containerPackedStatus>
        <containerSupplierType>2</containerSupplierType>
        <containerIdentificationNumber>CSQU3054383</containerIdentificationNumber>
        <numberOfSeals>1</numberOfSeals><seal><identifier>SL-1</identifier></seal>
      </transportEquipment>"""


def a_filing(
    kind: str = "IE3F11",
    *,
    reference: str = "<LRN>ENS-1</LRN>",
    box: str = BOX,
    item_box: str = "<transportEquipment><containerIdentificationNumber>CSQU3054383"
    "</containerIdentificationNumber></transportEquipment>",
) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<{kind} xmlns="urn:wco:datamodel:eu:ics2:2">
  <documentIssueDate><DateTime>2025-03-04T11:11:12+01:00</DateTime></documentIssueDate>
  {reference}
  <specificCircumstanceIndicator>F11</specificCircumstanceIndicator>
  <activeBorderTransportMeans>
    <identificationNumber>IMO 9074729</identificationNumber>
    <typeOfIdentification>10</typeOfIdentification>
    <modeOfTransport>1</modeOfTransport>
    <conveyanceReferenceNumber>V042E</conveyanceReferenceNumber>
    <countriesOfRoutingOfMeansOfTransport><country>CN</country>
    </countriesOfRoutingOfMeansOfTransport>
    <countriesOfRoutingOfMeansOfTransport><country>NL</country>
    </countriesOfRoutingOfMeansOfTransport>
  </activeBorderTransportMeans>
  <consignmentMasterLevel>
    <containerIndicator>1</containerIndicator>
    <totalGrossMass>18000</totalGrossMass>
    <carrier><name>Sea Lines</name><identificationNumber>NL1</identificationNumber></carrier>
    <transportDocumentMasterLevel><documentNumber>MBL-1</documentNumber><type>N705</type>
    </transportDocumentMasterLevel>
    <placeOfLoading><UNLOCODE>CNSHA</UNLOCODE></placeOfLoading>
    <placeOfUnloading><UNLOCODE>NLRTM</UNLOCODE></placeOfUnloading>
    <consignmentHouseLevel>
      <consignor><name>Shanghai Toys</name><address><city>Shanghai</city><country>CN</country>
        <street>Nanjing Road</street><number>5</number></address></consignor>
      <goodsShipment><buyer><name>Toy Shop</name></buyer></goodsShipment>
      <transportDocumentHouseLevel><documentNumber>HBL-1</documentNumber><type>N714</type>
      </transportDocumentHouseLevel>
      {box}
      <goodsItem>
        <goodsItemNumber>1</goodsItemNumber>
        <commodity><descriptionOfGoods>Toys of plastics</descriptionOfGoods>
          <commodityCode><harmonizedSystemSubHeadingCode>950300</harmonizedSystemSubHeadingCode>
          </commodityCode>
          <dangerousGoods><UNNumber>3480</UNNumber></dangerousGoods></commodity>
        <weight><grossMass>18000</grossMass></weight>
        <packaging><shippingMarks>TOY</shippingMarks><numberOfPackages>900</numberOfPackages>
          <typeOfPackages>CT</typeOfPackages></packaging>
        <postalValue><value>12.50</value><currency>EUR</currency></postalValue>
        {item_box}
      </goodsItem>
    </consignmentHouseLevel>
  </consignmentMasterLevel>
  <declarant><name>Filer BV</name><identificationNumber>NL777</identificationNumber></declarant>
  <customsOfficeOfFirstEntry><referenceNumber>NL000396</referenceNumber>
  </customsOfficeOfFirstEntry>
</{kind}>"""


def test_a_filing_is_read_over_its_levels() -> None:
    (paper,) = read(SOURCE, a_filing()).papers
    assert (paper.kind, paper.reference) == (PaperKind.ENTRY_SUMMARY, "ENS-1")
    assert paper.revision.function is Function.ORIGINAL
    assert paper.revision.issued_at == datetime(2025, 3, 4, 10, 11, 12, tzinfo=UTC)
    body = paper.body
    assert isinstance(body, Consignment)
    (item,) = body.goods
    assert (item.hs_code, item.packages, item.package_kind) == ("950300", 900, "CT")
    assert item.gross_mass_kg == 18000.0
    assert item.value is not None
    assert (str(item.value.amount), item.value.currency) == ("12.50", "EUR")
    assert item.dangerous[0].un_number == "3480"
    assert item.container_codes == ("CSQU3054383",)
    (box,) = body.equipment
    assert (box.size_type, box.load, box.seals) == ("22G1", DeclaredLoad.LOADED, ("SL-1",))
    travel = body.transport
    assert (travel.vessel_imo, travel.voyage, travel.carrier) == ("9074729", "V042E", "Sea Lines")
    assert (travel.place_of_loading, travel.place_of_discharge) == ("CNSHA", "NLRTM")
    assert travel.countries_of_routing == ("CN", "NL")
    assert body.documents == ("N705 MBL-1", "N714 HBL-1")
    assert {p.role for p in body.parties} == {
        PartyRole.DECLARANT,
        PartyRole.CARRIER,
        PartyRole.CONSIGNOR,
        PartyRole.BUYER,
    }
    assert (body.procedure, body.customs_office) == ("F11", "NL000396")
    assert body.total_gross_mass_kg == 18000.0


def test_names_in_the_case_of_the_older_namespace_are_read_alike() -> None:
    older = a_filing()
    for name in ("consignmentMasterLevel", "consignmentHouseLevel", "goodsItem", "commodity"):
        older = older.replace(name, name[0].upper() + name[1:])
    assert read(SOURCE, older).papers[0].body == read(SOURCE, a_filing()).papers[0].body


@pytest.mark.parametrize(
    ("kind", "reference", "function", "stated", "aliases"),
    [
        ("IE3F50", "<LRN>A</LRN>", Function.ORIGINAL, "A", ()),
        ("IE3A11", "<MRN>25NL1</MRN>", Function.AMENDMENT, "25NL1", ()),
        ("IE3A11", "<LRN>A</LRN><MRN>25NL1</MRN>", Function.AMENDMENT, "25NL1", ("A",)),
        ("IE3Q04", "<MRN>25NL1</MRN>", Function.CANCELLATION, "25NL1", ()),
    ],
)
def test_filing_amendment_and_invalidation_are_told_apart(
    kind: str, reference: str, function: Function, stated: str, aliases: tuple[str, ...]
) -> None:
    (paper,) = read(SOURCE, a_filing(kind, reference=reference)).papers
    assert paper.revision.function is function
    assert (paper.reference, paper.aliases) == (stated, aliases)
    assert (paper.body is None) == (function is Function.CANCELLATION)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (a_filing(reference=""), "expected an MRN or LRN"),
        (a_filing(box=BOX.replace(">B<", ">Z<")), "packed status"),
        (a_filing(box=BOX + BOX.replace(">B<", ">A<")), "described differently"),
        (a_filing().replace("<goodsItemNumber>1</goodsItemNumber>", ""), "goods item number"),
        (a_filing().replace("<currency>EUR</currency>", ""), "a currency"),
        ("<IE3F10><MRN>1</MRN></IE3F10>", "expected a consignment"),
    ],
)
def test_what_contradicts_itself_or_lacks_its_key_is_refused(text: str, reason: str) -> None:
    batch = read(SOURCE, text)
    assert batch.papers == ()
    assert reason in batch.refused[0].reason


def test_answers_of_customs_are_not_recognised() -> None:
    assert SOURCE.recognises(a_filing().encode()[:200])
    assert not SOURCE.recognises(b'<IE3R01 xmlns="urn:wco:datamodel:eu:ics2:2"><MRN>1</MRN>')
    assert not SOURCE.recognises(b"<CC015C/>")


def test_mutations_never_crash_it() -> None:
    assert_survives_mutations(SOURCE, a_filing())


def test_a_seal_of_none_is_no_seal_and_its_count_may_be_nought() -> None:
    text = a_filing().replace("<numberOfSeals>1<", "<numberOfSeals>0<").replace(">SL-1<", ">None<")
    (paper,) = read(SOURCE, text).papers
    assert isinstance(paper.body, Consignment)
    assert [box.seals for box in paper.body.equipment] == [()]


def test_a_size_in_a_code_list_of_its_own_is_no_size_type() -> None:
    text = a_filing().replace(">22G1<", ">18<")
    (paper,) = read(SOURCE, text).papers
    assert isinstance(paper.body, Consignment)
    assert {box.size_type for box in paper.body.equipment} == {None}
