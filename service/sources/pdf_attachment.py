"""Files embedded in a PDF, found with the standard library alone.

Embedded files are stream objects of type `EmbeddedFile`, which never hide in object streams, so
that no cross-reference table is needed to find them. Streams that are not compressed with Flate or
not at all, and encrypted files, are not read.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from service.sources import Limits, UnreadablePaper

MAX_ATTACHMENTS = 100
_OBJECT = re.compile(rb"\d{1,10}\s+\d{1,5}\s+obj\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile\b|/EmbeddedFile\b")
_FILTER = re.compile(rb"/Filter\s*(?:\[\s*)?/(\w+)")
_FILTERS = re.compile(rb"/Filter\s*\[\s*/\w+\s+/\w+")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R)\b")


def is_pdf(head: bytes) -> bool:
    """A PDF may begin up to a kibibyte into the file (ISO 32000-1 annex H); ours begin at once."""
    return head.startswith(b"%PDF-")


def embedded_files(
    data: bytes, *, source: str, limits: Limits
) -> Iterator[bytes | UnreadablePaper]:
    """The content of each embedded file, or why it cannot be read.

    Raises:
        UnreadablePaper: the PDF is encrypted or has too many of them.
    """
    if b"/Encrypt" in data:
        raise UnreadablePaper(source, "the PDF is encrypted; its attachments cannot be read")
    found = 0
    for start in _OBJECT.finditer(data):
        stream = _STREAM.search(data, start.end(), start.end() + 4096)
        if stream is None:
            continue
        dictionary = data[start.end() : stream.start()]
        if b"endobj" in dictionary or not _EMBEDDED.search(dictionary):
            continue
        found += 1
        if found > MAX_ATTACHMENTS:
            raise UnreadablePaper(source, f"more than {MAX_ATTACHMENTS} attachments")
        try:
            yield _content(data, stream.end(), dictionary, source=source, limits=limits)
        except UnreadablePaper as problem:
            yield problem


def _content(data: bytes, start: int, dictionary: bytes, *, source: str, limits: Limits) -> bytes:
    stated = _LENGTH.search(dictionary)
    end = data.find(b"endstream", start)
    if end < 0:
        raise UnreadablePaper(source, "an attachment is cut off", where=f"byte {start}")
    if stated and data[start + int(stated[1]) :].lstrip(b"\r\n ").startswith(b"endstream"):
        end = start + int(stated[1])
    raw = data[start:end]
    kind = _FILTER.search(dictionary)
    if kind is None:
        return raw
    if kind[1] != b"FlateDecode" or _FILTERS.search(dictionary):
        raise UnreadablePaper(
            source, "an attachment is compressed in a way that is not read", where=f"byte {start}"
        )
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(raw, limits.max_bytes)
    except zlib.error as problem:
        raise UnreadablePaper(
            source, f"an attachment is damaged: {problem}", where=f"byte {start}"
        ) from problem
    if inflater.unconsumed_tail:
        raise UnreadablePaper(
            source, f"an attachment holds more than {limits.max_bytes} bytes", where=f"byte {start}"
        )
    if not inflater.eof:
        raise UnreadablePaper(source, "an attachment is cut off", where=f"byte {start}")
    return content
