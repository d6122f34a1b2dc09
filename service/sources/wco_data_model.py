"""Import and export declarations as WCO Data Model XML (3.x, `Declaration`), as CDS and DMS use it.

`FunctionCode` (UN/EDIFACT 1225) says original, change or cancellation. A correction that names
only the changed fields by pointer (`TypeCode` COR) is refused: without the whole there is nothing
to judge.

Source: WCO Data Model 3.6 and its public customisation DEC-DMS 2.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import Batch, Limits, PaperFile, declaration_kind, lexical
from service.sources.statement import Fields, RefusedStatement, a_paper, read_each
from service.sources.wco_consignment import Reader, consignment_of
from service.sources.xml_document import Element, opening_tags, parse_xml, statements

NAME = "wco_data_model"
FUNCTIONS = {
    "": Function.ORIGINAL,
    "9": Function.ORIGINAL,
    "2": Function.AMENDMENT,
    "4": Function.AMENDMENT,
    "5": Function.AMENDMENT,
    "1": Function.CANCELLATION,
    "3": Function.CANCELLATION,
}
REQUEST = "13"
CHANGES = frozenset({"COR", "INV"})
STARTS = (
    ("IM", PaperKind.IMPORT_DECLARATION),
    ("CO", PaperKind.IMPORT_DECLARATION),
    ("EX", PaperKind.EXPORT_DECLARATION),
    ("T", PaperKind.TRANSIT_DECLARATION),
)
PROCEDURE = "GovernmentProcedure"


class WcoDataModel:
    """Reads `Declaration`, alone or in `MetaData`."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        tags = opening_tags(head)
        if any(tag == "response" for _, tag in tags):
            return False
        return any(tag == "declaration" and "wco:datamodel" in ns.lower() for ns, tag in tags)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        root = parse_xml(file.data, source=NAME, limits=limits)
        found = [
            element
            for element in statements(root, frozenset({"declaration"}))
            if element.parent is None or element.parent.name.lower() != "response"
        ]
        return read_each(NAME, found, lambda m: _paper(file, m), limits=limits)


def _paper(file: PaperFile, declaration: Element) -> Paper:
    reader = Reader(declaration, Fields(file.local_zone))
    fields = reader.fields
    function, kind_code = _function(fields, declaration)
    mrn = fields.read(declaration, "ID", lexical.reference) or ""
    lrn = fields.read(declaration, "FunctionalReferenceID", lexical.reference) or ""
    cancelled = function is Function.CANCELLATION
    return a_paper(
        file,
        source=NAME,
        kind=_kind(fields, reader, kind_code, mrn=mrn),
        reference=fields.required(mrn or lrn, "an ID or a reference", where=declaration.where),
        # The functional reference of a cancellation is its own, not that of what it cancels.
        aliases=() if cancelled else (lrn,),
        function=function,
        number=fields.read(declaration, "VersionID", lexical.count),
        issued_at=_issued_at(fields, declaration),
        body=None if cancelled else consignment_of(reader),
        where=declaration.where,
        origins=fields.origins,
    )


def _function(fields: Fields, declaration: Element) -> tuple[Function, str]:
    code = fields.text(declaration, "FunctionCode")
    kind = fields.text(declaration, "TypeCode").upper()
    if code == REQUEST and kind == "INV":
        return Function.CANCELLATION, kind
    if code == REQUEST or code not in FUNCTIONS:
        raise RefusedStatement(
            f"function {code} {kind}: changes single fields or is not known; send the whole",
            where=declaration.where,
        )
    return FUNCTIONS[code], kind


def _kind(fields: Fields, reader: Reader, code: str, *, mrn: str) -> PaperKind:
    """By the type of declaration, else by the procedure of the first item, else by the MRN."""
    for start, kind in STARTS:
        if code.startswith(start) and code not in CHANGES:
            return kind
    procedures = [fields.text(e, "CurrentCode") for i in reader.items[:1] for e in i.all(PROCEDURE)]
    told = [*(declaration_kind.by_procedure(p) for p in procedures), declaration_kind.by_mrn(mrn)]
    found = next((kind for kind in told if kind is not None), None)
    if found is not None:
        return found
    raise RefusedStatement(
        f"type {code!r} does not tell import, export or transit", where=reader.declaration.where
    )


def _issued_at(fields: Fields, declaration: Element) -> datetime | None:
    for name in ("IssueDateTime", "AcceptanceDateTime"):
        for path in (f"{name}/DateTimeString", f"{name}/DateTime", name):
            element = declaration.first(path)
            if element is not None and element.text:
                code = element.attributes.get("formatCode", "")
                if code:
                    coded = partial(lexical.coded_instant, code=code, zone=fields.zone)
                    return fields.convert(element, coded)
                return fields.convert(element, partial(lexical.instant, zone=fields.zone))
    return None
