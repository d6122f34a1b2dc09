"""Interchanges (ISO 9735): files to messages to segments.

Accepted: an optional UNA, UNB to UNZ with or without groups (UNG to UNE), several messages in an
interchange and several interchanges in a file; separators of level A, of UNA, or of level B
(IS1, IS3, IS4); line breaks anywhere; messages without an interchange, with a doubt.
Taken with a doubt too: a UNA whose reserved blank has been trimmed away.
Refused as a whole: wrong counts or references in UNZ and UNE, missing trailers, text between
messages, control characters, a test interchange (UNB 0035 = 1). A message whose UNT is wrong is
refused alone. Character sets are those of UNB 0001; where level A or B holds other letters all
the same, they are read as UTF-8 or else ISO 8859-1, with a doubt.

pydifact splits what holds a release character and writes our messages. It is not let near whole
files: its parser looks for UNA behind any segment terminator and drops all before it, it checks
no counts, and it takes a second per megabyte; a segment without a release character needs no
more than `str.split`.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

from pydifact.control.characters import Characters
from pydifact.exceptions import EDISyntaxError
from pydifact.parser import Parser
from pydifact.tokenizer import Tokenizer

from service.sources import UnreadablePaper
from service.sources.edifact.moment import moment
from service.sources.intake import Intake

CHARSETS = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "iso8859-1", "UNOD": "iso8859-2",
    "UNOE": "iso8859-5", "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4",
    "UNOI": "iso8859-6", "UNOJ": "iso8859-8", "UNOK": "iso8859-9", "UNOW": "utf-8",
    "UNOY": "utf-8",
}  # fmt: skip
"""UNB 0001 to codec; UNOX (ISO 2022) is not read."""

MAX_SEGMENTS = 1_000_000
MAX_ELEMENTS = 6_000_000
MAX_SEGMENT_CHARS = 20_000
_TEST_INDICATOR = 10
"""Element of UNB that holds 0035, counted from 0."""

_SERVICE = frozenset({"UNB", "UNG", "UNH", "UNE", "UNZ"})
_BLANK = " \r\n\t"
_BOM = b"\xef\xbb\xbf"
_START = re.compile(rb"\s*(?:UNA.{0,8}?\s*)?UN[BH]", re.DOTALL)
_SHORT_UNA = re.compile(r"UNA([^\w\s]{5})\s*(?=UN[BH])")
"""UNA whose reserved blank has been lost, as happens where files are trimmed."""
_FIRST_TYPE = re.compile(rb"UNH[^\w\s][^\n\r']{0,40}?[^\w\s]([A-Z]{6})(?!\w)")
_CHARSET = re.compile(rb"UNB[^\w\s]([A-Z]{4})(?!\w)")
_TAG = re.compile(r"[A-Z]{3}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Segment:
    """`number` counts from UNH, which is 1; `elements` are lists of components."""

    number: int
    tag: str
    elements: list[list[str]]

    def text(self, element: int, component: int = 0) -> str:
        """A component, stripped; "" if it is not there. Elements count from 0 after the tag."""
        try:
            return self.elements[element][component].strip()
        except IndexError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message without its UNH and UNT. `identity` names it among those of all senders'
    interchanges; `sender` is UNB 0004.
    """

    kind: str
    identity: str
    sender: str
    prepared_at: datetime | None
    segments: list[Segment]
    prefix: str

    def where(self, segment: Segment) -> str:
        """For example "message 2, segment 12 EQD"."""
        return f"{self.prefix}segment {segment.number} {segment.tag}"

    @property
    def start(self) -> str:
        """Where it begins."""
        return f"{self.prefix}segment 1 UNH"


def message_kind(head: bytes) -> str | None:
    """The type of the first message of a file that begins with `head`; None if no EDIFACT."""
    head = head.removeprefix(_BOM)
    found = _FIRST_TYPE.search(head) if _START.match(head) else None
    return found[1].decode("ascii") if found else None


def read_messages(intake: Intake) -> list[Message]:
    """All messages of a file; those with a lying trailer are refused by name.

    Raises:
        UnreadablePaper: see the module.
    """
    messages = list(_Reader(intake).messages(_decode(intake)))
    return [replace(messages[0], prefix="")] if len(messages) == 1 else messages


def _decode(intake: Intake) -> str:
    data = intake.file.data.removeprefix(_BOM)
    declared = _CHARSET.search(data[:64])
    name = declared[1].decode("ascii") if declared else "UNOA"
    codec = CHARSETS.get(name)
    if codec is None:
        raise UnreadablePaper(intake.source, f"character set {name} is not read")
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as problem:
        where = f"byte {problem.start}"
        if codec != "ascii":
            raise UnreadablePaper(
                intake.source, f"not of the character set {name} that UNB declares", where=where
            ) from problem
        text, meant = _beyond_ascii(data)
        intake.doubt(where, f"letters beyond {name}, read as {meant}")
    # Control-Z and zeros are what old systems fill the last block with.
    return text.lstrip(_BLANK).rstrip("\x1a\x00 ")


