"""Invoices as Cross Industry Invoice D16B: Factur-X, ZUGFeRD 2 and XRechnung CII, bare or in a PDF.

A PDF is recognised by its first bytes only; one without such an invoice inside is refused, because
what is printed on its pages is not read here.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from service.domain.papers.consignment import (
    Consignment,
    GoodsItem,
    InvoiceAmounts,
    Money,
    Party,
    PartyRole,
    TaxLine,
)
from service.domain.papers.paper import Paper, PaperKind
from service.sources import HEAD_BYTES, Batch, Limits, PaperFile, UnreadablePaper, lexical
from service.sources.pdf_attachment import embedded_files, is_pdf
from service.sources.statement import Fields, RefusedStatement, a_paper, read_each
from service.sources.ubl import HS_LISTS
from service.sources.ubl_invoice import line_numbers
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

NAME = "facturx"
NAMESPACE = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
ROOT = "crossindustryinvoice"
PARTIES = {
    "ApplicableHeaderTradeAgreement/SellerTradeParty": PartyRole.SELLER,
    "ApplicableHeaderTradeAgreement/BuyerTradeParty": PartyRole.BUYER,
    "ApplicableHeaderTradeDelivery/ShipToTradeParty": PartyRole.CONSIGNEE,
    "ApplicableHeaderTradeDelivery/ShipFromTradeParty": PartyRole.CONSIGNOR,
}
DOCUMENTS = {
    "ApplicableHeaderTradeAgreement/BuyerOrderReferencedDocument": "220",
    "ApplicableHeaderTradeAgreement/ContractReferencedDocument": "315",
    "ApplicableHeaderTradeAgreement/AdditionalReferencedDocument": "",
    "ApplicableHeaderTradeDelivery/DespatchAdviceReferencedDocument": "351",
    "ApplicableHeaderTradeDelivery/DeliveryNoteReferencedDocument": "270",
    "ApplicableHeaderTradeSettlement/InvoiceReferencedDocument": "380",
}
"""Path to document type of UNTDID 1001; empty: as stated there."""
TOTALS = {
    "lines": "LineTotalAmount",
    "allowances": "AllowanceTotalAmount",
    "charges": "ChargeTotalAmount",
    "net": "TaxBasisTotalAmount",
    "gross": "GrandTotalAmount",
    "prepaid": "TotalPrepaidAmount",
    "rounding": "RoundingAmount",
    "payable": "DuePayableAmount",
}


class FacturX:
    """Reads Cross Industry Invoices."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        return is_pdf(head) or (NAMESPACE, ROOT) in opening_tags(head)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        data = _attached(file.data, limits) if is_pdf(file.data) else file.data
        root = parse_xml(data, source=NAME, limits=limits)
        found = [e for e in statements(root, frozenset({ROOT})) if e.namespace == NAMESPACE]
        return read_each(NAME, found, partial(_paper, file), limits=limits)


def _attached(data: bytes, limits: Limits) -> bytes:
    """The only invoice among the attachments of a PDF."""
    if len(data) > limits.max_bytes:
        raise UnreadablePaper(NAME, f"{len(data)} bytes, at most {limits.max_bytes} are read")
    contents = list(embedded_files(data, source=NAME, limits=limits))
    invoices = [
        content
        for content in contents
        if isinstance(content, bytes) and (NAMESPACE, ROOT) in opening_tags(content[:HEAD_BYTES])
    ]
    if len(invoices) == 1:
        return invoices[0]
    problem = next((c for c in contents if isinstance(c, UnreadablePaper)), None)
    if problem is not None and not invoices:
        raise problem
    raise UnreadablePaper(
        NAME,
        "expected a PDF with one Factur-X or ZUGFeRD 2 invoice attached,"
        f" found {len(invoices)}; the pages themselves are not read",
    )


def _paper(file: PaperFile, invoice: Element) -> Paper:
    fields = Fields(file.local_zone)
    reference = fields.read(invoice, "ExchangedDocument/ID", lexical.reference)
    issued = invoice.first("ExchangedDocument/IssueDateTime/DateTimeString")
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.INVOICE,
        reference=fields.required(reference, "an ID", where=invoice.where),
        issued_at=fields.convert(
            issued,
            partial(
                lexical.coded_instant,
                code=issued.attributes.get("format", "102"),
                zone=file.local_zone,
            ),
        )
        if issued is not None
        else None,
        body=_body(fields, invoice),
        where=invoice.where,
        origins=fields.origins,
    )


def _body(fields: Fields, invoice: Element) -> Consignment:
    trade = invoice.first("SupplyChainTradeTransaction")
    settlement = trade.first("ApplicableHeaderTradeSettlement") if trade else None
    if trade is None or settlement is None:
        raise RefusedStatement("expected a trade transaction, found none", where=invoice.where)
    currency = fields.required(
        fields.read(settlement, "InvoiceCurrencyCode", lexical.currency),
        "an InvoiceCurrencyCode",
        where=settlement.where,
    )
    lines = trade.all("IncludedSupplyChainTradeLineItem")
    numbers = line_numbers(
        [fields.text(line, "AssociatedDocumentLineDocument/LineID") for line in lines]
    )
    amounts = _amounts(fields, settlement, currency)
    return Consignment(
        goods=tuple(
            _line(fields, line, index, number, currency)
            for index, (line, number) in enumerate(zip(lines, numbers, strict=True))
        ),
        parties=_parties(fields, trade),
        documents=_documents(fields, trade),
        total_value=None
        if amounts.lines is None
        else Money(amount=amounts.lines, currency=currency),
        amounts=amounts,
    )


