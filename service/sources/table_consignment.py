"""Rows of one document as a consignment: one row per item, the rest repeated or stated once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TypeVar

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
from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import PaperFile, lexical
from service.sources.statement import RefusedStatement, a_paper
from service.sources.table import Row, Table

_T = TypeVar("_T")

ITEM_COLUMNS = frozenset(
    {"number", "hs_code", "description", "packages", "gross_mass", "net_mass", "quantity", "value"}
)
GOODS_COLUMNS = frozenset({"hs_code", "description"})
PARTY_COLUMNS = {
    "declarant": PartyRole.DECLARANT,
    "exporter": PartyRole.EXPORTER,
    "importer": PartyRole.IMPORTER,
    "consignor": PartyRole.CONSIGNOR,
    "consignee": PartyRole.CONSIGNEE,
    "notify": PartyRole.NOTIFY,
    "carrier": PartyRole.CARRIER,
}
DOCUMENT_COLUMNS = {
    "invoice": "N380",
    "packing_list": "N271",
    "bill_of_lading": "N705",
    "documents": "",
}
"""Column to document type (code list CL013 and CL754 of the EU)."""
FUNCTION_WORDS = {
    "original": Function.ORIGINAL,
    "9": Function.ORIGINAL,
    "amendment": Function.AMENDMENT,
    "change": Function.AMENDMENT,
    "replace": Function.AMENDMENT,
    "änderung": Function.AMENDMENT,
    "4": Function.AMENDMENT,
    "5": Function.AMENDMENT,
    "cancellation": Function.CANCELLATION,
    "cancel": Function.CANCELLATION,
    "storno": Function.CANCELLATION,
    "1": Function.CANCELLATION,
}
LOAD_WORDS = {
    "empty": DeclaredLoad.EMPTY,
    "e": DeclaredLoad.EMPTY,
    "4": DeclaredLoad.EMPTY,
    "leer": DeclaredLoad.EMPTY,
    "loaded": DeclaredLoad.LOADED,
    "full": DeclaredLoad.LOADED,
    "f": DeclaredLoad.LOADED,
    "l": DeclaredLoad.LOADED,
    "5": DeclaredLoad.LOADED,
    "voll": DeclaredLoad.LOADED,
}


@dataclass(slots=True)
class Document:
    """The rows of one document, and the places of the values read from them."""

    reference: str
    rows: list[Row] = field(default_factory=list)
    problem: tuple[str, str] | None = None
    origins: dict[str, str] = field(default_factory=dict)
    zone: tzinfo = UTC

    @property
    def where(self) -> str:
        lines = [row.line for row in self.rows]
        return f"line {lines[0]}" if len(lines) == 1 else f"lines {min(lines)} to {max(lines)}"

    def once(self, name: str, convert: Callable[[str], _T], *, to: str = "") -> _T | None:
        """A value of the whole document: stated in one row, or in several alike."""
        return self._agreed(name, lambda row: row.read(name, convert), to=to)

    def once_number(self, name: str, convert: Callable[[str], _T], *, to: str = "") -> _T | None:
        return self._agreed(name, lambda row: row.number(name, convert), to=to)

    def once_mass_kg(self, name: str, *, to: str = "") -> float | None:
        return self._agreed(name, lambda row: row.mass_kg(name), to=to)

    def text(self, name: str, *, to: str = "") -> str:
        return self.once(name, lexical.plain, to=to) or ""

    def _agreed(self, name: str, read: Callable[[Row], _T | None], *, to: str) -> _T | None:
        stated, first = None, None
        for row in self.rows:
            value = read(row)
            if value is None:
                continue
            if first is None:
                stated, first = value, row
                self.origins[to or name] = row.where(name)
            elif value != stated:
                raise RefusedStatement(
                    f"{name} differs from line {first.line}", where=row.where(name)
                )
        return stated


def documents(table: Table, *, reference: str, zone: tzinfo) -> Iterator[Document]:
    """Rows grouped by the column `reference`, in the order in which documents begin.

    A row without a reference may belong to the document above it, so that is not whole any more.
    """
    found: dict[str, Document] = {}
    last: Document | None = None
    for row in table.rows:
        name = " ".join(row.cells.get(reference, "").split())
        if name or last is None:
            last = found.setdefault(name, Document(reference=name, zone=zone))
        last.rows.append(row)
        if last.problem is None and (row.problem or not name):
            last.problem = (
                row.problem or f"expected a {reference}, found none",
                f"line {row.line}",
            )
    yield from found.values()


def checked(document: Document) -> Document:
    """Raises: RefusedStatement if a line of it could not be read."""
    if document.problem is not None:
        reason, where = document.problem
        name = document.reference or "what it belongs to"
        raise RefusedStatement(f"{reason}; {name} is refused as a whole", where=where)
    try:
        lexical.reference(document.reference)
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=document.where) from problem
    return document


def revision(document: Document) -> tuple[Function, int | None, datetime | None]:
    """Function, number and time of a document."""
    function = document.once("function", _word(FUNCTION_WORDS))
    return (
        function or Function.ORIGINAL,
        document.once("version", lexical.count),
        document.once("issued_at", partial(lexical.instant, zone=document.zone)),
    )


def paper_of(
    file: PaperFile, sha256: str, document: Document, *, source: str, kind: PaperKind, own: str
) -> Paper:
    """A commercial document; `own` is the column of its number. Raises: RefusedStatement."""
    checked(document)
    function, number, issued_at = revision(document)
    cancelled = function is Function.CANCELLATION
    return a_paper(
        file,
        source=source,
        kind=kind,
        reference=document.reference,
        function=function,
        number=number,
        issued_at=issued_at,
        body=None if cancelled else consignment(document, own=own),
        where=document.where,
        origins=document.origins,
        sha256=sha256,
    )


def consignment(document: Document, *, own: str = "") -> Consignment:
    """The body; `own` is the column of the document's number, which is no further document.

    Raises:
        RefusedStatement: a value cannot be read, or rows contradict each other.
    """
    items = [row for row in document.rows if ITEM_COLUMNS & row.cells.keys()]
    return Consignment(
        goods=_goods(document, items),
        equipment=_equipment(document),
        parties=_parties(document),
        transport=Transport(
            plates=document.once("plates", _several, to="transport.plates") or (),
            vessel=document.text("vessel", to="transport.vessel"),
            voyage=document.text("voyage", to="transport.voyage"),
            carrier=document.text("carrier", to="transport.carrier"),
            place_of_loading=document.text("place_of_loading", to="transport.place_of_loading"),
            place_of_discharge=document.text(
                "place_of_discharge", to="transport.place_of_discharge"
            ),
            place_of_destination=document.text(
                "place_of_destination", to="transport.place_of_destination"
            ),
        ),
        documents=_documents(document.rows, own),
        procedure="; ".join(
            dict.fromkeys(t for row in document.rows if (t := row.text("procedure")))
        ),
        customs_office=document.text("customs_office"),
        total_packages=document.once_number("total_packages", lexical.count),
        total_gross_mass_kg=document.once_mass_kg("total_gross_mass", to="total_gross_mass_kg"),
    )


def _goods(document: Document, rows: list[Row]) -> tuple[GoodsItem, ...]:
    found: list[GoodsItem] = []
    lines: dict[int, int] = {}
    for row in rows:
        number = row.number("number", lexical.count)
        if number is None:
            number = max(lines, default=0) + 1
        if lines.setdefault(number, row.line) != row.line:
            raise RefusedStatement(
                f"item {number} stands in line {lines[number]} too", where=row.where("number")
            )
        to = f"goods.{len(found)}"
        document.origins[to] = f"line {row.line}"
        for name in row.cells:
            document.origins[f"{to}.{_FIELDS.get(name, name)}"] = row.where(name)
        found.append(_item(row, number))
    return tuple(found)


_FIELDS = {
    "gross_mass": "gross_mass_kg",
    "net_mass": "net_mass_kg",
    "container": "container_codes",
    "un_number": "dangerous",
}


def _item(row: Row, number: int) -> GoodsItem:
    amount = row.number("value", lexical.number)
    currency = row.read("currency", lexical.currency)
    if amount is not None and currency is None:
        raise RefusedStatement("a value without a currency", where=row.where("value"))
    return GoodsItem(
        number=number,
        description=row.text("description"),
        hs_code=row.read("hs_code", lexical.hs_code),
        packages=row.number("packages", lexical.count),
        package_kind=row.text("package_kind"),
        marks=row.text("marks"),
        gross_mass_kg=row.mass_kg("gross_mass"),
        net_mass_kg=row.mass_kg("net_mass"),
        quantity=row.number("quantity", lexical.amount),
        quantity_unit=row.text("quantity_unit"),
        value=Money(amount=amount, currency=currency or "") if amount is not None else None,
        origin_country=row.read("origin_country", lexical.country) or "",
        dangerous=tuple(
            DangerousGoods(un_number=number)
            for number in row.several("un_number", lexical.un_number)
        ),
        container_codes=row.several("container", lexical.equipment_code),
    )


def _equipment(document: Document) -> tuple[Equipment, ...]:
    found: dict[str, tuple[Equipment, Row]] = {}
    indexes: dict[str, int] = {}
    for row in document.rows:
        codes = row.several("container", lexical.equipment_code)
        described = {"size_type", "load", "seals"} & row.cells.keys()
        if described and len(codes) != 1:
            name = sorted(described)[0]
            raise RefusedStatement(
                f"{name} of {len(codes)} containers in one line; one line each, please",
                where=row.where(name),
            )
        for code in codes:
            stated = Equipment(
                code=code,
                size_type=row.text("size_type") or None,
                load=row.read("load", _word(LOAD_WORDS)),
                seals=row.several("seals", lexical.reference),
            )
            before, first = found.get(code, (Equipment(code=code), row))
            if before == Equipment(code=code):
                found[code] = (stated, row)
                index = indexes.setdefault(code, len(indexes))
                for name in ("code", *described):
                    column = "container" if name == "code" else name
                    document.origins[f"equipment.{index}.{name}"] = row.where(column)
            elif stated not in (before, Equipment(code=code)):
                raise RefusedStatement(
                    f"{code} is described differently in line {first.line}",
                    where=row.where("container"),
                )
    return tuple(equipment for equipment, _ in found.values())


def _parties(document: Document) -> tuple[Party, ...]:
    parties: list[Party] = []
    for column, role in PARTY_COLUMNS.items():
        to = f"parties.{len(parties)}"
        name = document.text(column, to=f"{to}.name")
        identifier = document.text(f"{column}_id", to=f"{to}.identifier")
        if name or identifier:
            parties.append(Party(role=role, name=name, identifier=identifier))
    return tuple(parties)


def _documents(rows: Iterable[Row], own: str) -> tuple[str, ...]:
    found: list[str] = []
    for row in rows:
        for column, kind in DOCUMENT_COLUMNS.items():
            if column != own:
                found += [f"{kind} {n}".strip() for n in row.several(column, lexical.reference)]
    return tuple(dict.fromkeys(found))


def _several(cell: str) -> tuple[str, ...]:
    return tuple(
        lexical.reference(part) for part in cell.replace("|", ";").split(";") if part.strip()
    )


def _word(words: dict[str, _T]) -> Callable[[str], _T]:
    def convert(text: str) -> _T:
        found = words.get(text.strip().casefold())
        if found is None:
            raise ValueError(f"expected one of {', '.join(words)}, got {text[:60]!r}")
        return found

    return convert
