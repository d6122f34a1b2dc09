"""Transit declarations of NCTS phase 5 and 6: CC015C, CC013C, CC014C and CC029C.

- CC015C (IE015) lodges a declaration under the trader's LRN.
- CC013C (IE013) replaces it as a whole, under the MRN or the LRN.
- CC014C (IE014) asks for its invalidation; we take it as a cancellation.
- CC029C (IE029) is the release by the office of departure and names MRN and LRN.

Source: DDNTA appendix Q2, XSD versions 51.8 and 60.4.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Consignment, Equipment, GoodsItem, Transport
from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import Batch, Limits, PaperFile, eu_messages, lexical
from service.sources.statement import Fields, RefusedStatement, a_paper, read_each
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

NAME = "ncts"
FUNCTIONS = {
    "cc015c": Function.ORIGINAL,
    "cc029c": Function.ORIGINAL,
    "cc013c": Function.AMENDMENT,
    "cc014c": Function.CANCELLATION,
}


class Ncts:
    """Reads transit declarations."""

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
    mrn = fields.read(message, "TransitOperation/MRN", lexical.reference) or ""
    lrn = fields.read(message, "TransitOperation/LRN", lexical.reference) or ""
    cancelled = function is Function.CANCELLATION
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.TRANSIT_DECLARATION,
        reference=fields.required(mrn or lrn, "an MRN or LRN", where=message.where),
        aliases=(lrn,),
        function=function,
        issued_at=fields.instant(message, "preparationDateAndTime"),
        body=None if cancelled else _body(fields, message),
        where=message.where,
        origins=fields.origins,
    )


def _body(fields: Fields, message: Element) -> Consignment:
    consignment = message.first("Consignment")
    if consignment is None:
        raise RefusedStatement("expected a Consignment, found none", where=message.where)
    houses = consignment.all("HouseConsignment")
    items = consignment.all("HouseConsignment/ConsignmentItem")
    sealed = consignment.all("TransportEquipment")
    boxes = [e for e in sealed if fields.text(e, "containerIdentificationNumber")]
    loose = [e for e in sealed if e not in boxes]
    by_item = eu_messages.containers_by_item(fields, boxes)
    return Consignment(
        goods=tuple(_item(fields, item, i, by_item) for i, item in enumerate(items)),
        equipment=tuple(_equipment(fields, box, i) for i, box in enumerate(boxes)),
        parties=eu_messages.parties(fields, (message, consignment, *houses, *items)),
        transport=_transport(fields, consignment, houses, loose),
        documents=eu_messages.documents(fields, (consignment, *houses, *items)),
        procedure=fields.text(message, "TransitOperation/declarationType", to="procedure"),
        customs_office=fields.text(
            message, "CustomsOfficeOfDeparture/referenceNumber", to="customs_office"
        ),
        total_gross_mass_kg=fields.mass_kg(consignment, "grossMass", to="total_gross_mass_kg"),
    )


def _item(
    fields: Fields, item: Element, index: int, by_item: Mapping[int, tuple[str, ...]]
) -> GoodsItem:
    to = f"goods.{index}"
    fields.origins[to] = item.where
    number = fields.count(item, "declarationGoodsItemNumber", to=f"{to}.number")
    if number is None:
        number = fields.required(
            fields.count(item, "goodsItemNumber", to=f"{to}.number"),
            "a goods item number",
            where=item.where,
        )
    commodity = item.first("Commodity") or item
    packed = eu_messages.packaging(fields, item, to=to)
    return GoodsItem(
        number=number,
        description=fields.text(commodity, "descriptionOfGoods", to=f"{to}.description"),
        hs_code=eu_messages.hs_code(fields, commodity, to=f"{to}.hs_code"),
        packages=packed.count,
        package_kind=packed.kind,
        marks=packed.marks,
        gross_mass_kg=fields.mass_kg(commodity, "GoodsMeasure/grossMass", to=f"{to}.gross_mass_kg"),
        net_mass_kg=fields.mass_kg(commodity, "GoodsMeasure/netMass", to=f"{to}.net_mass_kg"),
        quantity=fields.amount(commodity, "GoodsMeasure/supplementaryUnits", to=f"{to}.quantity"),
        cus_code=fields.text(commodity, "cusCode", to=f"{to}.cus_code"),
        dangerous=eu_messages.dangerous(fields, commodity, to=f"{to}.dangerous"),
        container_codes=by_item.get(number, ()),
    )


def _equipment(fields: Fields, box: Element, index: int) -> Equipment:
    to = f"equipment.{index}"
    referred = box.first("GoodsReference") is not None
    return Equipment(
        code=fields.read(
            box, "containerIdentificationNumber", lexical.equipment_code, to=f"{to}.code"
        )
        or "",
        load=DeclaredLoad.LOADED if referred else None,
        seals=eu_messages.seals(fields, box, to=f"{to}.seals"),
    )


def _transport(
    fields: Fields, consignment: Element, houses: list[Element], loose: list[Element]
) -> Transport:
    holders = (consignment, *houses)
    names = ("DepartureTransportMeans", "ActiveBorderTransportMeans")
    travels = eu_messages.means(
        fields, [e for holder in holders for name in names for e in holder.all(name)]
    )
    return Transport(
        plates=travels.plates,
        vessel=travels.vessel,
        vessel_imo=travels.vessel_imo,
        voyage=travels.voyage,
        carrier=fields.text(consignment, "Carrier/identificationNumber", to="transport.carrier"),
        place_of_loading=eu_messages.place(
            fields, consignment, "PlaceOfLoading", to="transport.place_of_loading"
        ),
        place_of_discharge=eu_messages.place(
            fields, consignment, "PlaceOfUnloading", to="transport.place_of_discharge"
        ),
        place_of_destination=fields.text(
            consignment, "countryOfDestination", to="transport.place_of_destination"
        ),
        countries_of_routing=eu_messages.routing(
            fields, [consignment], ("CountryOfRoutingOfConsignment",)
        ),
        seals=tuple(
            seal for e in loose for seal in eu_messages.seals(fields, e, to="transport.seals")
        ),
    )
