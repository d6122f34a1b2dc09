"""DCSA's transport document (bill of lading or sea waybill), versions 2 and 3, as a consignment.

Models say what is read; other fields of the document (charges, clauses, references) are left
unread. Source: DCSA electronic bill of lading, interface 2.0 and 3.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from service.domain.papers.consignment import (
    Consignment,
    DangerousGoods,
    Equipment,
    GoodsItem,
    Party,
    PartyRole,
    Transport,
)
from service.sources import lexical
from service.sources.declaration_document import Code, Count, Name, Number, Reference, Seal, Text
from service.sources.json_document import where

KEYS = frozenset(
    {
        "transportDocumentReference", "shippingInstructionsReference", "transportDocumentTypeCode",
        "documentParties", "consignmentItems", "utilizedTransportEquipments", "cargoItems",
        "transportDocumentSubReference", "transports",
    }
)  # fmt: skip
"""Two of these at the top make a document one of DCSA's."""
VOID = frozenset({"VOID", "VOIDED"})
ROLES = {
    "OS": PartyRole.CONSIGNOR,
    "CN": PartyRole.CONSIGNEE,
    "N1": PartyRole.NOTIFY,
    "N2": PartyRole.NOTIFY,
    "NI": PartyRole.NOTIFY,
    "CA": PartyRole.CARRIER,
}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _at_midnight(value: object) -> object:
    """A date alone is its midnight in UTC."""
    return f"{value}T00:00:00Z" if isinstance(value, str) and "T" not in value else value


Texts = Annotated[list[Text], BeforeValidator(_listed)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)


class Weight(_Part):
    """A mass of version 3; version 2 has a bare number with the unit beside it."""

    value: Number
    unit: Name = "KGM"


class Dangerous(_Part):
    un_number: Name = ""
    imo_class: Name = ""
    packing_group: int | str | None = None


class Packaging(_Part):
    number_of_packages: Count | None = None
    package_code: Name = ""
    description: Text = ""
    dangerous_goods: list[Dangerous] = []


class CargoItem(_Part):
    """Part of the cargo in one container."""

    equipment_reference: Code | None = None
    cargo_gross_weight: Weight | Number | None = None
    cargo_net_weight: Weight | Number | None = None
    weight: Number | None = None
    weight_unit: Name = "KGM"
    outer_packaging: Packaging | None = None
    number_of_packages: Count | None = None
    package_code: Name = ""
    description_of_goods: Texts = []
    hs_code: Name = Field("", alias="HSCode")
    shipping_marks: Texts = []


class ConsignmentItem(_Part):
    """One kind of goods, in one or several containers."""

    carrier_booking_reference: Name = ""
    description_of_goods: Texts = []
    hs_codes: Annotated[list[Name], BeforeValidator(_listed)] = Field([], alias="HSCodes")
    shipping_marks: Texts = []
    cargo_items: list[CargoItem] = []


class EquipmentPart(_Part):
    equipment_reference: Code
    iso_equipment_code: Name | None = Field(None, alias="ISOEquipmentCode")
    tare_weight: Weight | Number | None = None
    weight_unit: Name = "KGM"


class SealPart(_Part):
    number: Seal | None = None
    seal_number: Seal | None = None


class Utilized(_Part):
    """A container: described, or, if it is the carrier's own, perhaps only named."""

    equipment: EquipmentPart | None = None
    equipment_reference: Code | None = None
    seals: list[SealPart] = []

    @property
    def described(self) -> EquipmentPart:
        """Raises: ValueError if it is neither described nor named."""
        if self.equipment is not None:
            return self.equipment
        if self.equipment_reference is None:
            raise ValueError("a utilizedTransportEquipment without an equipmentReference")
        return EquipmentPart(equipment_reference=self.equipment_reference)


class Address(_Part):
    street: Name = ""
    street_number: Name = ""
    post_code: Name = ""
    city: Name = ""
    country_code: Name = ""


class PartyCode(_Part):
    party_code: Name = ""


class PartyPart(_Part):
    party_name: Name
    identifying_codes: list[PartyCode] = []
    address: Address | None = None
    displayed_address: Texts = []


class PartyInList(_Part):
    party: PartyPart
    party_function: Name = ""


class Parties(_Part):
    shipper: PartyPart | None = None
    consignee: PartyPart | None = None
    notify_parties: list[PartyPart] = []


class Place(_Part):
    un_location_code: Name = Field("", alias="UNLocationCode")
    location_name: Name = ""


class Voyage(_Part):
    vessel_name: Name = ""
    carrier_export_voyage_number: Name = ""


class Transports(_Part):
    port_of_loading: Place | None = None
    port_of_discharge: Place | None = None
    place_of_delivery: Place | None = None
    vessel_voyages: list[Voyage] = []


class TransportDocument(_Part):
    transport_document_reference: Reference
    transport_document_status: Name = ""
    carrier_code: Name = ""
    issue_date: Annotated[AwareDatetime | None, BeforeValidator(_at_midnight)] = None
    document_parties: Parties | list[PartyInList] = Parties()
    consignment_items: list[ConsignmentItem] = []
    cargo_items: list[CargoItem] = []
    utilized_transport_equipments: list[Utilized] = []
    transports: Transports | list[object] = Transports()

    @property
    def void(self) -> bool:
        return self.transport_document_status.upper() in VOID


