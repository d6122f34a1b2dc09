"""Unloading remarks as CC044C (IE044) of NCTS phase 5: a draft out, and back for the round trip.

Order and names follow the published XSD 51.8. The draft is for a person to send; nothing here
sends it.
"""

from __future__ import annotations

import re
from datetime import UTC, date
from xml.sax.saxutils import escape

from service.domain.papers.unloading import EquipmentRemark, ItemRemark, UnloadingRemarks
from service.sources import Limits, UnreadablePaper, eu_messages, lexical
from service.sources.statement import Fields, RefusedStatement
from service.sources.xml_document import Element, parse_xml

NAME = "unloading_remarks"
NAMESPACE = "http://ncts.dgtaxud.ec"
PHASE = "NCTS5.1"
MAX_REMARK, MAX_CONTAINER, MAX_SEAL = 512, 17, 20
HS_LENGTHS = (6, 8)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_cc044c(
    remarks: UnloadingRemarks, *, sender: str, recipient: str, message_id: str
) -> bytes:
    """The message, in UTF-8.

    Raises:
        ValueError: a text is longer than the message has room for, or is no text.
    """
    seals = remarks.seals_intact
    parts = [
        _leaf("messageSender", sender, longest=35),
        _leaf("messageRecipient", recipient, longest=35),
        _leaf("preparationDateAndTime", f"{remarks.prepared_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"),
        _leaf("messageIdentification", message_id, longest=35),
        _leaf("messageType", "CC044C"),
        _node(
            "TransitOperation",
            _leaf("MRN", remarks.mrn, longest=18),
            _leaf("otherThingsToReport", remarks.other_things, longest=MAX_REMARK),
        ),
        _node("CustomsOfficeOfDestinationActual", _leaf("referenceNumber", remarks.office)),
        _node("TraderAtDestination", _leaf("identificationNumber", remarks.trader, longest=17)),
        _node(
            "UnloadingRemark",
            _leaf("conform", str(int(remarks.conform))),
            _leaf("unloadingCompletion", str(int(remarks.complete))),
            _leaf("unloadingDate", remarks.unloaded_on.isoformat()),
            _leaf("stateOfSeals", "" if seals is None else str(int(seals))),
            _leaf("unloadingRemark", remarks.remark, longest=MAX_REMARK),
        ),
        _consignment(remarks),
    ]
    body = "".join(parts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ncts:CC044C PhaseID="{PHASE}" xmlns:ncts="{NAMESPACE}">{body}</ncts:CC044C>\n'
    ).encode()


def read_cc044c(data: bytes, *, limits: Limits) -> UnloadingRemarks:
    """Raises: UnreadablePaper."""
    root = parse_xml(data, source=NAME, limits=limits)
    if root.name != "CC044C":
        raise UnreadablePaper(NAME, f"expected CC044C, found {root.name}")
    try:
        return _remarks(Fields(), root)
    except RefusedStatement as problem:
        raise UnreadablePaper(NAME, problem.reason, where=problem.where) from problem
    except ValueError as problem:
        raise UnreadablePaper(NAME, str(problem), where=root.where) from problem


def _consignment(remarks: UnloadingRemarks) -> str:
    if not (remarks.equipment or remarks.items):
        return ""
    houses: dict[int, list[ItemRemark]] = {}
    for item in remarks.items:
        houses.setdefault(item.house, []).append(item)
    return _node(
        "Consignment",
        *(_equipment(remark) for remark in remarks.equipment),
        *(
            _node(
                "HouseConsignment",
                _leaf("sequenceNumber", str(house)),
                *(_item(item) for item in items),
            )
            for house, items in houses.items()
        ),
    )


def _equipment(remark: EquipmentRemark) -> str:
    seals = remark.seals
    return _node(
        "TransportEquipment",
        _leaf("sequenceNumber", str(remark.sequence)),
        _leaf("containerIdentificationNumber", remark.container_code, longest=MAX_CONTAINER),
        _leaf("numberOfSeals", "" if seals is None else str(len(seals))),
        *(
            _node(
                "Seal",
                _leaf("sequenceNumber", str(number)),
                _leaf("identifier", seal, longest=MAX_SEAL),
            )
            for number, seal in enumerate(seals or (), start=1)
        ),
    )


