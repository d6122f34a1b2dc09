"""XML that claims to be a spectrum file, checked before SpecUtils sees it.

SpecUtils reads a truncated document silently, with fewer records, and its parser recurses: a
document nested deeply enough ends the process. So a document is parsed here first, by expat,
which does neither.
"""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from vision.errors import UnreadableScan

MAX_DEPTH = 64
_DECLARED_ENCODING = re.compile(rb"^(<\?xml[^>]*?)\s+encoding=[\"'][^\"']*[\"']")
_BLANKS = b" \t\r\n"


def checked(data: bytes) -> bytes | None:
    """The document in UTF-8, well-formed; None if the content is no XML.

    UTF-16 is read with or without a mark. Names in Windows-1250 under a UTF-8 heading, as
    instruments of Central Europe write them, are taken as Latin-1. Prefixes that are bound
    nowhere are let pass.

    Raises:
        UnreadableScan: malformed, nested deeply, or with a document type or entities.
    """
    data = _from_utf16(data).removeprefix(codecs.BOM_UTF8).lstrip(_BLANKS)
    # Amptek's text format begins with "<<".
    if not data.startswith(b"<") or data.startswith(b"<<"):
        return None
    try:
        _parse(data)
    except expat.ExpatError as problem:
        if problem.code != expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
            raise UnreadableScan("n42", f"not well-formed XML: {problem}") from problem
        try:
            data.decode()
        except UnicodeDecodeError:
            data = data.decode("latin-1").encode()
            try:
                _parse(data)
            except expat.ExpatError as again:
                raise UnreadableScan("n42", f"not well-formed XML: {again}") from again
        else:
            raise UnreadableScan("n42", f"not well-formed XML: {problem}") from problem
    return data


def _from_utf16(data: bytes) -> bytes:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if marked or data.startswith((b"<\0", b"\0<")):
        order = "utf-16" if marked else ("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
        try:
            text = data.decode(order)
        except UnicodeDecodeError as problem:
            raise UnreadableScan("n42", "not UTF-16", offset=problem.start) from problem
        return _DECLARED_ENCODING.sub(rb"\1", text.encode())
    return data


def _parse(data: bytes) -> None:
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_: object) -> None:
        raise UnreadableScan("n42", "document types and entities are not read")

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise UnreadableScan("n42", f"nested more than {MAX_DEPTH} deep")

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (ValueError, LookupError) as problem:
        raise UnreadableScan("n42", f"encoding: {problem}") from problem
