"""Our own declaration document, version 1: what `schemas/declaration-1.json` is generated from.

It takes every body of `POST /v1/declarations` and more: parties, values, packages, seals,
transport, totals and the revision. Fields are added with defaults only; a change of meaning makes
version 2 with a schema of its own.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import (
    Consignment,
    DangerousGoods,
    Equipment,
    GoodsItem,
    Money,
    Party,
    PartyRole,
    Transport,
)
from service.domain.papers.paper import Function, PaperKind, Revision
from service.sources import lexical
from vision.grammar.iso6346 import normalise_code

SCHEMA: Final = "tallyman/declaration-1"

Text = Annotated[
    str, Field(max_length=lexical.MAX_TEXT, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]
Name = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f]*$")]
Reference = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")
]
Mass = Annotated[float, Strict(), Field(ge=0, le=lexical.MAX_MASS_KG, allow_inf_nan=False)]
Number = Annotated[float, Strict(), Field(ge=0, le=1e15, allow_inf_nan=False)]
Count = Annotated[int, Strict(), Field(ge=0, le=lexical.MAX_COUNT)]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
Code = Annotated[
    str,
    BeforeValidator(lambda v: normalise_code(v) if isinstance(v, str) else v),
    Field(min_length=4, max_length=15, examples=["CSQU3054383"]),
]
Plate = Annotated[str, Field(min_length=2, max_length=20)]
Seal = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")
]
UnNumber = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PartyPart(_Strict):
    """A party; `identifier` is an EORI or another registration number."""

    role: PartyRole
    name: Name = ""
    identifier: Name = ""
    country: Country = ""
    address: Text = ""


class MoneyPart(_Strict):
    """An amount; write it as a string where a float would round it."""

    amount: Annotated[Decimal, Field(max_digits=24, decimal_places=6, allow_inf_nan=False)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]

    def to_domain(self) -> Money:
        return Money(amount=self.amount, currency=self.currency)


class DangerousPart(_Strict):
    """Dangerous goods of an item."""

    un_number: UnNumber
    imdg_class: Annotated[str, Field(pattern=r"^([1-9](\.[1-9][A-Z]?)?)?$")] = ""
    packing_group: Annotated[str, Field(pattern=r"^(I|II|III)?$")] = ""


class GoodsPart(_Strict):
    """One goods item. `number` defaults to its place in the declaration; `containers` are for
    goods that lie in several or stand outside the list of a container.
    """

    number: Annotated[int, Strict(), Field(ge=1, le=100_000)] | None = None
    hs_code: Annotated[str, Field(pattern=r"^[0-9]{2,10}$", examples=["310420"])] | None = None
    description: Text = ""
    packages: Count | None = None
    package_kind: Name = ""
    marks: Text = ""
    gross_mass_kg: Mass | None = None
    net_mass_kg: Mass | None = None
    quantity: Number | None = None
    quantity_unit: Name = ""
    value: MoneyPart | None = None
    origin_country: Country = ""
    cus_code: Annotated[str, Field(pattern=r"^([0-9]{7}-?[0-9A-Z])?$")] = ""
    un_number: UnNumber | None = None
    dangerous: Annotated[list[DangerousPart], Field(max_length=100)] = []
    containers: Annotated[list[Code], Field(max_length=1000)] = []

    def to_domain(self, *, place: int, container: str | None) -> GoodsItem:
        stated = tuple(DangerousGoods(**part.model_dump()) for part in self.dangerous)
        known = {part.un_number for part in stated}
        bare = self.un_number is not None and self.un_number not in known
        return GoodsItem(
            number=self.number or place,
            description=self.description,
            hs_code=self.hs_code,
            packages=self.packages,
            package_kind=self.package_kind,
            marks=self.marks,
            gross_mass_kg=self.gross_mass_kg,
            net_mass_kg=self.net_mass_kg,
            quantity=self.quantity,
            quantity_unit=self.quantity_unit,
            value=self.value.to_domain() if self.value else None,
            origin_country=self.origin_country,
            cus_code=self.cus_code,
            dangerous=(*stated, DangerousGoods(un_number=self.un_number or "")) if bare else stated,
            container_codes=tuple(
                dict.fromkeys([*([container] if container else []), *self.containers])
            ),
        )


class ContainerPart(_Strict):
    """One container; `code` may have blanks and dashes."""

    code: Code
    size_type: Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$", examples=["22G1"])] | None = None
    load: DeclaredLoad | None = None
    goods: Annotated[list[GoodsPart], Field(max_length=1000)] = []
    seals: Annotated[list[Seal], Field(max_length=100)] = []
    gross_mass_kg: Mass | None = None
    tare_kg: Mass | None = None
    verified_gross_mass_kg: Mass | None = None
    temperature_c: Annotated[float, Strict(), Field(ge=-100, le=100)] | None = None

    def to_domain(self) -> Equipment:
        return Equipment(
            code=self.code,
            size_type=self.size_type,
            load=self.load,
            seals=tuple(self.seals),
            gross_mass_kg=self.gross_mass_kg,
            tare_kg=self.tare_kg,
            verified_gross_mass_kg=self.verified_gross_mass_kg,
            temperature_c=self.temperature_c,
        )


class TransportPart(_Strict):
    """How the goods travel; places are UN/LOCODE or names; `seals` are on the vehicle itself."""

    vessel: Name = ""
    vessel_imo: Annotated[str, Field(pattern=r"^([0-9]{7})?$")] = ""
    voyage: Name = ""
    carrier: Name = ""
    place_of_loading: Name = ""
    place_of_discharge: Name = ""
    place_of_destination: Name = ""
    countries_of_routing: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]], Field(max_length=100)
    ] = []
    seals: Annotated[list[Seal], Field(max_length=100)] = []


class TotalsPart(_Strict):
    """As stated, so that they can be checked against the items."""

    packages: Count | None = None
    gross_mass_kg: Mass | None = None
    value: MoneyPart | None = None


class RevisionPart(_Strict):
    """What this document does to those before it; `number` counts the sender's versions."""

    function: Function = Function.ORIGINAL
    number: Count | None = None
    issued_at: AwareDatetime | None = None

    def to_domain(self) -> Revision:
        issued: datetime | None = self.issued_at
        return Revision(function=self.function, number=self.number, issued_at=issued)


