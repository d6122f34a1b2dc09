"""Goods, the boxes that carry them, and the parties: the body of every goods document."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from service.domain.declaration import DeclaredLoad


class PartyRole(StrEnum):
    """What a party is to the consignment."""

    DECLARANT = "declarant"
    REPRESENTATIVE = "representative"
    EXPORTER = "exporter"
    IMPORTER = "importer"
    CONSIGNOR = "consignor"
    CONSIGNEE = "consignee"
    NOTIFY = "notify"
    CARRIER = "carrier"
    SELLER = "seller"
    BUYER = "buyer"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """`identifier` is an EORI or another registration number; `country` ISO 3166 alpha-2."""

    role: PartyRole
    name: str = ""
    identifier: str = ""
    country: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """`currency` is ISO 4217."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DangerousGoods:
    """`imdg_class` with division ("5.1"); `un_number` four digits."""

    un_number: str
    imdg_class: str = ""
    packing_group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsItem:
    """One item. `hs_code` is 2 to 10 digits, None if the paper has none; empty `container_codes`
    mean that the paper does not say which box it is in. `unit_price` is for `price_quantity`
    units; `line_charges` are charges less allowances of the line, already within `value`.
    """

    number: int
    description: str = ""
    hs_code: str | None = None
    packages: int | None = None
    package_kind: str = ""
    marks: str = ""
    gross_mass_kg: float | None = None
    net_mass_kg: float | None = None
    quantity: float | None = None
    quantity_unit: str = ""
    value: Money | None = None
    origin_country: str = ""
    cus_code: str = ""
    dangerous: tuple[DangerousGoods, ...] = ()
    container_codes: tuple[str, ...] = ()
    unit_price: Money | None = None
    price_quantity: float | None = None
    line_charges: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """One container or trailer as a paper describes it. `load` None: the paper does not say."""

    code: str
    size_type: str | None = None
    load: DeclaredLoad | None = None
    seals: tuple[str, ...] = ()
    gross_mass_kg: float | None = None
    tare_kg: float | None = None
    verified_gross_mass_kg: float | None = None
    temperature_c: float | None = None
    dangerous: tuple[DangerousGoods, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How the goods travel. `plates` are tractor and trailer; places are UN/LOCODE or names.

    `seals` are those on the vehicle itself, where the paper seals something that it does not name.
    """

    plates: tuple[str, ...] = ()
    vessel: str = ""
    vessel_imo: str = ""
    vessel_call_sign: str = ""
    voyage: str = ""
    carrier: str = ""
    place_of_loading: str = ""
    place_of_discharge: str = ""
    place_of_destination: str = ""
    countries_of_routing: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()


NOT_STATED = Transport()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """Tax of one category and rate as an invoice states it; None: not stated."""

    taxable: Decimal | None = None
    tax: Decimal | None = None
    rate_percent: Decimal | None = None
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAmounts:
    """The sums at the foot of an invoice as stated, all in `currency`; None: not stated.

    By EN 16931: lines - allowances + charges = net; net + tax = gross; gross - prepaid +
    rounding = payable.
    """

    currency: str
    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None
    tax_lines: tuple[TaxLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """`documents` are other references that it names ("705 MAEU1234567", an invoice number);
    `totals` are as stated, so that they can be checked against the items.
    """

    goods: tuple[GoodsItem, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    parties: tuple[Party, ...] = ()
    transport: Transport = NOT_STATED
    documents: tuple[str, ...] = ()
    procedure: str = ""
    customs_office: str = ""
    total_packages: int | None = None
    total_gross_mass_kg: float | None = None
    total_value: Money | None = None
    amounts: InvoiceAmounts | None = None
