"""Declarations in our own JSON: one, an array of them, or one a line (JSON Lines).

The format is `schemas/declaration-1.json`; a body of `POST /v1/declarations` is one too.
"""

from __future__ import annotations

import json
from functools import partial

from pydantic import BaseModel, ValidationError

from service.domain.papers.paper import Function, Paper
from service.sources import Batch, Limits, PaperFile, UnreadablePaper
from service.sources.declaration_document import SCHEMA, DeclarationDocument
from service.sources.json_document import (
    Json,
    cut_off,
    json_lines,
    json_statements,
    json_text,
    opening_keys,
    refused_by,
    where,
)
from service.sources.statement import RefusedStatement, a_paper, read_each, sha256_of

NAME = "tallyman_json"
SCHEMA_FILE = "declaration-1.json"
_KEYS = frozenset(field.alias or name for name, field in DeclarationDocument.model_fields.items())
_CONTENT = frozenset({"containers", "goods"})


class TallymanJson:
    """Reads our own declaration documents."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        keys = opening_keys(head)
        if "schema" in keys:
            return SCHEMA.encode() in head
        return keys <= _KEYS and "reference" in keys and bool(keys & _CONTENT)

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        read = partial(_paper, file, sha256_of(file))
        if not _is_lines(file.data, limits):
            found = json_statements(file.data, source=NAME, limits=limits)
            return read_each(NAME, found, read, limits=limits)
        lines = json_lines(file.data, source=NAME, limits=limits)
        placed = ((f"line {number}", value) for number, value in lines)
        return read_each(NAME, placed, read, limits=limits, doubts=cut_off(file.data))


def schema_text() -> str:
    """The JSON Schema of a declaration document, as committed in `schemas/`."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **DeclarationDocument.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _is_lines(data: bytes, limits: Limits) -> bool:
    """Whether the first line is a whole object and there is more after it."""
    text = json_text(data, source=NAME, limits=limits).strip()
    first, _, rest = text.partition("\n")
    return bool(rest.strip()) and first.startswith("{") and first.rstrip().endswith("}")


def _paper(file: PaperFile, sha256: str, statement: tuple[str, Json | UnreadablePaper]) -> Paper:
    place, value = statement
    if isinstance(value, UnreadablePaper):
        raise RefusedStatement(value.reason, where=place)
    try:
        document = DeclarationDocument.model_validate(value)
    except ValidationError as problem:
        raise refused_by(problem, place) from problem
    revision = document.revision.to_domain()
    cancelled = revision.function is Function.CANCELLATION
    return a_paper(
        file,
        source=NAME,
        kind=document.kind,
        reference=document.reference.strip(),
        aliases=document.aliases,
        function=revision.function,
        number=revision.number,
        issued_at=revision.issued_at,
        body=None if cancelled else document.to_domain(),
        where=place or "top",
        origins={} if cancelled else _origins(document, place),
        site=document.site or "",
        sha256=sha256,
    )


def _origins(document: DeclarationDocument, place: str) -> dict[str, str]:
    """Body path to the place in the document, for every field that was stated."""
    found: dict[str, str] = {}

    def note(part: BaseModel, body: str, *path: str | int) -> None:
        for name in part.model_fields_set:
            found[f"{body}.{name}" if body else name] = f"{place} {where(*path, name)}".strip()

    item = 0
    for index, box in enumerate(document.containers):
        note(box, f"equipment.{index}", "containers", index)
        for number, goods in enumerate(box.goods):
            note(goods, f"goods.{item}", "containers", index, "goods", number)
            item += 1
    for index, goods in enumerate(document.goods):
        note(goods, f"goods.{item}", "goods", index)
        item += 1
    for index, party in enumerate(document.parties):
        note(party, f"parties.{index}", "parties", index)
    note(document.transport, "transport", "transport")
    for index in range(len(document.plates)):
        found[f"transport.plates.{index}"] = f"{place} {where('plates', index)}".strip()
    for name in document.totals.model_fields_set:
        found[f"total_{name}"] = f"{place} {where('totals', name)}".strip()
    return found
