import zlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from customs_builders import a_file, assert_survives_mutations, read

from service.domain.papers.consignment import (
    Consignment,
    InvoiceAmounts,
    Money,
    PartyRole,
    TaxLine,
)
from service.domain.papers.paper import PaperKind
from service.sources import Limits, PaperSource, UnreadablePaper
from service.sources.facturx import FacturX
from service.sources.ubl_invoice import UblInvoice, line_numbers

UBL, CII = UblInvoice(), FacturX()


def a_ubl_invoice(*, currency: str = "EUR", line: str = "", tax: str = "") -> str:
    return f"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>INV-77</cbc:ID><cbc:IssueDate>2025-03-01</cbc:IssueDate>
  <cbc:IssueTime>12:00:00+02:00</cbc:IssueTime>
  <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
  <cac:OrderReference><cbc:ID>PO-1</cbc:ID></cac:OrderReference>
  <cac:AdditionalDocumentReference><cbc:ID>MAEU1</cbc:ID>
    <cbc:DocumentTypeCode>705</cbc:DocumentTypeCode></cac:AdditionalDocumentReference>
  <cac:AccountingSupplierParty><cac:Party>
    <cac:PostalAddress><cbc:StreetName>Ring 1</cbc:StreetName><cbc:CityName>Köln</cbc:CityName>
      <cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country>
    </cac:PostalAddress>
    <cac:PartyTaxScheme><cbc:CompanyID>DE123</cbc:CompanyID></cac:PartyTaxScheme>
    <cac:PartyLegalEntity><cbc:RegistrationName>Kühl GmbH</cbc:RegistrationName>
    </cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Buyer</cbc:Name></cac:PartyName>
  </cac:Party></cac:AccountingCustomerParty>
  <cac:Delivery><cac:Shipment><cac:TransportHandlingUnit><cac:TransportEquipment>
    <cbc:ID>CSQU3054383</cbc:ID><cac:TransportEquipmentSeal><cbc:ID>S-1</cbc:ID>
    </cac:TransportEquipmentSeal></cac:TransportEquipment></cac:TransportHandlingUnit>
  </cac:Shipment></cac:Delivery>{tax}
  <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">190.00</cbc:TaxAmount><cac:TaxSubtotal>
    <cbc:TaxableAmount currencyID="EUR">1000.00</cbc:TaxableAmount>
    <cbc:TaxAmount currencyID="EUR">190.00</cbc:TaxAmount>
    <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent></cac:TaxCategory>
  </cac:TaxSubtotal></cac:TaxTotal>
  <cac:LegalMonetaryTotal>
    <cbc:LineExtensionAmount currencyID="{currency}">1000.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="EUR">1000.00</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="EUR">1190.00</cbc:TaxInclusiveAmount>
    <cbc:PayableAmount currencyID="EUR">1190.00</cbc:PayableAmount>
  </cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:ID>10</cbc:ID>
    <cbc:InvoicedQuantity unitCode="C62">5</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="EUR">1000.00</cbc:LineExtensionAmount>
    <cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator>
      <cbc:Amount currencyID="EUR">50.00</cbc:Amount></cac:AllowanceCharge>
    <cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>
      <cbc:Amount currencyID="EUR">10.00</cbc:Amount></cac:AllowanceCharge>
    <cac:Item><cbc:Description>No frost</cbc:Description><cbc:Name>Fridge</cbc:Name>
      <cac:OriginCountry><cbc:IdentificationCode>TR</cbc:IdentificationCode></cac:OriginCountry>
      <cac:CommodityClassification>
        <cbc:ItemClassificationCode listID="STI">99</cbc:ItemClassificationCode>
      </cac:CommodityClassification>
      <cac:CommodityClassification>
        <cbc:ItemClassificationCode listID="HS">8418.10</cbc:ItemClassificationCode>
      </cac:CommodityClassification>
      <cac:Dimension><cbc:AttributeID>AAB</cbc:AttributeID>
        <cbc:Measure unitCode="TNE">0.3</cbc:Measure></cac:Dimension></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="EUR">208.00</cbc:PriceAmount>
      <cbc:BaseQuantity unitCode="C62">1</cbc:BaseQuantity></cac:Price>
  </cac:InvoiceLine>{line}
