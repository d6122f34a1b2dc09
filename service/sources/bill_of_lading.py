"""Bills of lading and sea waybills: JSON as DCSA's transport document, and tables."""

from __future__ import annotations

from functools import partial

from pydantic import ValidationError

from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import HEAD_BYTES, Batch, Limits, PaperFile, table_consignment
from service.sources.dcsa_transport_document import KEYS, TransportDocument, consignment_of
from service.sources.json_document import Json, json_statements, opening_keys, refused_by
from service.sources.statement import RefusedStatement, a_paper, read_each, sha256_of
from service.sources.table import columns_of, read_table
from service.sources.table_consignment import GOODS_COLUMNS

NAME = "bill_of_lading"
REFERENCE = "bill_of_lading"
EVENT_KEYS = frozenset({"eventType", "eventClassifierCode", "eventID"})
MANY = 2


class BillOfLading:
    """Reads bills of lading."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        if _is_transport_document(head):
            return True
        columns = columns_of(head)
        others = columns & {"mrn", "packing_list"}
        return REFERENCE in columns and not others and bool(columns & GOODS_COLUMNS)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        if _is_transport_document(file.data[:HEAD_BYTES]):
            found = json_statements(file.data, source=NAME, limits=limits)
            read = partial(_of_json, file, sha256_of(file))
            return read_each(NAME, found, read, limits=limits)
        table = read_table(file.data, source=NAME, limits=limits)
        return read_each(
            NAME,
            table_consignment.documents(table, reference=REFERENCE, zone=file.local_zone),
            partial(
                table_consignment.paper_of,
                file,
                sha256_of(file),
                source=NAME,
                kind=PaperKind.BILL_OF_LADING,
                own=REFERENCE,
            ),
            limits=limits,
            doubts=table.doubts,
        )


def _is_transport_document(head: bytes) -> bool:
    keys = opening_keys(head)
    return len(keys & KEYS) >= MANY and not keys & EVENT_KEYS


def _of_json(file: PaperFile, sha256: str, statement: tuple[str, Json]) -> Paper:
    place, value = statement
    try:
        document = TransportDocument.model_validate(value)
        body, origins = consignment_of(document, place=place)
    except ValidationError as problem:
        raise refused_by(problem, place) from problem
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=place or "top") from problem
    return a_paper(
        file,
        source=NAME,
        kind=PaperKind.BILL_OF_LADING,
        reference=document.transport_document_reference.strip(),
        function=Function.CANCELLATION if document.void else Function.ORIGINAL,
        issued_at=document.issue_date,
        body=None if document.void else body,
        where=place or "top",
        origins={} if document.void else origins,
        sha256=sha256,
    )