def _line(fields: Fields, line: Element, index: int, number: int, currency: str) -> GoodsItem:
    to = f"goods.{index}"
    fields.origins[to] = line.where
    product = line.first("SpecifiedTradeProduct") or line
    quantity = line.first("SpecifiedLineTradeDelivery/BilledQuantity")
    billed = fields.number(line, "SpecifiedLineTradeDelivery/BilledQuantity", to=f"{to}.quantity")
    texts = [
        fields.texts(product, name, to=f"{to}.description") for name in ("Name", "Description")
    ]
    classes = [
        e
        for e in product.all("DesignatedProductClassification/ClassCode")
        if e.attributes.get("listID", "").upper() in HS_LISTS and e.text
    ]
    price = "SpecifiedLineTradeAgreement/NetPriceProductTradePrice"
    total = "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    return GoodsItem(
        number=number,
        description="; ".join(dict.fromkeys(text for text in texts if text)),
        hs_code=fields.convert(classes[0], lexical.hs_code, to=f"{to}.hs_code")
        if classes
        else None,
        quantity=None if billed is None else float(billed),
        quantity_unit=quantity.attributes.get("unitCode", "") if quantity else "",
        value=fields.money(
            line, f"SpecifiedLineTradeSettlement/{total}", currency=currency, to=f"{to}.value"
        ),
        origin_country=fields.read(
            product, "OriginTradeCountry/ID", lexical.country, to=f"{to}.origin_country"
        )
        or "",
        unit_price=fields.money(
            line, f"{price}/ChargeAmount", currency=currency, to=f"{to}.unit_price"
        ),
        price_quantity=fields.amount(line, f"{price}/BasisQuantity", to=f"{to}.price_quantity"),
        line_charges=_charges(fields, line, currency, to=f"{to}.line_charges"),
    )


def _charges(fields: Fields, line: Element, currency: str, *, to: str) -> Money | None:
    """Charges less allowances of a line."""
    found = line.all("SpecifiedLineTradeSettlement/SpecifiedTradeAllowanceCharge")
    total = Decimal(0)
    for element in found:
        amount = fields.number(element, "ActualAmount", to=to) or Decimal(0)
        charge = fields.text(element, "ChargeIndicator/Indicator").lower() in {"true", "1"}
        total += amount if charge else -amount
    return Money(amount=total, currency=currency) if found else None


def _amounts(fields: Fields, settlement: Element, currency: str) -> InvoiceAmounts:
    sums = settlement.first("SpecifiedTradeSettlementHeaderMonetarySummation") or settlement
    # A second total may state the tax in the currency of the tax office.
    taxes = [
        fields.convert(e, lexical.number, to="amounts.tax")
        for e in sums.all("TaxTotalAmount")
        if e.text and e.attributes.get("currencyID", currency) == currency
    ]
    if len(taxes) > 1:
        raise RefusedStatement("two tax totals in one currency", where=sums.where)
    return InvoiceAmounts(
        currency=currency,
        tax=taxes[0] if taxes else None,
        tax_lines=tuple(
            TaxLine(
                taxable=fields.number(tax, "BasisAmount", to=f"amounts.tax_lines.{i}.taxable"),
                tax=fields.number(tax, "CalculatedAmount", to=f"amounts.tax_lines.{i}.tax"),
                rate_percent=fields.number(tax, "RateApplicablePercent"),
                category=fields.text(tax, "CategoryCode"),
            )
            for i, tax in enumerate(settlement.all("ApplicableTradeTax"))
        ),
        **{name: fields.number(sums, path, to=f"amounts.{name}") for name, path in TOTALS.items()},
    )


def _parties(fields: Fields, trade: Element) -> tuple[Party, ...]:
    found: dict[Party, str] = {}
    identifiers = (
        "SpecifiedTaxRegistration/ID", "SpecifiedLegalOrganization/ID", "GlobalID", "ID",
    )  # fmt: skip
    names = (
        "LineOne",
        "LineTwo",
        "LineThree",
        "PostcodeCode",
        "CityName",
        "CountrySubDivisionName",
    )
    for path, role in PARTIES.items():
        for element in trade.all(path):
            numbers = (
                fields.convert(e, lexical.plain)
                for p in identifiers
                for e in element.all(p)
                if e.text
            )
            address = (fields.text(element, f"PostalTradeAddress/{name}") for name in names)
            party = Party(
                role=role,
                name=fields.texts(element, "Name"),
                identifier=next(numbers, ""),
                country=fields.read(element, "PostalTradeAddress/CountryID", lexical.country) or "",
                address=", ".join(text for text in address if text),
            )
            if party.name or party.identifier:
                found.setdefault(party, element.where)
    for index, where in enumerate(found.values()):
        fields.origins[f"parties.{index}"] = where
    return tuple(found)


def _documents(fields: Fields, trade: Element) -> tuple[str, ...]:
    found = []
    for path, kind in DOCUMENTS.items():
        for element in trade.all(path):
            number = fields.text(element, "IssuerAssignedID")
            if number:
                found.append(f"{kind or fields.text(element, 'TypeCode')} {number}".strip())
    return tuple(dict.fromkeys(found))