def _beyond_ascii(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("iso8859-1"), "ISO 8859-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Separators:
    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"

    def __post_init__(self) -> None:
        given = (self.component, self.element, self.release, self.terminator)
        used = [char for char in given if char != " "]
        if len(set(used)) != len(used) or any(char.isalnum() for char in used):
            raise ValueError(f"separators must differ and be no letters or digits, got {given}")
        if self.component in " \r\n" or self.element in " \r\n" or self.terminator in " \r":
            raise ValueError(f"separators must not be blank, got {given}")

    @property
    def releases(self) -> bool:
        return self.release != " "


_LEVEL_B = _Separators(component="\x1f", element="\x1d", release=" ", terminator="\x1c")


@dataclass(slots=True)
class _Envelope:
    """What UNB and UNG said, and what has come since. `units` is what UNZ counts."""

    bare: bool
    control_reference: str = ""
    sender: str = ""
    prepared_at: datetime | None = None
    references: set[str] = field(default_factory=set)
    units: int = 0
    group: str | None = None
    group_messages: int = 0
    has_groups: bool = False


class _Reader:
    """One pass over a file; checks the envelopes."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._position = 0

    def messages(self, text: str) -> Iterator[Message]:
        while text:
            separators, body = self._start(text)
            end = yield from self._interchange(body, separators)
            text = body[end:].lstrip(_BLANK)

    def _start(self, text: str) -> tuple[_Separators, str]:
        separators, body = _Separators(), text
        if text.startswith("UNA"):
            separators, body = self._advice(text)
        elif text.startswith(f"UNB{_LEVEL_B.element}"):
            separators = _LEVEL_B
        if not body.startswith((f"UNB{separators.element}", f"UNH{separators.element}")):
            self._fail(f"expected UNB or UNH, got {body[:12]!r}")
        body = body.replace("\r", "")
        if separators.terminator != "\n":
            body = body.replace("\n", "")
        if body.count(separators.terminator) > MAX_SEGMENTS:
            self._fail(f"more than {MAX_SEGMENTS} segments")
        if body.count(separators.element) + body.count(separators.component) > MAX_ELEMENTS:
            self._fail(f"more than {MAX_ELEMENTS} data elements")
        return separators, body

    def _advice(self, text: str) -> tuple[_Separators, str]:
        una, body = text[3:9].ljust(6), text[9:].lstrip(_BLANK)
        short = None if body.startswith(("UNB", "UNH")) else _SHORT_UNA.match(text)
        if short is not None:
            una, body = f"{short[1][:4]} {short[1][4]}", text[short.end() :]
            self._intake.doubt("UNA", "five characters instead of six, the reserved one left out")
        try:
            separators = _Separators(
                component=una[0], element=una[1], release=una[3], terminator=una[5]
            )
        except ValueError as problem:
            raise UnreadablePaper(self._intake.source, str(problem), where="UNA") from problem
        if not body.startswith(("UNB", "UNH")):
            self._fail("UNA is not followed by UNB; it takes six characters", where="UNA")
        return separators, body

    def _interchange(self, body: str, separators: _Separators) -> Generator[Message, None, int]:
        """The messages of one interchange; returns the position behind it."""
        envelope = _Envelope(bare=body.startswith("UNH"))
        if envelope.bare:
            self._intake.doubt("segment 1 UNH", "no interchange around it (UNB, UNZ)")
        current: list[Segment] = []
        for end, raw in _segments(body, separators):
            segment = self._split(raw, separators, len(current) + 1)
            if current:
                current.append(segment)
                if segment.tag == "UNT":
                    message = self._close(envelope, current)
                    current = []
                    if message is not None:
                        yield message
                elif segment.tag in _SERVICE:
                    self._fail(f"{segment.tag} inside a message: UNT is missing")
            elif segment.tag == "UNH":
                current = [segment]
            elif self._service(envelope, segment):
                return end
        if current:
            self._fail("the message does not end: UNT is missing", where=f"segment {len(current)}")
        if not envelope.bare:
            self._fail("the interchange does not end: UNZ is missing")
        return len(body)

    def _split(self, raw: str | None, separators: _Separators, number: int) -> Segment:
        where = f"segment {number}"
        if raw is None:
            self._fail("the last segment does not end", where=where)
        if len(raw) > MAX_SEGMENT_CHARS:
            self._fail(f"{len(raw)} characters, at most {MAX_SEGMENT_CHARS} are read", where=where)
        for control in _CONTROL.finditer(raw):
            if control[0] not in (separators.component, separators.element):
                self._fail(f"control character {control[0]!r}", where=where)
        if separators.releases and separators.release in raw:
            parts = self._released(raw, separators, where)
        else:
            parts = [part.split(separators.component) for part in raw.split(separators.element)]
        tag = parts[0][0]
        if not _TAG.fullmatch(tag):
            self._fail(f"expected a segment tag, got {tag[:20]!r}", where=where)
        return Segment(number, tag, parts[1:])

    def _released(self, raw: str, separators: _Separators, where: str) -> list[list[str]]:
        characters = Characters(  # type: ignore[no-untyped-call]
            component_separator=separators.component,
            data_separator=separators.element,
            escape_character=separators.release,
            segment_terminator=separators.terminator,
        )
        try:
            tokens = Tokenizer().get_tokens(raw + separators.terminator, characters)
            split = next(Parser().convert_tokens_to_raw_segments(tokens))
        except (EDISyntaxError, StopIteration) as problem:
            raise UnreadablePaper(
                self._intake.source, f"release character: {problem}", where=where
            ) from problem
        return [[part] if isinstance(part, str) else [str(item) for item in part] for part in split]

    def _service(self, envelope: _Envelope, segment: Segment) -> bool:
        """Take a segment between messages; True at the end of the interchange."""
        if segment.tag == "UNB":
            self._open(envelope, segment)
        elif segment.tag == "UNG" and envelope.group is None:
            envelope.group, envelope.group_messages = segment.text(4), 0
            envelope.has_groups = True
        elif segment.tag == "UNE" and envelope.group is not None:
            self._check(segment, envelope.group_messages, envelope.group)
            envelope.group = None
            envelope.units += 1
        elif segment.tag == "UNZ" and not envelope.bare and envelope.group is None:
            self._check(segment, envelope.units, envelope.control_reference)
            return True
        else:
            self._fail(f"{segment.tag} at a place where none is expected")
        return False

    def _open(self, envelope: _Envelope, unb: Segment) -> None:
        if envelope.control_reference or envelope.bare or envelope.units:
            self._fail("UNB inside an interchange: UNZ is missing")
        if not unb.text(4):
            self._fail("expected an interchange reference (0020)", where="UNB")
        if unb.text(_TEST_INDICATOR) == "1":
            self._fail("a test interchange (0035 = 1) is no paper", where="UNB")
        envelope.control_reference = unb.text(4)
        envelope.sender = unb.text(1)
        date, time = unb.text(3, 0), unb.text(3, 1)
        code = {6: "201", 8: "203"}.get(len(date), "")
        try:
            envelope.prepared_at = moment(date + time, code, zone=self._intake.file.local_zone)
        except ValueError:
            self._intake.doubt("UNB", f"no date and time of preparation in {date!r}, {time!r}")

    def _close(self, envelope: _Envelope, segments: list[Segment]) -> Message | None:
        unh, unt = segments[0], segments[-1]
        reference, count, named = unh.text(0), unt.text(0), unt.text(1)
        self._position += 1
        if envelope.has_groups:
            envelope.group_messages += 1
        else:
            envelope.units += 1
        problem = ""
        if count.lstrip("0") != str(len(segments)):
            problem = f"UNT counts {count!r} segments, there are {len(segments)}"
        elif named != reference or not reference:
            problem = f"UNT names message {named!r}, UNH {reference!r}"
        elif reference in envelope.references:
            problem = f"message {reference!r} comes twice in the interchange"
        prefix = f"message {self._position}, "
        if problem:
            self._intake.refuse(f"{prefix}segment {unt.number} UNT", problem)
            return None
        envelope.references.add(reference)
        return Message(
            kind=unh.text(1),
            identity=f"{envelope.control_reference or '-'}/{reference}",
            sender=envelope.sender,
            prepared_at=envelope.prepared_at,
            segments=segments[1:-1],
            prefix=prefix,
        )

    def _check(self, trailer: Segment, count: int, reference: str) -> None:
        tag, stated, named = trailer.tag, trailer.text(0), trailer.text(1)
        if (stated.lstrip("0") or "0") != str(count):
            self._fail(f"{tag} counts {stated!r}, there are {count}")
        if named != reference:
            self._fail(f"{tag} names {named!r}, the header {reference!r}")

    def _fail(self, reason: str, *, where: str = "") -> NoReturn:
        behind = f"behind message {self._position}" if self._position else ""
        raise UnreadablePaper(
            self._intake.source, reason, where=", ".join(part for part in (behind, where) if part)
        )


def _segments(text: str, separators: _Separators) -> Iterator[tuple[int, str | None]]:
    """Each segment and the position behind its terminator; None where the last has none."""
    position, pending = 0, []
    for piece in text.split(separators.terminator):
        position += len(piece) + 1
        pending.append(piece)
        if separators.releases:
            released = len(piece) - len(piece.rstrip(separators.release))
            if released % 2:
                continue
        raw = separators.terminator.join(pending).strip(" ")
        pending = []
        if position > len(text):
            if raw:
                yield len(text), None
        elif raw:
            yield position, raw
    if pending:
        yield len(text), None
