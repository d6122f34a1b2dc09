"""What UBL 2.1 documents have in common: parties, items, equipment, dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.papers.consignment import DangerousGoods, Equipment, Party, PartyRole
from service.sources import lexical
from service.sources.statement import Fields, RefusedStatement
from service.sources.xml_document import Element

HS_LISTS = frozenset({"HS", "CV", "TARIC", "CN"})
"""UNTDID 7143: HS harmonised system, CV customs article number; and what is written instead."""
NET_WEIGHT, GROSS_WEIGHT = "AAA", "AAB"
"""UNTDID 6313, measured attribute."""
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWords:
    """What an `Item` says of the goods."""

    description: str
    hs_code: str | None
    origin_country: str
    net_mass_kg: float | None
    gross_mass_kg: float | None
    dangerous: tuple[DangerousGoods, ...]


def issued_at(fields: Fields, document: Element) -> datetime | None:
    """`IssueDate` at `IssueTime`; midnight if there is no time."""
    day = fields.text(document, "IssueDate")
    if not day:
        return None
    time = fields.text(document, "IssueTime")
    element = document.first("IssueDate") or document
    try:
        return lexical.instant(f"{day[:10]}T{time}" if time else day, zone=fields.zone)
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=element.where) from problem


def item_words(fields: Fields, item: Element, *, to: str) -> ItemWords:
    """Name and description, customs code, origin and masses of an `Item`."""
    classes = [
        e
        for e in item.all("CommodityClassification/ItemClassificationCode")
        if e.attributes.get("listID", "").upper() in HS_LISTS and e.text
    ]
    texts = [fields.texts(item, n, to=f"{to}.description") for n in ("Name", "Description")]
    return ItemWords(
        description="; ".join(dict.fromkeys(text for text in texts if text)),
        hs_code=fields.convert(classes[0], lexical.hs_code, to=f"{to}.hs_code")
        if classes
        else None,
        origin_country=fields.read(
            item, "OriginCountry/IdentificationCode", lexical.country, to=f"{to}.origin_country"
        )
        or "",
        net_mass_kg=_dimension(fields, item, NET_WEIGHT, to=f"{to}.net_mass_kg"),
        gross_mass_kg=_dimension(fields, item, GROSS_WEIGHT, to=f"{to}.gross_mass_kg"),
        dangerous=tuple(
            DangerousGoods(un_number=fields.convert(e, lexical.un_number))
            for e in item.all("HazardousItem/UNDGCode")
            if e.text
        ),
    )


def parties(fields: Fields, document: Element, paths: Mapping[str, PartyRole]) -> tuple[Party, ...]:
    """The parties at `paths`, each a `Party` or what holds one."""
    found: dict[Party, str] = {}
    for path, role in paths.items():
        for element in document.all(path):
            party = _party(fields, element.first("Party") or element, role)
            if party.name or party.identifier:
                found.setdefault(party, element.where)
    for index, where in enumerate(found.values()):
        fields.origins[f"parties.{index}"] = where
    return tuple(found)


def equipment(fields: Fields, holders: Iterable[Element]) -> tuple[Equipment, ...]:
    """Every `TransportEquipment` with an ID below `holders`, each once."""
    found: dict[str, Equipment] = {}
    for holder in holders:
        for element in holder.descendants(depth=MAX_DEPTH):
            if element.name != "TransportEquipment" or not fields.text(element, "ID"):
                continue
            to = f"equipment.{len(found)}"
            code = fields.read(element, "ID", lexical.equipment_code, to=f"{to}.code") or ""
            kind = fields.text(element, "TransportEquipmentTypeCode", to=f"{to}.size_type")
            stated = Equipment(
                code=code,
                size_type=kind or None,
                seals=tuple(
                    fields.convert(e, lexical.reference, to=f"{to}.seals.{i}")
                    for i, e in enumerate(
                        e for e in element.all("TransportEquipmentSeal/ID") if e.text
                    )
                ),
            )
            if found.setdefault(code, stated) != stated:
                raise RefusedStatement(f"{code} is described twice", where=element.where)
    return tuple(found.values())


def document_references(fields: Fields, holder: Element, paths: Mapping[str, str]) -> list[str]:
    """References at `paths`; the type is that of the path or, where that is empty, the stated."""
    found = []
    for path, kind in paths.items():
        for element in holder.all(path):
            number = fields.text(element, "ID")
            stated = kind or fields.text(element, "DocumentTypeCode")
            if number:
                found.append(f"{stated} {number}".strip())
    return found


def _dimension(fields: Fields, item: Element, attribute: str, *, to: str) -> float | None:
    for element in item.all("Dimension"):
        if fields.text(element, "AttributeID") == attribute:
            return fields.mass_kg(element, "Measure", to=to)
    return None


def _party(fields: Fields, element: Element, role: PartyRole) -> Party:
    address = element.first("PostalAddress") or element.first("DeliveryLocation/Address") or element
    names = (
        "StreetName", "BuildingNumber", "AdditionalStreetName", "PostalZone", "CityName",
        "CountrySubentity",
    )  # fmt: skip
    identifiers = (
        "PartyTaxScheme/CompanyID",
        "PartyLegalEntity/CompanyID",
        "PartyIdentification/ID",
    )
    found = (
        fields.convert(e, lexical.plain) for p in identifiers for e in element.all(p) if e.text
    )
    return Party(
        role=role,
        name=fields.texts(element, "PartyLegalEntity/RegistrationName")
        or fields.texts(element, "PartyName/Name"),
        identifier=next(found, ""),
        country=fields.read(address, "Country/IdentificationCode", lexical.country) or "",
        address=", ".join(text for n in names if (text := fields.text(address, n))),
    )