def consignment_of(
    document: TransportDocument, *, place: str
) -> tuple[Consignment, dict[str, str]]:
    """The body, and where each goods item and container stands in the document.

    Raises:
        ValueError: a code or unit that cannot be read.
    """
    goods: list[GoodsItem] = []
    origins: dict[str, str] = {}
    for path, items in _items(document):
        for item in items:
            origins[f"goods.{len(goods)}"] = f"{place} {path}".strip()
            goods.append(replace(item, number=len(goods) + 1))
    for index in range(len(document.utilized_transport_equipments)):
        spot = where("utilizedTransportEquipments", index)
        origins[f"equipment.{index}"] = f"{place} {spot}".strip()
    bookings = (item.carrier_booking_reference for item in document.consignment_items)
    body = Consignment(
        goods=tuple(goods),
        equipment=tuple(_equipment(used) for used in document.utilized_transport_equipments),
        parties=tuple(_parties(document)),
        transport=_transport(document),
        documents=tuple(dict.fromkeys(f"BN {number}" for number in bookings if number)),
    )
    return body, origins


def _items(document: TransportDocument) -> Iterator[tuple[str, list[GoodsItem]]]:
    """Goods items per cargo item, with the place of that in the document."""
    for i, item in enumerate(document.consignment_items):
        for j, cargo in enumerate(item.cargo_items):
            goods = _goods(
                cargo,
                texts=item.description_of_goods or cargo.description_of_goods,
                codes=item.hs_codes or [cargo.hs_code],
                marks=item.shipping_marks or cargo.shipping_marks,
            )
            yield where("consignmentItems", i, "cargoItems", j), goods
    for j, cargo in enumerate(document.cargo_items):
        goods = _goods(
            cargo,
            texts=cargo.description_of_goods,
            codes=[cargo.hs_code],
            marks=cargo.shipping_marks,
        )
        yield where("cargoItems", j), goods


def _goods(
    cargo: CargoItem, *, texts: list[str], codes: list[str], marks: list[str]
) -> list[GoodsItem]:
    """One item with the masses, and one without for every further HS code of the same cargo."""
    packed = cargo.outer_packaging or Packaging(
        number_of_packages=cargo.number_of_packages, package_code=cargo.package_code
    )
    found = [lexical.hs_code(code) for code in codes if code.strip()]
    boxes = (cargo.equipment_reference,) if cargo.equipment_reference else ()
    gross = cargo.weight if cargo.cargo_gross_weight is None else cargo.cargo_gross_weight
    first = GoodsItem(
        number=1,
        description=" ".join(texts),
        hs_code=found[0] if found else None,
        packages=packed.number_of_packages,
        package_kind=packed.package_code or packed.description,
        marks=" ".join(marks),
        gross_mass_kg=_mass(gross, cargo.weight_unit),
        net_mass_kg=_mass(cargo.cargo_net_weight, cargo.weight_unit),
        dangerous=tuple(
            DangerousGoods(
                un_number=lexical.un_number(part.un_number),
                imdg_class=part.imo_class,
                packing_group=str(part.packing_group or ""),
            )
            for part in packed.dangerous_goods
            if part.un_number
        ),
        container_codes=boxes,
    )
    bare = GoodsItem(number=1, description=first.description, container_codes=boxes)
    return [first, *(replace(bare, hs_code=code) for code in found[1:])]


def _mass(stated: Weight | float | None, unit: str) -> float | None:
    if stated is None:
        return None
    weight = stated if isinstance(stated, Weight) else Weight(value=stated, unit=unit)
    factor = lexical.KG_PER_UNIT.get(weight.unit.strip().upper())
    if factor is None:
        raise ValueError(f"expected a unit of mass, got {weight.unit!r}")
    return weight.value * factor


def _equipment(used: Utilized) -> Equipment:
    part = used.described
    numbers = (seal.number or seal.seal_number for seal in used.seals)
    return Equipment(
        code=part.equipment_reference,
        size_type=part.iso_equipment_code,
        seals=tuple(number for number in numbers if number),
        tare_kg=_mass(part.tare_weight, part.weight_unit),
    )


def _parties(document: TransportDocument) -> Iterator[Party]:
    stated = document.document_parties
    if isinstance(stated, list):
        known = ((entry, ROLES.get(entry.party_function)) for entry in stated)
        yield from (_party(entry.party, role) for entry, role in known if role is not None)
        return
    named = (
        (PartyRole.CONSIGNOR, stated.shipper),
        (PartyRole.CONSIGNEE, stated.consignee),
        *((PartyRole.NOTIFY, party) for party in stated.notify_parties),
    )
    yield from (_party(party, role) for role, party in named if party is not None)


def _party(party: PartyPart, role: PartyRole) -> Party:
    at = party.address or Address()
    lines = (f"{at.street} {at.street_number}".strip(), at.post_code, at.city)
    return Party(
        role=role,
        name=party.party_name,
        identifier=next((c.party_code for c in party.identifying_codes if c.party_code), ""),
        country=lexical.country(at.country_code) if at.country_code else "",
        address=", ".join(text for text in lines if text) or ", ".join(party.displayed_address),
    )


def _transport(document: TransportDocument) -> Transport:
    stated = document.transports
    if isinstance(stated, list):
        return Transport(carrier=document.carrier_code)
    first = stated.vessel_voyages[0] if stated.vessel_voyages else Voyage()
    return Transport(
        vessel=first.vessel_name,
        voyage=first.carrier_export_voyage_number,
        carrier=document.carrier_code,
        place_of_loading=_place(stated.port_of_loading),
        place_of_discharge=_place(stated.port_of_discharge),
        place_of_destination=_place(stated.place_of_delivery),
    )


def _place(place: Place | None) -> str:
    return (place.un_location_code or place.location_name) if place else ""
