"""Invoices as UBL 2.1 (`Invoice`), among them Peppol BIS Billing 3 and XRechnung."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from service.domain.papers.consignment import (
    Consignment,
    GoodsItem,
    InvoiceAmounts,
    Money,
    PartyRole,
    TaxLine,
)
from service.domain.papers.paper import Paper, PaperKind
from service.sources import Batch, Limits, PaperFile, lexical, ubl
from service.sources.statement import Fields, RefusedStatement, a_paper, read_each
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

NAME = "ubl_invoice"
NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
PARTIES = {
    "AccountingSupplierParty": PartyRole.SELLER,
    "AccountingCustomerParty": PartyRole.BUYER,
    "Delivery/DeliveryParty": PartyRole.CONSIGNEE,
}
DOCUMENTS = {
    "OrderReference": "220",
    "BillingReference/InvoiceDocumentReference": "380",
    "DespatchDocumentReference": "351",
    "ReceiptDocumentReference": "632",
    "ContractDocumentReference": "315",
    "AdditionalDocumentReference": "",
}
"""Path to document type of UNTDID 1001; empty: as stated there."""
TOTALS = {
    "lines": "LineExtensionAmount",
    "allowances": "AllowanceTotalAmount",
    "charges": "ChargeTotalAmount",
    "net": "TaxExclusiveAmount",
    "gross": "TaxInclusiveAmount",
    "prepaid": "PrepaidAmount",
    "rounding": "PayableRoundingAmount",
    "payable": "PayableAmount",
}


class UblInvoice:
    """Reads UBL invoices."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        return (NAMESPACE, "invoice") in opening_tags(head)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        root = parse_xml(file.data, source=NAME, limits=limits)
        found = [e for e in statements(root, frozenset({"invoice"})) if e.namespace == NAMESPACE]
        return read_each(NAME, found, partial(_paper, file), limits=limits)


def _paper(file: PaperFile, invoice: Element) -> Paper:
    fields = Fields(file.local_zone)
    reference = fields.read(invoice, "ID", lexical.reference)
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.INVOICE,
        reference=fields.required(reference, "an ID", where=invoice.where),
        issued_at=ubl.issued_at(fields, invoice),
        body=_body(fields, invoice),
        where=invoice.where,
        origins=fields.origins,
    )


def _currency(fields: Fields, invoice: Element) -> str:
    """UBL lets the document's currency be left out where its amounts name theirs."""
    stated = fields.read(invoice, "DocumentCurrencyCode", lexical.currency)
    paths = ("LegalMonetaryTotal/PayableAmount", "InvoiceLine/LineExtensionAmount")
    amounts = [element for path in paths for element in invoice.all(path)]
    named = {element.attributes.get("currencyID", "") for element in amounts}
    only = next(iter(named)) if len(named) == 1 else ""
    try:
        return stated or lexical.currency(only)
    except ValueError as problem:
        reason = "expected a DocumentCurrencyCode, or amounts of one currency"
        raise RefusedStatement(reason, where=invoice.where) from problem


def _body(fields: Fields, invoice: Element) -> Consignment:
    currency = _currency(fields, invoice)
    lines = invoice.all("InvoiceLine")
    numbers = line_numbers([fields.text(line, "ID") for line in lines])
    amounts = _amounts(fields, invoice, currency)
    return Consignment(
        goods=tuple(
            _line(fields, line, index, number)
            for index, (line, number) in enumerate(zip(lines, numbers, strict=True))
        ),
        equipment=ubl.equipment(fields, [invoice]),
        parties=ubl.parties(fields, invoice, PARTIES),
        documents=tuple(dict.fromkeys(ubl.document_references(fields, invoice, DOCUMENTS))),
        total_value=None
        if amounts.lines is None
        else Money(amount=amounts.lines, currency=currency),
        amounts=amounts,
    )


