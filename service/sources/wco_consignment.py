"""The body of a WCO Data Model declaration: goods, containers, parties, transport, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import (
    Consignment,
    DangerousGoods,
    Equipment,
    GoodsItem,
    Party,
    PartyRole,
    Transport,
)
from service.sources import eu_messages, lexical
from service.sources.statement import Fields, RefusedStatement
from service.sources.xml_document import Element

PARTIES = {
    "declarant": PartyRole.DECLARANT,
    "agent": PartyRole.REPRESENTATIVE,
    "exporter": PartyRole.EXPORTER,
    "importer": PartyRole.IMPORTER,
    "consignor": PartyRole.CONSIGNOR,
    "consignee": PartyRole.CONSIGNEE,
    "notifyparty": PartyRole.NOTIFY,
    "carrier": PartyRole.CARRIER,
    "buyer": PartyRole.BUYER,
    "seller": PartyRole.SELLER,
}
TARIFF_CLASSES = ("TSP", "HS", "GN", "SRZ", "")
"""Classification types that are a nomenclature, the longest code first; TRC appends TARIC."""
TARIC_CLASS, CUS_CLASS = "TRC", "CV"
FULLNESS = {"4": DeclaredLoad.EMPTY, "5": DeclaredLoad.LOADED, "7": DeclaredLoad.LOADED}
"""UN/EDIFACT 8169, full or empty indicator."""
ROAD_MODE = "3"


@dataclass(slots=True)
class Reader:
    """One declaration while it is read; `fields` collects the places of its values."""

    declaration: Element
    fields: Fields = field(default_factory=Fields)

    @property
    def shipments(self) -> list[Element]:
        return self.declaration.all("GoodsShipment")

    @property
    def consignments(self) -> list[Element]:
        return [
            *self.declaration.all("Consignment"),
            *self.declaration.all("GoodsShipment/Consignment"),
        ]

    @property
    def items(self) -> list[Element]:
        return self.declaration.all("GoodsShipment/GovernmentAgencyGoodsItem")


def consignment_of(reader: Reader) -> Consignment:
    fields, declaration = reader.fields, reader.declaration
    items = reader.items
    stated = fields.count(declaration, "GoodsItemQuantity")
    if stated is not None and stated != len(items):
        raise RefusedStatement(
            f"GoodsItemQuantity is {stated}, but there are {len(items)}", where=declaration.where
        )
    boxes = [
        box
        for consignment in reader.consignments
        for box in consignment.all("TransportEquipment")
        if fields.text(box, "ID")
    ]
    numbers = {
        fields.text(box, "SequenceNumeric"): fields.read(box, "ID", lexical.equipment_code) or ""
        for box in boxes
    }
    offices = ("PresentationOffice/ID", "EntryOffice/ID", "ExitOffice/ID", "DeclarationOfficeID")
    return Consignment(
        goods=tuple(_item(fields, item, i, numbers) for i, item in enumerate(items)),
        equipment=tuple(_equipment(fields, box, i) for i, box in enumerate(boxes)),
        parties=_parties(fields, [declaration, *reader.shipments, *reader.consignments, *items]),
        transport=_transport(reader),
        documents=_documents(fields, [declaration, *reader.shipments, *items]),
        procedure=_procedure(fields, items),
        customs_office=next(
            (t for t in (fields.text(declaration, o, to="customs_office") for o in offices) if t),
            "",
        ),
        total_packages=fields.count(declaration, "TotalPackageQuantity", to="total_packages"),
        total_gross_mass_kg=fields.mass_kg(
            declaration, "TotalGrossMassMeasure", to="total_gross_mass_kg"
        ),
        total_value=fields.money(declaration, "InvoiceAmount", to="total_value"),
    )


def _item(fields: Fields, item: Element, index: int, boxes: Mapping[str, str]) -> GoodsItem:
    to = f"goods.{index}"
    fields.origins[to] = item.where
    commodity = item.first("Commodity") or item
    measures = commodity if commodity.first("GoodsMeasure") else item
    counts = [
        fields.convert(e, lexical.count, to=f"{to}.packages")
        for e in item.all("Packaging/QuantityQuantity")
        if e.text
    ]
    tariff = measures.first("GoodsMeasure/TariffQuantity")
    return GoodsItem(
        number=fields.required(
            fields.count(item, "SequenceNumeric", to=f"{to}.number"),
            "a SequenceNumeric",
            where=item.where,
        ),
        description=fields.texts(commodity, "Description", to=f"{to}.description"),
        hs_code=_hs_code(fields, commodity, to=f"{to}.hs_code"),
        packages=sum(counts) if counts else None,
        package_kind=fields.texts(item, "Packaging/TypeCode", to=f"{to}.package_kind"),
        marks=fields.texts(item, "Packaging/MarksNumbersID", to=f"{to}.marks"),
        gross_mass_kg=fields.mass_kg(
            measures, "GoodsMeasure/GrossMassMeasure", to=f"{to}.gross_mass_kg"
        ),
        net_mass_kg=fields.mass_kg(
            measures, "GoodsMeasure/NetNetWeightMeasure", to=f"{to}.net_mass_kg"
        ),
        quantity=fields.amount(measures, "GoodsMeasure/TariffQuantity", to=f"{to}.quantity"),
        quantity_unit=tariff.attributes.get("unitCode", "") if tariff else "",
        value=fields.money(commodity, "InvoiceLine/ItemChargeAmount", to=f"{to}.value")
        or fields.money(item, "StatisticalValueAmount", to=f"{to}.value")
        or fields.money(item, "CustomsValueAmount", to=f"{to}.value"),
        origin_country=_origin(fields, item, to=f"{to}.origin_country"),
        cus_code=next(iter(_classes(fields, commodity, CUS_CLASS)), ""),
        dangerous=tuple(
            DangerousGoods(
                un_number=fields.convert(e, lexical.un_number, to=f"{to}.dangerous.{i}.un_number")
            )
            for i, e in enumerate(e for e in commodity.all("DangerousGoods/UNDGID") if e.text)
        ),
        container_codes=_containers(fields, item, boxes),
    )


def _classes(fields: Fields, commodity: Element, kind: str) -> list[str]:
    return [
        fields.text(e, "ID")
        for e in commodity.all("Classification")
        if fields.text(e, "IdentificationTypeCode").upper() == kind
    ]


def _hs_code(fields: Fields, commodity: Element, *, to: str) -> str | None:
    for kind in TARIFF_CLASSES:
        for element in commodity.all("Classification"):
            if fields.text(element, "IdentificationTypeCode").upper() != kind:
                continue
            code = fields.read(element, "ID", lexical.hs_code, to=to)
            if code:
                taric = "".join(_classes(fields, commodity, TARIC_CLASS))
                try:
                    return lexical.hs_code(code + taric)
                except ValueError as problem:
                    raise RefusedStatement(str(problem), where=element.where) from problem
    return None


def _origin(fields: Fields, item: Element, *, to: str) -> str:
    """The country of (non-preferential) origin, type 1 or no type."""
    for element in item.all("Origin"):
        if fields.text(element, "TypeCode") in {"", "1"}:
            country = fields.text(element, "CountryCode", to=to)
            if country:
                return country
    return ""


def _containers(fields: Fields, item: Element, boxes: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    for path in ("Commodity/TransportEquipment", "TransportEquipment"):
        for element in item.all(path):
            number = fields.text(element, "SequenceNumeric")
            code = fields.read(element, "ID", lexical.equipment_code) or boxes.get(number)
            if not code:
                raise RefusedStatement(f"no container {number!r} is declared", where=element.where)
            found.append(code)
    return tuple(dict.fromkeys(found))


def _equipment(fields: Fields, box: Element, index: int) -> Equipment:
    to = f"equipment.{index}"
    return Equipment(
        code=fields.read(box, "ID", lexical.equipment_code, to=f"{to}.code") or "",
        size_type=fields.text(box, "CharacteristicCode", to=f"{to}.size_type") or None,
        load=FULLNESS.get(fields.text(box, "FullnessCode", to=f"{to}.load")),
        seals=tuple(
            fields.convert(e, lexical.reference, to=f"{to}.seals.{i}")
            for i, e in enumerate(e for e in box.all("Seal/ID") if e.text)
        ),
    )


def _parties(fields: Fields, holders: list[Element]) -> tuple[Party, ...]:
    found: dict[Party, str] = {}
    for holder in holders:
        for element in holder.children:
            role = PARTIES.get(element.name.lower())
            if role is None:
                continue
            names = ("Line", "PostcodeID", "CityName")
            address = (fields.texts(element, f"Address/{name}") for name in names)
            party = Party(
                role=role,
                name=fields.text(element, "Name"),
                identifier=fields.text(element, "ID"),
                country=fields.read(element, "Address/CountryCode", lexical.country) or "",
                address=", ".join(text for text in address if text),
            )
            if party.name or party.identifier:
                found.setdefault(party, element.where)
    for index, where in enumerate(found.values()):
        fields.origins[f"parties.{index}"] = where
    return tuple(found)


def _transport(reader: Reader) -> Transport:
    fields = reader.fields
    names = ("ArrivalTransportMeans", "DepartureTransportMeans", "BorderTransportMeans")
    holders = [reader.declaration, *reader.consignments]
    plates: list[str] = []
    vessel, imo, voyage = "", "", ""
    for element in (e for name in names for holder in holders for e in holder.all(name)):
        number = fields.text(element, "ID") or fields.text(element, "Name")
        kind = fields.text(element, "IdentificationTypeCode")
        road = kind in {eu_messages.ROAD_VEHICLE, eu_messages.ROAD_TRAILER}
        if number and (road or (not kind and fields.text(element, "ModeCode") == ROAD_MODE)):
            fields.origins[f"transport.plates.{len(plates)}"] = element.where
            plates.append(number)
        elif kind == eu_messages.SHIP_BY_IMO:
            imo = imo or number
        elif kind == eu_messages.SHIP_BY_NAME:
            vessel = vessel or number
        voyage = voyage or fields.text(element, "JourneyID", to="transport.voyage")

    def place(name: str) -> str:
        stated = (
            fields.text(c, f"{name}/ID", to=f"transport.{name}") or fields.text(c, f"{name}/Name")
            for c in reader.consignments
        )
        return next((found for found in stated if found), "")

    shipments = reader.shipments
    destination = [fields.text(s, "Destination/CountryCode") for s in shipments]
    routes = [e for c in reader.consignments for e in c.all("Itinerary/RoutingCountryCode")]
    return Transport(
        plates=tuple(dict.fromkeys(plates)),
        vessel=vessel,
        vessel_imo=imo,
        voyage=voyage,
        carrier=next((t for c in reader.consignments if (t := fields.text(c, "Carrier/Name"))), ""),
        place_of_loading=place("LoadingLocation"),
        place_of_discharge=place("UnloadingLocation"),
        place_of_destination=next((text for text in destination if text), ""),
        countries_of_routing=tuple(fields.convert(e, lexical.country) for e in routes if e.text),
    )


def _documents(fields: Fields, holders: list[Element]) -> tuple[str, ...]:
    found = []
    for holder in holders:
        for element in (*holder.all("AdditionalDocument"), *holder.all("PreviousDocument")):
            kind = fields.text(element, "CategoryCode") + fields.text(element, "TypeCode")
            number = fields.text(element, "ID")
            if number:
                found.append(f"{kind} {number}".strip())
        for element in holder.all("UCR/TraderAssignedReferenceID"):
            if element.text:
                found.append(f"UCR {element.text}")
    for holder in holders[1:2]:
        for element in holder.all("Consignment/TransportContractDocument"):
            kind, number = fields.text(element, "TypeCode"), fields.text(element, "ID")
            if number:
                found.append(f"{kind} {number}".strip())
    return tuple(dict.fromkeys(found))


def _procedure(fields: Fields, items: list[Element]) -> str:
    """Requested and previous procedure ("4000"), each once."""
    codes = [
        fields.text(first, "CurrentCode") + fields.text(first, "PreviousCode")
        for item in items
        if (first := item.first("GovernmentProcedure")) is not None
    ]
    return "; ".join(dict.fromkeys(code for code in codes if code))