def _item(item: ItemRemark) -> str:
    code = item.hs_code or ""
    if code and len(code) not in HS_LENGTHS:
        raise ValueError(f"CC044C has room for 6 or 8 digits of HS, got {code!r}")
    commodity = _node(
        "Commodity",
        _leaf("descriptionOfGoods", item.description, longest=MAX_REMARK),
        _node(
            "CommodityCode",
            _leaf("harmonizedSystemSubHeadingCode", code[:6]),
            _leaf("combinedNomenclatureCode", code[6:]),
        ),
        _node(
            "GoodsMeasure",
            _leaf("grossMass", _decimal(item.gross_mass_kg)),
            _leaf("netMass", _decimal(item.net_mass_kg)),
        ),
    )
    packed = (
        _leaf("typeOfPackages", item.package_kind),
        _leaf("numberOfPackages", "" if item.packages is None else str(item.packages)),
        _leaf("shippingMarks", item.marks, longest=MAX_REMARK),
    )
    return _node(
        "ConsignmentItem",
        _leaf("goodsItemNumber", str(item.goods_item)),
        _leaf("declarationGoodsItemNumber", str(item.declaration_item)),
        commodity,
        _node("Packaging", _leaf("sequenceNumber", "1"), *packed) if any(packed) else "",
    )


def _remarks(fields: Fields, root: Element) -> UnloadingRemarks:
    remark = root.first("UnloadingRemark") or root
    where = root.where
    prepared = fields.instant(root, "preparationDateAndTime")
    unloaded = fields.read(remark, "unloadingDate", date.fromisoformat)
    return UnloadingRemarks(
        mrn=fields.required(fields.text(root, "TransitOperation/MRN"), "an MRN", where=where),
        office=fields.text(root, "CustomsOfficeOfDestinationActual/referenceNumber"),
        trader=fields.text(root, "TraderAtDestination/identificationNumber"),
        prepared_at=fields.required(prepared, "a time of preparation", where=where),
        unloaded_on=fields.required(unloaded, "an unloading date", where=where),
        conform=fields.required(
            fields.read(remark, "conform", _flag), "a conform flag", where=where
        ),
        complete=fields.required(
            fields.read(remark, "unloadingCompletion", _flag), "a completion flag", where=where
        ),
        seals_intact=fields.read(remark, "stateOfSeals", _flag),
        remark=fields.text(remark, "unloadingRemark"),
        other_things=fields.text(root, "TransitOperation/otherThingsToReport"),
        equipment=tuple(
            _equipment_of(fields, e) for e in root.all("Consignment/TransportEquipment")
        ),
        items=tuple(
            _item_of(fields, item, house=fields.count(house, "sequenceNumber") or 1)
            for house in root.all("Consignment/HouseConsignment")
            for item in house.all("ConsignmentItem")
        ),
    )


def _equipment_of(fields: Fields, element: Element) -> EquipmentRemark:
    stated = fields.count(element, "numberOfSeals") is not None or element.first("Seal")
    return EquipmentRemark(
        sequence=fields.required(
            fields.count(element, "sequenceNumber"), "a sequence number", where=element.where
        ),
        container_code=fields.text(element, "containerIdentificationNumber"),
        seals=eu_messages.seals(fields, element, to="seals") if stated else None,
    )


def _item_of(fields: Fields, element: Element, *, house: int) -> ItemRemark:
    commodity = element.first("Commodity") or element
    packed = eu_messages.packaging(fields, element, to="item")
    number = fields.count(element, "declarationGoodsItemNumber")
    return ItemRemark(
        declaration_item=fields.required(number, "an item number", where=element.where),
        goods_item=fields.required(
            fields.count(element, "goodsItemNumber"), "an item number", where=element.where
        ),
        house=house,
        description=fields.text(commodity, "descriptionOfGoods"),
        hs_code=eu_messages.hs_code(fields, commodity, to="hs_code"),
        gross_mass_kg=fields.mass_kg(commodity, "GoodsMeasure/grossMass"),
        net_mass_kg=fields.mass_kg(commodity, "GoodsMeasure/netMass"),
        packages=packed.count,
        package_kind=packed.kind,
        marks=packed.marks,
    )


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(f"expected 0 or 1, got {text!r}")
    return text == "1"


def _decimal(value: float | None) -> str:
    """At most six decimals, as the message has them."""
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def _leaf(name: str, text: str, *, longest: int = 200) -> str:
    """An element with text; nothing if there is none."""
    if not text:
        return ""
    if len(text) > longest:
        raise ValueError(f"{name}: at most {longest} characters, got {len(text)}")
    if _NOT_XML.search(text):
        raise ValueError(f"{name}: characters that XML cannot carry")
    return f"<{name}>{escape(lexical.plain(text))}</{name}>"


def _node(name: str, *parts: str) -> str:
    """An element with children; nothing if there are none."""
    inner = "".join(parts)
    return f"<{name}>{inner}</{name}>" if inner else ""
