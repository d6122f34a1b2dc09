"""A file to records, by its content: JSON or a table."""

from __future__ import annotations

from collections.abc import Iterator

from service.sources.intake import Intake
from service.sources.json_document import json_text
from service.sources.records.json_shapes import json_records
from service.sources.records.record import Record
from service.sources.records.tables import heading_of, table_records, table_text
from service.sources.records.vocabulary import Vocabulary, json_paths

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BLANK = "\ufeff \t\r\n"


def fields_in(head: bytes, vocabulary: Vocabulary) -> frozenset[str]:
    """The fields that the heading line, or the first keys, of a file name."""
    encoding = "utf-16" if head.startswith(_UTF16) else "utf-8"
    text = head.decode(encoding, errors="replace").lstrip(_BLANK)
    if text.startswith("<"):
        return frozenset()
    if text.startswith(("{", "[")):
        meanings = [vocabulary.meaning(path) for path in json_paths(text)]
    else:
        meanings = heading_of(text, vocabulary).meanings
    return frozenset(meaning.name for meaning in meanings if meaning is not None)


def read_records(intake: Intake, vocabulary: Vocabulary) -> Iterator[Record]:
    """All records of a file; a line that cannot be read is refused by name.

    Raises:
        UnreadablePaper: no table and no JSON, columns that mean the same, a count that lies.
    """
    data = intake.file.data
    start = data[:400].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if data.startswith(_UTF16) or start in (b"{", b"["):
        text = json_text(data, source=intake.source, limits=intake.limits).lstrip(_BLANK)
    else:
        text = table_text(intake).lstrip(_BLANK)
    if text.startswith(("{", "[")):
        yield from json_records(intake, vocabulary, text)
    else:
        yield from table_records(intake, vocabulary, text)
