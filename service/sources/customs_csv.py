"""Import, export and transit declarations as CSV or JSON Lines: one row per goods item.

Rows with the same declaration number are one declaration. Columns are those of `columns.toml`, in
any of its languages; what belongs to the whole declaration may stand in each row or in one.
"""

from __future__ import annotations

from functools import partial

from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import Batch, Limits, PaperFile, declaration_kind, lexical, table_consignment
from service.sources.statement import RefusedStatement, a_paper, read_each, sha256_of
from service.sources.table import columns_of, read_table
from service.sources.table_consignment import GOODS_COLUMNS, Document, checked

NAME = "customs_csv"
REFERENCE = "mrn"


class CustomsCsv:
    """Reads declarations from tables."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        columns = columns_of(head)
        return REFERENCE in columns and bool(columns & GOODS_COLUMNS)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        table = read_table(file.data, source=NAME, limits=limits)
        return read_each(
            NAME,
            table_consignment.documents(table, reference=REFERENCE, zone=file.local_zone),
            partial(_paper, file, sha256_of(file)),
            limits=limits,
            doubts=table.doubts,
        )


def _paper(file: PaperFile, sha256: str, document: Document) -> Paper:
    checked(document)
    function, number, issued_at = table_consignment.revision(document)
    lrn = document.once("lrn", lexical.reference)
    cancelled = function is Function.CANCELLATION
    return a_paper(
        file,
        source=NAME,
        kind=_kind(document),
        reference=document.reference,
        aliases=(lrn,) if lrn else (),
        function=function,
        number=number,
        issued_at=issued_at,
        body=None if cancelled else table_consignment.consignment(document),
        where=document.where,
        origins=document.origins,
        site=document.text("site"),
        sha256=sha256,
    )


def _kind(document: Document) -> PaperKind:
    def stated(text: str) -> PaperKind:
        kind = declaration_kind.by_word(text)
        if kind is None:
            raise ValueError(f"expected import, export or transit, got {text[:60]!r}")
        return kind

    kind = document.once("kind", stated)
    procedures = [row.text("procedure") for row in document.rows]
    told = [
        kind,
        *(declaration_kind.by_procedure(code) for code in procedures if code),
        declaration_kind.by_mrn(document.reference),
    ]
    found = next((k for k in told if k is not None), None)
    if found is None:
        raise RefusedStatement(
            "neither a kind, a procedure nor the MRN tells import or export",
            where=document.where,
        )
    return found