class DeclarationDocument(_Strict):
    """A declaration. `reference` is the MRN or the port's own, `aliases` its other references."""

    model_config = ConfigDict(
        extra="forbid",
        title="Tallyman declaration, version 1",
        json_schema_extra={
            "examples": [
                {
                    "schema": SCHEMA,
                    "kind": "import_declaration",
                    "reference": "25DE48510000001JR4",
                    "revision": {
                        "function": "original",
                        "number": 1,
                        "issued_at": "2025-03-04T10:11:12+01:00",
                    },
                    "plates": ["B 123 ABC"],
                    "parties": [{"role": "importer", "name": "Kühl GmbH", "country": "DE"}],
                    "containers": [
                        {
                            "code": "CSQU3054383",
                            "size_type": "22G1",
                            "load": "loaded",
                            "seals": ["DE-0001"],
                            "goods": [
                                {
                                    "hs_code": "310420",
                                    "description": "potassium chloride",
                                    "packages": 20,
                                    "package_kind": "BG",
                                    "gross_mass_kg": 21500,
                                    "value": {"amount": "9900.50", "currency": "EUR"},
                                    "origin_country": "BY",
                                }
                            ],
                        }
                    ],
                    "totals": {"packages": 20, "gross_mass_kg": 21500},
                }
            ]
        },
    )

    document_schema: Literal["tallyman/declaration-1"] = Field(SCHEMA, alias="schema")
    kind: Literal[
        PaperKind.IMPORT_DECLARATION,
        PaperKind.EXPORT_DECLARATION,
        PaperKind.TRANSIT_DECLARATION,
        PaperKind.ENTRY_SUMMARY,
    ] = PaperKind.IMPORT_DECLARATION
    reference: Reference
    aliases: Annotated[list[Reference], Field(max_length=20)] = []
    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")] | None = (
        None
    )
    revision: RevisionPart = RevisionPart()
    containers: Annotated[list[ContainerPart], Field(max_length=1000)] = []
    goods: Annotated[list[GoodsPart], Field(max_length=10_000)] = []
    plates: Annotated[list[Plate], Field(max_length=20)] = []
    parties: Annotated[list[PartyPart], Field(max_length=100)] = []
    transport: TransportPart = TransportPart()
    documents: Annotated[list[Reference], Field(max_length=1000)] = []
    procedure: Name = ""
    customs_office: Name = ""
    totals: TotalsPart = TotalsPart()

    def to_domain(self) -> Consignment:
        items: list[GoodsItem] = []
        for box in self.containers:
            for part in box.goods:
                items.append(part.to_domain(place=len(items) + 1, container=box.code))
        for part in self.goods:
            items.append(part.to_domain(place=len(items) + 1, container=None))
        travel = self.transport.model_dump()
        return Consignment(
            goods=tuple(items),
            equipment=tuple(box.to_domain() for box in self.containers),
            parties=tuple(Party(**part.model_dump()) for part in self.parties),
            transport=Transport(
                **{**travel, "plates": tuple(self.plates)}
                | {key: tuple(travel[key]) for key in ("countries_of_routing", "seals")}
            ),
            documents=tuple(self.documents),
            procedure=self.procedure,
            customs_office=self.customs_office,
            total_packages=self.totals.packages,
            total_gross_mass_kg=self.totals.gross_mass_kg,
            total_value=self.totals.value.to_domain() if self.totals.value else None,
        )
