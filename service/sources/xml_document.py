"""XML from outside, read safely: no DTD, no entities, nothing fetched, depth and size limited.

All XML sources read through `parse_xml`. Names are compared without regard to case, because
senders of one message differ in it and no parent has two children that differ in case only.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesNSImpl, Locator

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]

from service.sources import Limits, UnreadablePaper

MAX_ELEMENTS = 1_000_000
"""About 400 MB of elements; the largest transit declaration that its schema allows stays below."""

_ENCODINGS = re.compile(
    r"utf-?8|us-ascii|ascii|utf-?16(le|be)?|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d|"
    r"koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc-(jp|kr)",
    re.IGNORECASE,
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*)?(?:>|\Z)"
    r"""|<(?P<name>[^\s/>!?<'"]++)(?P<attributes>(?:[^>"']|"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z)""",
    re.DOTALL,
)
_NAMESPACE = re.compile(r"""xmlns(?::([^\s=]+))?\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Element:
    """One element. `name` is local; `text` is stripped, and empty where there are children."""

    __slots__ = ("attributes", "children", "line", "name", "namespace", "number", "parent", "text")

    def __init__(
        self,
        name: str,
        *,
        namespace: str = "",
        line: int = 0,
        parent: Element | None = None,
        number: int = 1,
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.namespace = namespace
        self.line = line
        self.parent = parent
        self.attributes = attributes or {}
        self.children: list[Element] = []
        self.text = ""
        self.number = number

    @property
    def path(self) -> str:
        """From the root; from the second of several of one name on with its number: `A/B[2]/C`."""
        step = self.name if self.number == 1 else f"{self.name}[{self.number}]"
        return f"{self.parent.path}/{step}" if self.parent else step

    @property
    def where(self) -> str:
        """For a person: line and path."""
        return f"line {self.line} {self.path}"

    def all(self, path: str) -> list[Element]:
        """Every element at `path` ("a/b/c") below this one, in the order of the document."""
        found = [self]
        for step in _steps(path):
            found = [c for parent in found for c in parent.children if c.name.lower() == step]
        return found

    def first(self, path: str) -> Element | None:
        return next(iter(self.all(path)), None)

    def descendants(self, *, depth: int) -> Iterator[Element]:
        """This element and those below it, breadth last, down to `depth` levels."""
        yield self
        if depth > 0:
            for child in self.children:
                yield from child.descendants(depth=depth - 1)


def parse_xml(data: bytes, *, source: str, limits: Limits) -> Element:
    """The root element.

    Args:
        data: the file; UTF-8, UTF-16 with a mark, or what its declaration says.
        source: the format, for the error.
        limits: bytes and depth.

    Raises:
        UnreadablePaper: too large, too deep, not well-formed, of an encoding that is not read, or
            with a document type, an entity or an external reference.
    """
    if len(data) > limits.max_bytes:
        raise UnreadablePaper(source, f"{len(data)} bytes, at most {limits.max_bytes} are read")
    builder = _Builder(source, max_depth=limits.max_depth)
    parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
    parser.setContentHandler(builder)
    builder.setDocumentLocator(parser)  # feed() does not, parse() would
    try:
        parser.feed(_decoded(data, source))
        parser.close()
    except DefusedXmlException as problem:
        raise UnreadablePaper(
            source, f"a document type or entity is not read ({type(problem).__name__})"
        ) from problem
    except SAXException as problem:
        line = getattr(problem, "getLineNumber", lambda: None)()
        raise UnreadablePaper(
            source,
            f"not well-formed XML: {problem.getMessage()}",
            where=f"line {line}" if line else "",
        ) from problem
    if builder.root is None:
        raise UnreadablePaper(source, "no element")
    return builder.root


def statements(root: Element, names: frozenset[str], *, depth: int = 5) -> list[Element]:
    """The elements of these (lower-case) names, alone or in an envelope of up to `depth` levels."""
    if root.name.lower() in names:
        return [root]
    if depth == 0:
        return []
    return [found for c in root.children for found in statements(c, names, depth=depth - 1)]


@lru_cache(maxsize=64)
def opening_tags(head: bytes) -> tuple[tuple[str, str], ...]:
    """(namespace, local name in lower case) of the start tags in the beginning of a file.

    Nothing is parsed: it only says what the file claims to be, also if it is damaged or hostile.
    Empty if the beginning is not XML.
    """
    text = _head_text(head)
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return ()
    known: dict[str, str] = {}
    tags = []
    for token in _TOKEN.finditer(text):
        if token["name"] is None:
            continue
        for prefix, double, single in _NAMESPACE.findall(token["attributes"]):
            known[prefix] = double or single
        prefix, _, local = token["name"].rpartition(":")
        tags.append((known.get(prefix, ""), local.lower()))
    return tuple(tags)


class _Builder(ContentHandler):
    """Builds the tree; stops at the limits while parsing, not after."""

    def __init__(self, source: str, *, max_depth: int) -> None:
        super().__init__()
        self.root: Element | None = None
        self._source = source
        self._max_depth = max_depth
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._siblings: list[dict[str, int]] = [{}]
        self._count = 0
        self._place: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 (SAX names it)
        self._place = locator

    def startElementNS(  # noqa: N802 (SAX names it)
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        self._count += 1
        line = (self._place.getLineNumber() if self._place else 0) or 0
        if len(self._open) >= self._max_depth:
            raise UnreadablePaper(
                self._source, f"nested deeper than {self._max_depth}", where=f"line {line}"
            )
        if self._count > MAX_ELEMENTS:
            raise UnreadablePaper(
                self._source, f"more than {MAX_ELEMENTS} elements", where=f"line {line}"
            )
        parent = self._open[-1] if self._open else None
        number = self._siblings[-1][name[1]] = self._siblings[-1].get(name[1], 0) + 1
        element = Element(
            name[1],
            namespace=name[0] or "",
            line=line,
            parent=parent,
            number=number,
            attributes={key[1]: value for key, value in attrs.items()} if len(attrs) else None,
        )
        if parent is None:
            self.root = element
        else:
            parent.children.append(element)
        self._open.append(element)
        self._texts.append([])
        self._siblings.append({})

    def characters(self, content: str) -> None:
        self._texts[-1].append(content)

    def endElementNS(  # noqa: N802 (SAX names it)
        self, name: tuple[str | None, str], qname: str | None
    ) -> None:
        element, pieces = self._open.pop(), self._texts.pop()
        self._siblings.pop()
        if not element.children:
            element.text = "".join(pieces).strip()


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.lower().split("/"))


def _encoding(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    if data.startswith(b"<\x00"):
        return "utf-16-le"
    if data.startswith(b"\x00<"):
        return "utf-16-be"
    declared = _DECLARED.search(data[:400])
    # A declaration that can be read as bytes is not in UTF-16, whatever it says (XML 1.0, 4.3.3).
    name = declared[1].decode("ascii") if declared else "utf-8"
    return "utf-8" if name.lower().replace("-", "").startswith("utf16") else name


def _decoded(data: bytes, source: str) -> str:
    encoding = _encoding(data)
    if not _ENCODINGS.fullmatch(encoding) and encoding != "utf-8-sig":
        raise UnreadablePaper(source, f"encoding {encoding!r} is not read", where="line 1")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UnreadablePaper(
            source, f"byte {problem.start} is not {encoding}", where=f"line {line}"
        ) from problem
    except LookupError as problem:
        raise UnreadablePaper(source, f"encoding {encoding!r} is not known") from problem


def _head_text(head: bytes) -> str:
    encoding = _encoding(head)
    if not _ENCODINGS.fullmatch(encoding) and encoding != "utf-8-sig":
        encoding = "latin-1"
    try:
        return head.decode(encoding, errors="replace")
    except LookupError:
        return head.decode("latin-1")