</Invoice>"""


def a_cii_invoice(*, summation: str = "") -> str:
    return f"""<rsm:CrossIndustryInvoice
  xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
  <rsm:ExchangedDocument><ram:ID>INV-77</ram:ID><ram:TypeCode>380</ram:TypeCode>
    <ram:IssueDateTime><udt:DateTimeString format="102">20250301</udt:DateTimeString>
    </ram:IssueDateTime></rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:IncludedSupplyChainTradeLineItem>
      <ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID>
      </ram:AssociatedDocumentLineDocument>
      <ram:SpecifiedTradeProduct><ram:Name>Fridge</ram:Name>
        <ram:DesignatedProductClassification><ram:ClassCode listID="HS">841810</ram:ClassCode>
        </ram:DesignatedProductClassification>
        <ram:OriginTradeCountry><ram:ID>TR</ram:ID></ram:OriginTradeCountry>
      </ram:SpecifiedTradeProduct>
      <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
        <ram:ChargeAmount>200.00</ram:ChargeAmount></ram:NetPriceProductTradePrice>
      </ram:SpecifiedLineTradeAgreement>
      <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">5</ram:BilledQuantity>
      </ram:SpecifiedLineTradeDelivery>
      <ram:SpecifiedLineTradeSettlement><ram:SpecifiedTradeSettlementLineMonetarySummation>
        <ram:LineTotalAmount>1000.00</ram:LineTotalAmount>
      </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
    </ram:IncludedSupplyChainTradeLineItem>
    <ram:ApplicableHeaderTradeAgreement>
      <ram:SellerTradeParty><ram:Name>Kühl GmbH</ram:Name><ram:PostalTradeAddress>
        <ram:PostcodeCode>50667</ram:PostcodeCode><ram:LineOne>Ring 1</ram:LineOne>
        <ram:CityName>Köln</ram:CityName><ram:CountryID>DE</ram:CountryID>
        </ram:PostalTradeAddress><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123</ram:ID>
        </ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
      <ram:BuyerTradeParty><ram:Name>Buyer</ram:Name></ram:BuyerTradeParty>
      <ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-1</ram:IssuerAssignedID>
      </ram:BuyerOrderReferencedDocument>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeDelivery/>
    <ram:ApplicableHeaderTradeSettlement>
      <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
      <ram:ApplicableTradeTax><ram:CalculatedAmount>190.00</ram:CalculatedAmount>
        <ram:BasisAmount>1000.00</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
        <ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
      <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:LineTotalAmount>1000.00</ram:LineTotalAmount>
        <ram:TaxBasisTotalAmount>1000.00</ram:TaxBasisTotalAmount>
        <ram:TaxTotalAmount currencyID="EUR">190.00</ram:TaxTotalAmount>
        <ram:TaxTotalAmount currencyID="USD">205.00</ram:TaxTotalAmount>{summation}
        <ram:GrandTotalAmount>1190.00</ram:GrandTotalAmount>
        <ram:DuePayableAmount>1190.00</ram:DuePayableAmount>
      </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""


def a_pdf(*attachments: bytes, filters: str = "/Filter /FlateDecode", trailer: str = "") -> bytes:
    parts = [b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"]
    for number, content in enumerate(attachments, start=2):
        packed = zlib.compress(content) if "Flate" in filters else content
        head = (
            f"{number} 0 obj\n<< /Type /EmbeddedFile {filters} /Length {len(packed)} >>\nstream\n"
        )
        parts.append(head.encode() + packed + b"\nendstream\nendobj\n")
    return b"".join(parts) + f"trailer << {trailer} >>\n%%EOF".encode()


def the_body(source: PaperSource, data: bytes | str) -> Consignment:
    (paper,) = read(source, data).papers
    assert (paper.kind, paper.reference) == (PaperKind.INVOICE, "INV-77")
    assert isinstance(paper.body, Consignment)
    return paper.body


def eur(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def test_a_ubl_invoice_is_read_with_its_amounts() -> None:
    body = the_body(UBL, a_ubl_invoice())
    (item,) = body.goods
    assert (item.number, item.description) == (10, "Fridge; No frost")
    assert (item.hs_code, item.origin_country, item.gross_mass_kg) == ("841810", "TR", 300.0)
    assert (item.quantity, item.quantity_unit) == (5.0, "C62")
    assert (item.value, item.unit_price) == (eur("1000.00"), eur("208.00"))
    assert (item.price_quantity, item.line_charges) == (1.0, eur("-40.00"))
    assert body.amounts == InvoiceAmounts(
        currency="EUR",
        lines=Decimal(1000),
        net=Decimal(1000),
        tax=Decimal(190),
        gross=Decimal(1190),
        payable=Decimal(1190),
        tax_lines=(
            TaxLine(
                taxable=Decimal(1000), tax=Decimal(190), rate_percent=Decimal(19), category="S"
            ),
        ),
    )
    assert body.total_value == eur("1000.00")
    assert body.documents == ("220 PO-1", "705 MAEU1")
    assert body.equipment[0].code == "CSQU3054383"
    assert body.equipment[0].seals == ("S-1",)
    seller, buyer = body.parties
    assert (seller.role, seller.name, seller.identifier) == (PartyRole.SELLER, "Kühl GmbH", "DE123")
    assert (seller.country, seller.address) == ("DE", "Ring 1, Köln")
    assert (buyer.role, buyer.name) == (PartyRole.BUYER, "Buyer")


def test_a_cii_invoice_says_the_same() -> None:
    body = the_body(CII, a_cii_invoice())
    (item,) = body.goods
    assert (item.hs_code, item.origin_country, item.quantity) == ("841810", "TR", 5.0)
    assert (item.value, item.unit_price, item.line_charges) == (eur("1000"), eur("200"), None)
    assert body.amounts is not None
    assert (body.amounts.tax, body.amounts.gross) == (Decimal(190), Decimal(1190))
    assert body.amounts.tax_lines[0].rate_percent == Decimal(19)
    assert body.documents == ("220 PO-1",)
    assert body.parties[0].address == "Ring 1, 50667, Köln"
    assert body.parties[0].identifier == "DE123"


def test_times_of_issue_are_aware() -> None:
    ubl, cii = read(UBL, a_ubl_invoice()).papers[0], read(CII, a_cii_invoice()).papers[0]
    assert ubl.revision.issued_at == datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert cii.revision.issued_at == datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "numbers"),
    [
        (["1", "2"], [1, 2]),
        (["10", "20"], [10, 20]),
        (["1", "1"], [1, 2]),
        (["01", "1"], [1, 2]),
        (["a", "7"], [1, 2]),
        (["", ""], [1, 2]),
        (["9" * 50, "1"], [1, 2]),
        ([], []),
    ],
)
def test_line_numbers_are_the_stated_ones_only_if_they_number(
    stated: list[str], numbers: list[int]
) -> None:
    assert line_numbers(stated) == numbers


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        (UBL, a_ubl_invoice(currency="USD"), "is in USD, the invoice in EUR"),
        (
            UBL,
            a_ubl_invoice().replace(">EUR<", "><").replace(' currencyID="EUR"', ""),
            "a DocumentCurrencyCode",
        ),
        (UBL, a_ubl_invoice().replace(">INV-77<", "><"), "expected an ID"),
        (
            UBL,
            a_ubl_invoice(
                tax="<cac:TaxTotal><cbc:TaxAmount currencyID='EUR'>1</cbc:TaxAmount></cac:TaxTotal>"
            ),
            "two TaxTotals",
        ),
        (UBL, a_ubl_invoice().replace("2025-03-01", "2025-02-30"), "expected a date"),
        (
            CII,
            a_cii_invoice(summation="<ram:TaxTotalAmount>1</ram:TaxTotalAmount>"),
            "two tax totals",
        ),
        (CII, a_cii_invoice().replace('"102"', '"999"'), "known time format"),
        (CII, a_cii_invoice().replace(">EUR<", "><"), "an InvoiceCurrencyCode"),
    ],
)
def test_an_invoice_that_contradicts_itself_is_refused(
    source: PaperSource, text: str, reason: str
) -> None:
    batch = read(source, text)
    assert batch.papers == ()
    assert reason in batch.refused[0].reason


