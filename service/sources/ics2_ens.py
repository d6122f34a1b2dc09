"""Entry summary declarations of ICS2: filings IE3F10 to F51, amendments IE3A10 to A51, IE3Q04.

- IE3Fnn files (a part of) an entry summary under the declarant's LRN; the nn is the specific
  circumstance: sea, air, express, postal, road, rail.
- IE3Ann amends a filing as a whole, under its MRN.
- IE3Q04 asks to invalidate it.

The MRN is given in the answer (IE3R01), which is no paper of ours; until a filing names its MRN,
an amendment under the MRN and the filing under the LRN are two papers.

Source: ICS2 HTI interface element descriptions 2.02 (namespaces `urn:wco:datamodel:WCO:CIS:1` and
`urn:wco:datamodel:eu:ics2:2`, which differ in the case of names).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import (
    Consignment,
    Equipment,
    GoodsItem,
    Money,
    Transport,
)
from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import Batch, Limits, PaperFile, eu_messages, lexical
from service.sources.statement import Fields, RefusedStatement, a_paper, read_each
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

NAME = "ics2_ens"
FUNCTIONS = {
    **{f"ie3f{number}": Function.ORIGINAL for number in range(10, 60)},
    **{f"ie3a{number}": Function.AMENDMENT for number in range(10, 60)},
    "ie3q04": Function.CANCELLATION,
}
_ISO_SIZE_TYPE = re.compile(r"[0-9A-Z]{2}[A-Z0-9]{2}")
PACKED = {"A": DeclaredLoad.EMPTY, "B": DeclaredLoad.LOADED}
"""Code list CL709, container packed status."""


class Ics2Ens:
    """Reads entry summary declarations."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        return any(tag in FUNCTIONS for _, tag in opening_tags(head))

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        root = parse_xml(file.data, source=NAME, limits=limits)
        messages = statements(root, frozenset(FUNCTIONS))
        return read_each(NAME, messages, lambda m: _paper(file, m), limits=limits)


def _paper(file: PaperFile, message: Element) -> Paper:
    fields = Fields(file.local_zone)
    function = FUNCTIONS[message.name.lower()]
    mrn = fields.read(message, "MRN", lexical.reference) or ""
    lrn = fields.read(message, "LRN", lexical.reference) or ""
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.ENTRY_SUMMARY,
        reference=fields.required(mrn or lrn, "an MRN or LRN", where=message.where),
        aliases=(lrn,),
        function=function,
        issued_at=fields.instant(message, "documentIssueDate/DateTime")
        or fields.instant(message, "documentIssueDate"),
        body=None if function is Function.CANCELLATION else _body(fields, message),
        where=message.where,
        origins=fields.origins,
    )


def _body(fields: Fields, message: Element) -> Consignment:
    masters = message.all("consignmentMasterLevel")
    houses = [
        *message.all("consignmentMasterLevel/consignmentHouseLevel"),
        *message.all("consignmentHouseLevel"),
    ]
    levels = [*masters, *houses]
    if not levels:
        raise RefusedStatement("expected a consignment, found none", where=message.where)
    items = [item for level in levels for item in level.all("goodsItem")]
    shipments = [shipment for level in levels for shipment in level.all("goodsShipment")]
    boxes = [box for holder in (*levels, *items) for box in holder.all("transportEquipment")]
    totals = [m for m in masters if m.first("totalGrossMass")]
    return Consignment(
        goods=tuple(_item(fields, item, index) for index, item in enumerate(items)),
        equipment=_equipment(fields, boxes),
        parties=eu_messages.parties(fields, (message, *levels, *shipments, *items)),
        transport=_transport(fields, message, levels),
        documents=eu_messages.documents(fields, (message, *levels, *items)),
        procedure=fields.text(message, "specificCircumstanceIndicator", to="procedure"),
        customs_office=fields.text(
            message, "customsOfficeOfFirstEntry/referenceNumber", to="customs_office"
        ),
        total_gross_mass_kg=fields.mass_kg(totals[0], "totalGrossMass", to="total_gross_mass_kg")
        if len(totals) == 1
        else None,
    )


