"""Packing lists: UBL 2.1 `DespatchAdvice`, our JSON (`schemas/packing-list-1.json`), and tables."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.domain.papers.consignment import (
    Consignment,
    GoodsItem,
    Party,
    PartyRole,
    Transport,
)
from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import Batch, Limits, PaperFile, lexical, table_consignment, ubl
from service.sources.declaration_document import (
    ContainerPart,
    GoodsPart,
    PartyPart,
    Plate,
    Reference,
    RevisionPart,
    TotalsPart,
)
from service.sources.json_document import Json, json_statements, opening_keys, refused_by
from service.sources.statement import (
    Fields,
    RefusedStatement,
    a_paper,
    read_each,
    sha256_of,
)
from service.sources.table import columns_of, read_table
from service.sources.table_consignment import GOODS_COLUMNS
from service.sources.ubl_invoice import line_numbers
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

NAME = "packing_list"
SCHEMA: Final = "tallyman/packing-list-1"
SCHEMA_FILE = "packing-list-1.json"
UBL_NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2"
REFERENCE = "packing_list"
PARTIES = {
    "DespatchSupplierParty": PartyRole.CONSIGNOR,
    "DeliveryCustomerParty": PartyRole.CONSIGNEE,
    "SellerSupplierParty": PartyRole.SELLER,
    "BuyerCustomerParty": PartyRole.BUYER,
    "Shipment/Consignment/CarrierParty": PartyRole.CARRIER,
}
DOCUMENTS = {"OrderReference": "220", "AdditionalDocumentReference": ""}


class PackingListDocument(BaseModel):
    """A packing list. `documents` are the papers that it belongs to ("N380 INV-77")."""

    model_config = ConfigDict(
        extra="forbid",
        title="Tallyman packing list, version 1",
        json_schema_extra={
            "examples": [
                {
                    "schema": SCHEMA,
                    "reference": "PL-77",
                    "documents": ["N380 INV-77"],
                    "containers": [
                        {
                            "code": "CSQU3054383",
                            "seals": ["DE-0001"],
                            "goods": [{"description": "Fridges", "packages": 20}],
                        }
                    ],
                    "totals": {"packages": 20},
                }
            ]
        },
    )

    document_schema: Literal["tallyman/packing-list-1"] = Field(alias="schema")
    reference: Reference
    revision: RevisionPart = RevisionPart()
    containers: Annotated[list[ContainerPart], Field(max_length=1000)] = []
    goods: Annotated[list[GoodsPart], Field(max_length=10_000)] = []
    plates: Annotated[list[Plate], Field(max_length=20)] = []
    parties: Annotated[list[PartyPart], Field(max_length=100)] = []
    documents: Annotated[list[Reference], Field(max_length=1000)] = []
    totals: TotalsPart = TotalsPart()

    def to_domain(self) -> Consignment:
        items: list[GoodsItem] = []
        for box in self.containers:
            for part in box.goods:
                items.append(part.to_domain(place=len(items) + 1, container=box.code))
        items += [
            part.to_domain(place=len(items) + place, container=None)
            for place, part in enumerate(self.goods, start=1)
        ]
        return Consignment(
            goods=tuple(items),
            equipment=tuple(box.to_domain() for box in self.containers),
            parties=tuple(Party(**part.model_dump()) for part in self.parties),
            transport=Transport(plates=tuple(self.plates)),
            documents=tuple(self.documents),
            total_packages=self.totals.packages,
            total_gross_mass_kg=self.totals.gross_mass_kg,
            total_value=self.totals.value.to_domain() if self.totals.value else None,
        )


class PackingList:
    """Reads packing lists."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        if (UBL_NAMESPACE, "despatchadvice") in opening_tags(head):
            return True
        if "schema" in opening_keys(head):
            return SCHEMA.encode() in head
        columns = columns_of(head)
        return REFERENCE in columns and "mrn" not in columns and bool(columns & GOODS_COLUMNS)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        start = file.data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
        if start == b"<":
            root = parse_xml(file.data, source=NAME, limits=limits)
            advices = statements(root, frozenset({"despatchadvice"}))
            return read_each(NAME, advices, partial(_of_ubl, file), limits=limits)
        if start in {b"{", b"["} and "schema" in opening_keys(file.data[:4096]):
            found = json_statements(file.data, source=NAME, limits=limits)
            return read_each(NAME, found, partial(_of_json, file), limits=limits)
        table = read_table(file.data, source=NAME, limits=limits)
        return read_each(
            NAME,
            table_consignment.documents(table, reference=REFERENCE, zone=file.local_zone),
            partial(
                table_consignment.paper_of,
                file,
                sha256_of(file),
                source=NAME,
                kind=PaperKind.PACKING_LIST,
                own=REFERENCE,
            ),
            limits=limits,
            doubts=table.doubts,
        )