@pytest.mark.parametrize("filters", ["/Filter /FlateDecode", "/Filter [/FlateDecode]", ""])
def test_the_invoice_inside_a_pdf_is_read(filters: str) -> None:
    data = a_pdf(b"%PDF-1.4 terms", a_cii_invoice().encode(), b"<other/>", filters=filters)
    assert CII.recognises(data[:4096])
    assert the_body(CII, data) == the_body(CII, a_cii_invoice())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (a_pdf(), "found 0"),
        (a_pdf(b"<Invoice/>"), "found 0"),
        (a_pdf(a_cii_invoice().encode(), a_cii_invoice().encode()), "found 2"),
        (a_pdf(a_cii_invoice().encode(), trailer="/Encrypt 5 0 R"), "encrypted"),
        (a_pdf(b"x", filters="/Filter /LZWDecode"), "not read"),
        (a_pdf(b"x", filters="/Filter [/ASCII85Decode /FlateDecode]"), "not read"),
        (a_pdf(b"x" * 100)[:120], "cut off"),
        (a_pdf(b"x" * 100).replace(b"\nstream\nx", b"\nstream\ny"), "damaged"),
        (a_pdf(*[b"x"] * 101), "more than 100"),
        (b"%PDF-1.7", "found 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_pdf_without_one_readable_invoice_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadablePaper, match=reason):
        read(CII, data)


def test_an_attachment_that_swells_is_stopped_at_the_limit() -> None:
    bomb = a_pdf(b"\x00" * 5_000_000)
    with pytest.raises(UnreadablePaper, match="holds more than 100000 bytes"):
        CII.read(a_file(bomb), limits=Limits(max_bytes=100_000))


def test_each_recognises_its_own_kind_of_invoice_only() -> None:
    assert UBL.recognises(a_ubl_invoice().encode()[:400])
    assert not UBL.recognises(a_cii_invoice().encode()[:400])
    assert CII.recognises(a_cii_invoice().encode()[:400])
    assert not CII.recognises(a_ubl_invoice().encode()[:400])
    assert not UBL.recognises(b"<Invoice/>")


def test_mutations_never_crash_them() -> None:
    assert_survives_mutations(UBL, a_ubl_invoice())
    assert_survives_mutations(CII, a_cii_invoice())
    assert_survives_mutations(CII, a_pdf(a_cii_invoice().encode(), filters=""))


def test_an_invoice_without_its_currency_has_that_of_its_amounts() -> None:
    stated = read(UBL, a_ubl_invoice()).papers[0].body
    assert stated == read(UBL, a_ubl_invoice().replace(">EUR<", "><")).papers[0].body
    mixed = (
        a_ubl_invoice()
        .replace(">EUR<", "><")
        .replace('<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="USD">')
    )
    assert "amounts of one currency" in read(UBL, mixed).refused[0].reason
