"""NMEA 0183 sentences of AIS to positions, put together and decoded by pyais.

pyais is gentle: its queues drop lines that they cannot read, and its assembly takes the type and
the fill bits from whichever part comes first and last in the list. Here each line that is not
taken is refused by name, and parts are sorted before they are joined.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyais.exceptions import AISBaseException
from pyais.messages import AISSentence, NMEASentenceFactory, TagBlock

from service.domain.papers.track import TrackedKind
from service.sources.clock_times import clock_time
from service.sources.gnss_track import make_fix
from service.sources.intake import Intake
from service.sources.json_document import cut_off
from service.sources.ship_numbers import imo_number
from service.sources.statement import RefusedStatement
from service.sources.track_book import TrackBook

NOT_AVAILABLE_LATITUDE, NOT_AVAILABLE_LONGITUDE = 91.0, 181.0
NOT_AVAILABLE_SPEED_KN = 102.2
NOT_AVAILABLE_COURSE_DEG = 360.0
_LONG_RANGE, _LONG_RANGE_NO_SPEED_KN = 27, 63.0
"""ITU-R M.1371-5, tables 48 and 75; message 27 has speeds of its own."""

_POSITIONS = frozenset({1, 2, 3, 18, 19, 27})
_NAMES = frozenset({5, 19, 24})
_SENTENCE = re.compile(
    rb"(?P<before>[^\\!]{0,80})(?:\\(?P<tags>[^\\]{0,200})\\)?"
    rb"(?P<sentence>![A-Z]{2}VD[MO],[^*!]{1,200}\*[0-9A-Fa-f]{2})(?P<after>.{0,200})"
)
_HEAD = re.compile(rb"(?:^|\n)[^\n!]{0,300}![A-Z]{2}VD[MO],[0-9],[0-9],")
_TRAILING_EPOCH = re.compile(rb"(?:^|,)([0-9]{10}(?:\.[0-9]+)?)\s*$")
_SECONDS = 60
_CLOCKS_APART = timedelta(seconds=5)
_DECODING_PROBLEMS = (AISBaseException, ValueError, IndexError, KeyError, TypeError)
"""What pyais raises on payloads that it was not made for."""


def is_nmea(head: bytes) -> bool:
    """Whether a file begins with AIS sentences, alone or behind times and tag blocks."""
    return head.lstrip()[:1] not in (b"{", b"[", b"<") and _HEAD.search(head) is not None


def tell_absent(intake: Intake, absent: int) -> None:
    """Name the reports whose transponder knew no position."""
    if absent:
        intake.doubt("", f"{absent} reports without a position (91, 181) left out")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One sentence; `at` is when it was received, None if the line does not say."""

    sentence: AISSentence
    line: int
    at: datetime | None