def schema_text() -> str:
    """The JSON Schema of a packing list document, as committed in `schemas/`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **PackingListDocument.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _of_json(file: PaperFile, statement: tuple[str, Json]) -> Paper:
    place, value = statement
    try:
        document = PackingListDocument.model_validate(value)
    except ValidationError as problem:
        raise refused_by(problem, place) from problem
    revision = document.revision.to_domain()
    cancelled = revision.function is Function.CANCELLATION
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.PACKING_LIST,
        reference=document.reference.strip(),
        function=revision.function,
        number=revision.number,
        issued_at=revision.issued_at,
        body=None if cancelled else document.to_domain(),
        where=place or "top",
        origins={},
    )


def _of_ubl(file: PaperFile, advice: Element) -> Paper:
    fields = Fields(file.local_zone)
    if advice.namespace != UBL_NAMESPACE:
        raise RefusedStatement("expected a UBL 2 DespatchAdvice", where=advice.where)
    reference = fields.read(advice, "ID", lexical.reference)
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.PACKING_LIST,
        reference=fields.required(reference, "an ID", where=advice.where),
        issued_at=ubl.issued_at(fields, advice),
        body=_ubl_body(fields, advice),
        where=advice.where,
        origins=fields.origins,
    )


def _ubl_body(fields: Fields, advice: Element) -> Consignment:
    lines = advice.all("DespatchLine")
    numbers = line_numbers([fields.text(line, "ID") for line in lines])
    plates = [
        e for e in advice.all("Shipment/ShipmentStage/TransportMeans/RoadTransport/LicensePlateID")
    ]
    vessels = "Shipment/ShipmentStage/TransportMeans/MaritimeTransport/VesselName"
    units = "Shipment/TotalTransportHandlingUnitQuantity"
    return Consignment(
        goods=tuple(
            _ubl_line(fields, line, index, number)
            for index, (line, number) in enumerate(zip(lines, numbers, strict=True))
        ),
        equipment=ubl.equipment(fields, [advice]),
        parties=ubl.parties(fields, advice, PARTIES),
        transport=Transport(
            plates=tuple(
                fields.convert(e, lexical.plain, to=f"transport.plates.{i}")
                for i, e in enumerate(e for e in plates if e.text)
            ),
            vessel=fields.texts(advice, vessels, to="transport.vessel"),
        ),
        documents=tuple(dict.fromkeys(ubl.document_references(fields, advice, DOCUMENTS))),
        total_packages=fields.count(advice, units, to="total_packages"),
        total_gross_mass_kg=fields.mass_kg(
            advice, "Shipment/GrossWeightMeasure", to="total_gross_mass_kg"
        ),
    )


def _ubl_line(fields: Fields, line: Element, index: int, number: int) -> GoodsItem:
    to = f"goods.{index}"
    fields.origins[to] = line.where
    words = ubl.item_words(fields, line.first("Item") or line, to=to)
    quantity = line.first("DeliveredQuantity")
    gross = fields.mass_kg(line, "Shipment/GrossWeightMeasure", to=f"{to}.gross_mass_kg")
    net = fields.mass_kg(line, "Shipment/NetWeightMeasure", to=f"{to}.net_mass_kg")
    return GoodsItem(
        number=number,
        description=words.description,
        hs_code=words.hs_code,
        gross_mass_kg=words.gross_mass_kg if gross is None else gross,
        net_mass_kg=words.net_mass_kg if net is None else net,
        quantity=fields.amount(line, "DeliveredQuantity", to=f"{to}.quantity"),
        quantity_unit=quantity.attributes.get("unitCode", "") if quantity else "",
        origin_country=words.origin_country,
        dangerous=words.dangerous,
    )
