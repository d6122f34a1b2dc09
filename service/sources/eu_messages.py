"""What NCTS and ICS2 messages have in common: the shapes of the EU Customs Data Model.

Element names are those of the published message descriptions (DDNTA for NCTS phase 5 and 6, HTI
for ICS2). The two differ in the case of names and in the nesting of addresses, which are read in
either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.papers.consignment import DangerousGoods, Party, PartyRole
from service.sources import lexical
from service.sources.statement import Fields, RefusedStatement
from service.sources.xml_document import Element

PARTY_ELEMENTS = {
    "declarant": PartyRole.DECLARANT,
    "representative": PartyRole.REPRESENTATIVE,
    "carrier": PartyRole.CARRIER,
    "consignor": PartyRole.CONSIGNOR,
    "consignee": PartyRole.CONSIGNEE,
    "notifyparty": PartyRole.NOTIFY,
    "buyer": PartyRole.BUYER,
    "seller": PartyRole.SELLER,
    "exporter": PartyRole.EXPORTER,
    "importer": PartyRole.IMPORTER,
    "holderofthetransitprocedure": PartyRole.HOLDER,
}
DOCUMENT_ELEMENTS = (
    "previousdocument",
    "supportingdocument",
    "supportingdocuments",
    "transportdocument",
    "transportdocumentmasterlevel",
    "transportdocumenthouselevel",
    "additionalreference",
)
ROAD_VEHICLE, ROAD_TRAILER = "30", "31"
SHIP_BY_IMO, SHIP_BY_NAME, BARGE_BY_ENI, BARGE_BY_NAME = "10", "11", "80", "81"
"""Code list CL750, type of identification of means of transport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the transport means of a message add up to."""

    plates: tuple[str, ...] = ()
    vessel: str = ""
    vessel_imo: str = ""
    voyage: str = ""


def parties(fields: Fields, holders: Iterable[Element]) -> tuple[Party, ...]:
    """The parties directly below `holders`, each once."""
    found: dict[Party, str] = {}
    for holder in holders:
        for element in holder.children:
            role = PARTY_ELEMENTS.get(element.name.lower())
            if role is None:
                continue
            party = _party(fields, element, role)
            if party.name or party.identifier:
                found.setdefault(party, element.where)
    for index, where in enumerate(found.values()):
        fields.origins[f"parties.{index}"] = where
    return tuple(found)


def documents(fields: Fields, holders: Iterable[Element]) -> tuple[str, ...]:
    """Documents directly below `holders` as "type number", each once; the UCR as "UCR number"."""
    found = []
    for holder in holders:
        for element in holder.children:
            name = element.name.lower()
            if name in DOCUMENT_ELEMENTS:
                number = fields.text(element, "referenceNumber") or fields.text(
                    element, "documentNumber"
                )
                kind = fields.text(element, "type")
                found.append(f"{kind} {number}".strip())
            elif name == "referencenumberucr":
                number = element.text or fields.text(element, "referenceNumberUCR")
                found.append(f"UCR {number}")
    return tuple(dict.fromkeys(text for text in found if text))


def means(fields: Fields, elements: Iterable[Element]) -> Means:
    """Plates, vessel and voyage of transport means, told apart by their type (CL750)."""
    plates: list[str] = []
    named: dict[str, str] = {}
    for element in elements:
        number = fields.text(element, "identificationNumber")
        kind = fields.text(element, "typeOfIdentification")
        if kind in {ROAD_VEHICLE, ROAD_TRAILER} and number:
            fields.origins[f"transport.plates.{len(plates)}"] = element.where
            plates.append(number)
        elif kind in {SHIP_BY_IMO, BARGE_BY_ENI}:
            named.setdefault("vessel_imo", number.removeprefix("IMO").strip())
            fields.origins["transport.vessel_imo"] = element.where
        elif kind in {SHIP_BY_NAME, BARGE_BY_NAME}:
            named.setdefault("vessel", number)
            fields.origins["transport.vessel"] = element.where
        voyage = fields.text(element, "conveyanceReferenceNumber", to="transport.voyage")
        if voyage:
            named.setdefault("voyage", voyage)
    return Means(plates=tuple(dict.fromkeys(plates)), **named)


def place(fields: Fields, holder: Element, name: str, *, to: str) -> str:
    """UN/LOCODE if there is one, else the location with its country."""
    element = holder.first(name)
    if element is None:
        return ""
    code = fields.text(element, "UNLOCODE", to=to)
    if code:
        return code
    country = fields.text(element, "country") or fields.text(element, "address/country")
    return ", ".join(t for t in (fields.text(element, "location", to=to), country) if t)


def routing(fields: Fields, holders: Iterable[Element], names: tuple[str, ...]) -> tuple[str, ...]:
    """Countries of routing, in their order, each once in a row."""
    found: list[str] = []
    for holder in holders:
        for name in names:
            for element in holder.all(name):
                country = fields.read(element, "country", lexical.country)
                if country and found[-1:] != [country]:
                    found.append(country)
    return tuple(found)


def seals(fields: Fields, equipment: Element, *, to: str) -> tuple[str, ...]:
    """Seal numbers.

    Raises:
        RefusedStatement: the stated number of seals is not the number of seals.
    """
    named = [e for e in equipment.all("seal/identifier") if e.text]
    # Senders write "None" where the schema wants a seal and there is none.
    numbers = [e for e in named if e.text.upper() not in lexical.NO_SEAL]
    stated = fields.count(equipment, "numberOfSeals")
    if stated is not None and stated not in (len(numbers), len(named)):
        raise RefusedStatement(
            f"numberOfSeals is {stated}, but {len(numbers)} are named", where=equipment.where
        )
    return tuple(
        fields.convert(e, lexical.reference, to=f"{to}.{i}") for i, e in enumerate(numbers)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaging:
    """All packagings of an item; `count` None if none of them states a number."""

    count: int | None
    kind: str
    marks: str


def packaging(fields: Fields, item: Element, *, to: str) -> Packaging:
    counts = [
        fields.convert(e, lexical.count, to=f"{to}.packages")
        for e in item.all("packaging/numberOfPackages")
        if e.text
    ]
    return Packaging(
        count=sum(counts) if counts else None,
        kind=fields.texts(item, "packaging/typeOfPackages", to=f"{to}.package_kind"),
        marks=fields.texts(item, "packaging/shippingMarks", to=f"{to}.marks"),
    )


def hs_code(fields: Fields, commodity: Element, *, to: str) -> str | None:
    """The six digits of the HS and, if stated, the two of the Combined Nomenclature."""
    code = fields.read(
        commodity, "commodityCode/harmonizedSystemSubHeadingCode", lexical.hs_code, to=to
    )
    further = fields.read(commodity, "commodityCode/combinedNomenclatureCode", lexical.hs_code)
    if further and not code:
        raise RefusedStatement("a CN code without its HS code", where=commodity.where)
    return code + (further or "") if code else None


def dangerous(fields: Fields, commodity: Element, *, to: str) -> tuple[DangerousGoods, ...]:
    return tuple(
        DangerousGoods(un_number=fields.convert(e, lexical.un_number, to=f"{to}.{i}.un_number"))
        for i, e in enumerate(e for e in commodity.all("dangerousGoods/UNNumber") if e.text)
    )


def containers_by_item(
    fields: Fields, equipment: Iterable[Element]
) -> Mapping[int, tuple[str, ...]]:
    """Declaration goods item number to the containers that refer to it."""
    found: dict[int, list[str]] = {}
    for element in equipment:
        code = fields.read(element, "containerIdentificationNumber", lexical.equipment_code)
        for number in element.all("goodsReference/declarationGoodsItemNumber"):
            if code:
                found.setdefault(fields.convert(number, lexical.count), []).append(code)
    return {number: tuple(codes) for number, codes in found.items()}


def _party(fields: Fields, element: Element, role: PartyRole) -> Party:
    address = element.first("address")
    lines = ""
    if address is not None:
        names = (
            "streetAndNumber", "street", "number", "streetAdditionalLine", "poBox", "postcode",
            "city", "subDivision",
        )  # fmt: skip
        lines = ", ".join(text for text in (fields.text(address, n) for n in names) if text)
    return Party(
        role=role,
        name=fields.text(element, "name"),
        identifier=fields.text(element, "identificationNumber")
        or fields.text(element, "TIRHolderIdentificationNumber"),
        country=(fields.read(element, "address/country", lexical.country) or ""),
        address=lines,
    )