def _item(fields: Fields, item: Element, index: int) -> GoodsItem:
    to = f"goods.{index}"
    fields.origins[to] = item.where
    commodity = item.first("commodity") or item
    packed = eu_messages.packaging(fields, item, to=to)
    codes = [e for e in item.all("transportEquipment/containerIdentificationNumber") if e.text]
    return GoodsItem(
        number=fields.required(
            fields.count(item, "goodsItemNumber", to=f"{to}.number"),
            "a goods item number",
            where=item.where,
        ),
        description=fields.text(commodity, "descriptionOfGoods", to=f"{to}.description"),
        hs_code=eu_messages.hs_code(fields, commodity, to=f"{to}.hs_code"),
        packages=packed.count,
        package_kind=packed.kind,
        marks=packed.marks,
        gross_mass_kg=fields.mass_kg(item, "weight/grossMass", to=f"{to}.gross_mass_kg"),
        net_mass_kg=fields.mass_kg(item, "weight/netMass", to=f"{to}.net_mass_kg"),
        value=_value(fields, item, to=f"{to}.value"),
        cus_code=fields.text(commodity, "cusCode", to=f"{to}.cus_code"),
        dangerous=eu_messages.dangerous(fields, commodity, to=f"{to}.dangerous"),
        container_codes=tuple(
            fields.convert(e, lexical.equipment_code, to=f"{to}.container_codes.{i}")
            for i, e in enumerate(codes)
        ),
    )


def _value(fields: Fields, item: Element, *, to: str) -> Money | None:
    stated = fields.number(item, "postalValue/value", to=to)
    if stated is None:
        return None
    currency = fields.read(item, "postalValue/currency", lexical.currency)
    return Money(amount=stated, currency=fields.required(currency, "a currency", where=item.where))


def _equipment(fields: Fields, elements: Iterable[Element]) -> tuple[Equipment, ...]:
    """Each container once: an item may name it, and its house or master describe it."""
    found: dict[str, Equipment] = {}
    described: dict[str, Element] = {}
    indexes: dict[str, int] = {}
    for element in elements:
        code = fields.required(
            fields.read(element, "containerIdentificationNumber", lexical.equipment_code),
            "a container number",
            where=element.where,
        )
        index = indexes.setdefault(code, len(indexes))
        stated = _one(fields, element, code, to=f"equipment.{index}")
        before = found.get(code)
        bare = Equipment(code=code)
        if before in (None, bare):
            found[code], described[code] = stated, element
        elif stated not in (bare, before):
            raise RefusedStatement(
                f"{code} is described differently in {described[code].where}",
                where=element.where,
            )
    return tuple(found.values())


def _one(fields: Fields, element: Element, code: str, *, to: str) -> Equipment:
    fields.origins.setdefault(f"{to}.code", element.where)
    status = fields.text(element, "containerPackedStatus", to=f"{to}.load")
    if status and status not in PACKED:
        raise RefusedStatement(
            f"expected a packed status of A or B, got {status!r}", where=element.where
        )
    return Equipment(
        code=code,
        size_type=_size_type(fields, element, to=f"{to}.size_type"),
        load=PACKED.get(status),
        seals=eu_messages.seals(fields, element, to=f"{to}.seals"),
    )


def _size_type(fields: Fields, element: Element, *, to: str) -> str | None:
    """By ISO 6346. Code list CL710 numbers types in a way of its own, which says nothing here."""
    stated = fields.text(element, "containerSizeAndType").upper()
    if not _ISO_SIZE_TYPE.fullmatch(stated):
        return None
    return fields.text(element, "containerSizeAndType", to=to).upper()


def _transport(fields: Fields, message: Element, levels: list[Element]) -> Transport:
    holders = (message, *levels)
    names = ("activeBorderTransportMeans", "passiveBorderTransportMeans")
    elements = [e for holder in holders for name in names for e in holder.all(name)]
    travels = eu_messages.means(fields, elements)
    carriers = [fields.text(level, "carrier/name", to="transport.carrier") for level in holders]

    def first_place(name: str, to: str) -> str:
        places = (eu_messages.place(fields, level, name, to=to) for level in levels)
        return next((found for found in places if found), "")

    return Transport(
        plates=travels.plates,
        vessel=travels.vessel,
        vessel_imo=travels.vessel_imo,
        voyage=travels.voyage,
        carrier=next((name for name in carriers if name), ""),
        place_of_loading=first_place("placeOfLoading", "transport.place_of_loading"),
        place_of_discharge=first_place("placeOfUnloading", "transport.place_of_discharge"),
        place_of_destination=first_place("placeOfDelivery", "transport.place_of_destination"),
        countries_of_routing=eu_messages.routing(
            fields, levels, ("countriesOfRoutingOfConsignment",)
        )
        or eu_messages.routing(fields, elements, ("countriesOfRoutingOfMeansOfTransport",)),
    )