class NmeaLog:
    """Sentences of a file, line by line."""

    def __init__(self, intake: Intake, book: TrackBook) -> None:
        self._intake = intake
        self._book = book
        self._open: dict[tuple[int | None, str, int], list[_Part]] = {}
        self._absent = 0
        self._others = 0

    def read(self) -> None:
        data = self._intake.file.data
        for number, line in enumerate(data.splitlines(), start=1):
            stripped = line.strip()
            if stripped and not stripped.startswith(b"#"):
                self._guarded_line(stripped, number)
        for parts in self._open.values():
            self._refuse_open(parts)
        for doubt in cut_off(data):
            self._intake.doubt(doubt.where, doubt.reason)
        tell_absent(self._intake, self._absent)
        if self._others:
            self._intake.doubt("", f"{self._others} messages of other types carry no position")

    def _guarded_line(self, line: bytes, number: int) -> None:
        try:
            part = self._part(line, number)
            parts = self._complete(part)
            if parts:
                self._take(parts)
        except RefusedStatement as problem:
            self._intake.refuse(problem.where, problem.reason)

    def _part(self, line: bytes, number: int) -> _Part:
        where = f"line {number}"
        found = _SENTENCE.fullmatch(line)
        if found is None:
            raise RefusedStatement("no AIS sentence", where=where)
        try:
            sentence = NMEASentenceFactory.produce(found["sentence"])
        except _DECODING_PROBLEMS as problem:
            raise RefusedStatement(f"no AIS sentence: {problem!r}", where=where) from problem
        if not isinstance(sentence, AISSentence):
            raise RefusedStatement("no AIS sentence", where=where)
        if not sentence.is_valid:
            raise RefusedStatement("the checksum is wrong", where=where)
        return _Part(sentence=sentence, line=number, at=self._received_at(found, where))

    def _received_at(self, found: re.Match[bytes], where: str) -> datetime | None:
        stated = b""
        if found["tags"] is not None:
            block = TagBlock(found["tags"])
            block.init()
            if not block.is_valid:
                raise RefusedStatement("the checksum of the tag block is wrong", where=where)
            stated = (block.receiver_timestamp or "").encode()
        stated = stated or found["before"].strip().rstrip(b",;|").strip(b" []")
        if not stated:
            trailing = _TRAILING_EPOCH.search(found["after"])
            stated = trailing[1] if trailing else b""
        if not stated:
            return None
        try:
            return clock_time(stated.decode("ascii", "replace"), zone=self._intake.file.local_zone)
        except ValueError as problem:
            raise RefusedStatement(str(problem), where=where) from problem

    def _complete(self, part: _Part) -> list[_Part]:
        """All parts of the message, in order, once the last of them has come."""
        sentence = part.sentence
        if sentence.frag_cnt == 1:
            return [part]
        slot = (sentence.seq_id, sentence.channel, sentence.frag_cnt)
        parts = self._open.setdefault(slot, [])
        if any(other.sentence.frag_num == sentence.frag_num for other in parts):
            # The sequence number has come round; the rest of the earlier message was lost.
            self._refuse_open(parts)
            parts = self._open[slot] = []
        parts.append(part)
        if len(parts) < sentence.frag_cnt:
            return []
        del self._open[slot]
        return sorted(parts, key=lambda other: other.sentence.frag_num)

    def _refuse_open(self, parts: list[_Part]) -> None:
        sentence = parts[0].sentence
        reason = f"{len(parts)} of {sentence.frag_cnt} parts of a message"
        self._intake.refuse(f"line {parts[0].line}", reason)

    def _take(self, parts: list[_Part]) -> None:
        where = f"line {parts[0].line}"
        kind = parts[0].sentence.ais_id
        if kind not in _POSITIONS | _NAMES:
            self._others += 1
            return
        try:
            whole = AISSentence.assemble_from_iterable([part.sentence for part in parts])
            fields = whole.decode().asdict()
        except _DECODING_PROBLEMS as problem:
            raise RefusedStatement(f"cannot be decoded: {problem!r}", where=where) from problem
        mmsi = f"{int(_number(fields, 'mmsi') or 0):09}"
        if kind in _NAMES:
            name = str(fields.get("shipname") or "").strip()
            self._book.call(
                TrackedKind.VESSEL, mmsi, name=name, imo=imo_number(str(fields.get("imo") or ""))
            )
        if kind not in _POSITIONS:
            self._others += 1
            return
        at = next((part.at for part in parts if part.at is not None), None)
        if at is None:
            raise RefusedStatement("a sentence without a date and time", where=where)
        self._add(mmsi, fields, received_at=at, where=where)

    def _add(
        self, mmsi: str, fields: Mapping[str, object], *, received_at: datetime, where: str
    ) -> None:
        latitude, longitude = _number(fields, "lat"), _number(fields, "lon")
        if latitude is None or longitude is None:
            raise RefusedStatement("a report that is cut off", where=where)
        if latitude >= NOT_AVAILABLE_LATITUDE or longitude >= NOT_AVAILABLE_LONGITUDE:
            self._absent += 1
            return
        speed, course = _number(fields, "speed"), _number(fields, "course")
        long_range = fields.get("msg_type") == _LONG_RANGE
        top_speed = _LONG_RANGE_NO_SPEED_KN if long_range else NOT_AVAILABLE_SPEED_KN
        try:
            fix = make_fix(
                _reported_at(received_at, fields.get("second")),
                latitude=round(latitude, 6),
                longitude=round(longitude, 6),
                speed_kn=speed if speed is not None and speed < top_speed else None,
                course_deg=(
                    course if course is not None and course < NOT_AVAILABLE_COURSE_DEG else None
                ),
                received_at=received_at,
            )
        except ValueError as problem:
            raise RefusedStatement(str(problem), where=where) from problem
        self._book.add(TrackedKind.VESSEL, mmsi, fix, place=where)


def _number(fields: Mapping[str, object], name: str) -> float | None:
    value = fields.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _reported_at(received_at: datetime, second: object) -> datetime:
    """The last time before reception at which the clock showed the second of the report."""
    if not isinstance(second, int) or not 0 <= second < _SECONDS:
        return received_at
    at = received_at.replace(second=second, microsecond=0)
    return at if at <= received_at + _CLOCKS_APART else at - timedelta(minutes=1)