def line_numbers(stated: list[str]) -> list[int]:
    """The stated line numbers if they are different whole numbers, else their places from 1."""
    short = [t for t in stated if t.isascii() and t.isdigit() and int(t) <= lexical.MAX_COUNT]
    if len(short) == len(stated) == len(set(map(int, short))):
        return [int(text) for text in stated]
    return list(range(1, len(stated) + 1))


def _line(fields: Fields, line: Element, index: int, number: int) -> GoodsItem:
    to = f"goods.{index}"
    fields.origins[to] = line.where
    words = ubl.item_words(fields, line.first("Item") or line, to=to)
    quantity = line.first("InvoicedQuantity")
    return GoodsItem(
        number=number,
        description=words.description,
        hs_code=words.hs_code,
        net_mass_kg=words.net_mass_kg,
        gross_mass_kg=words.gross_mass_kg,
        quantity=_signed(fields, line, "InvoicedQuantity", to=f"{to}.quantity"),
        quantity_unit=quantity.attributes.get("unitCode", "") if quantity else "",
        value=fields.money(line, "LineExtensionAmount", to=f"{to}.value"),
        origin_country=words.origin_country,
        dangerous=words.dangerous,
        unit_price=fields.money(line, "Price/PriceAmount", to=f"{to}.unit_price"),
        price_quantity=fields.amount(line, "Price/BaseQuantity", to=f"{to}.price_quantity"),
        line_charges=_charges(fields, line, to=f"{to}.line_charges"),
    )


def _signed(fields: Fields, element: Element, path: str, *, to: str) -> float | None:
    """A quantity; an invoice that takes goods back has negative ones."""
    value = fields.number(element, path, to=to)
    return None if value is None else float(value)


def _charges(fields: Fields, line: Element, *, to: str) -> Money | None:
    """Charges less allowances of a line."""
    total, currency = Decimal(0), ""
    for element in line.all("AllowanceCharge"):
        stated = fields.money(element, "Amount", to=to)
        if stated is None:
            continue
        charge = fields.text(element, "ChargeIndicator").lower() in {"true", "1"}
        total += stated.amount if charge else -stated.amount
        if currency not in {"", stated.currency}:
            raise RefusedStatement("charges in two currencies", where=element.where)
        currency = stated.currency
    return Money(amount=total, currency=currency) if currency else None


def _amounts(fields: Fields, invoice: Element, currency: str) -> InvoiceAmounts:
    def own(element: Element, path: str, *, to: str) -> Decimal | None:
        stated = fields.money(element, path, currency=currency, to=to)
        if stated is not None and stated.currency != currency:
            raise RefusedStatement(
                f"{path} is in {stated.currency}, the invoice in {currency}", where=element.where
            )
        return stated.amount if stated else None

    totals = invoice.first("LegalMonetaryTotal") or invoice
    # A second TaxTotal may state the tax in the currency of the tax office.
    taxes = [
        tax
        for tax in invoice.all("TaxTotal")
        if (amount := tax.first("TaxAmount")) is not None
        and amount.attributes.get("currencyID", currency) == currency
    ]
    if len(taxes) > 1:
        raise RefusedStatement("two TaxTotals in one currency", where=taxes[1].where)
    tax = taxes[0] if taxes else None
    return InvoiceAmounts(
        currency=currency,
        tax=own(tax, "TaxAmount", to="amounts.tax") if tax else None,
        tax_lines=tuple(
            TaxLine(
                taxable=own(sub, "TaxableAmount", to=f"amounts.tax_lines.{i}.taxable")
                or Decimal(0),
                tax=own(sub, "TaxAmount", to=f"amounts.tax_lines.{i}.tax") or Decimal(0),
                rate_percent=fields.number(sub, "TaxCategory/Percent"),
                category=fields.text(sub, "TaxCategory/ID"),
            )
            for i, sub in enumerate(tax.all("TaxSubtotal") if tax else [])
        ),
        **{name: own(totals, path, to=f"amounts.{name}") for name, path in TOTALS.items()},
    )
