"""AIS positions of vessels: NMEA 0183 sentences, and exports of them as CSV and JSON.

NMEA: AIVDM and AIVDO (and their like) of position reports 1, 2, 3, 18, 19 and 27; names and IMO
numbers from 5, 19 and 24. A sentence has no date: it must come with a tag block (`c:`), with a
time before it (ISO 8601 or seconds since 1970) or seconds since 1970 behind it; without one it is
refused. The second of the report, where it has one, makes that time the time of the position.
Parts of a message are put together by channel and sequence number; a part without the others is
refused, and so is a sentence whose checksum is wrong.
Records: MMSI, latitude, longitude and a time, with speed in knots, course, name, IMO number; the
headings of the Danish and of the US authorities' exports among them.
Values that AIS reserves for "not available" (91, 181, 102.3, 360) are none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from service.domain.papers.track import TrackedKind
from service.sources import HEAD_BYTES, Batch, Limits, PaperFile
from service.sources.ais_nmea import (
    NOT_AVAILABLE_COURSE_DEG,
    NOT_AVAILABLE_LATITUDE,
    NOT_AVAILABLE_LONGITUDE,
    NOT_AVAILABLE_SPEED_KN,
    NmeaLog,
    is_nmea,
    tell_absent,
)
from service.sources.gnss_track import fix_of
from service.sources.intake import Intake
from service.sources.records.reading import fields_in, read_records
from service.sources.records.record import Record
from service.sources.records.vocabulary import Vocabulary
from service.sources.ship_numbers import imo_number
from service.sources.statement import RefusedStatement
from service.sources.track_book import TrackBook

NAME = "ais"

_VOCABULARY = Vocabulary(
    {
        "mmsi": ("user id", "mmsi number", "source mmsi", "vessel mmsi"),
        "lat": ("latitude", "y"),
        "lon": ("longitude", "lng", "long", "x"),
        "at": (
            "timestamp", "base date time", "date time", "datetime", "time utc", "time", "utc",
            "msgtime", "position time", "last position time", "ts", "t",
        ),
        "speed": ("sog", "speed over ground", "speed knots"),
        "course": ("cog", "course over ground"),
        "heading": ("true heading",),
        "name": ("vessel name", "ship name", "shipname"),
        "imo": ("imo number", "vessel imo"),
        "received_at": ("received", "received time", "reception time"),
    },
    lists=frozenset({"positions", "vessels", "messages", "fixes", "data", "records", "ais"}),
    # The Danish Maritime Authority's exports, the only usual ones with slashes.
    day_first=True,
)  # fmt: skip


class Ais:
    """Reads positions of vessels."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        if is_nmea(head):
            return True
        return fields_in(head, _VOCABULARY) >= {"mmsi", "lat", "lon", "at"}

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        intake = Intake(file, source=NAME, limits=limits)
        book = TrackBook(intake)
        if is_nmea(file.data[:HEAD_BYTES]):
            NmeaLog(intake, book).read()
        else:
            _read_records(intake, book)
        book.close()
        return intake.batch()


def _read_records(intake: Intake, book: TrackBook) -> None:
    absent = 0
    for record in read_records(intake, _VOCABULARY):
        try:
            absent += not _add(record, book)
        except RefusedStatement as problem:
            intake.refuse(problem.where, problem.reason)
    tell_absent(intake, absent)


def _add(record: Record, book: TrackBook) -> bool:
    mmsi = record.text("mmsi")
    if not re.fullmatch(r"[0-9]{1,9}", mmsi):
        raise record.refusal("mmsi", f"expected an MMSI of nine digits, got {mmsi[:20]!r}")
    if (
        record.number("lat") == NOT_AVAILABLE_LATITUDE
        or record.number("lon") == NOT_AVAILABLE_LONGITUDE
    ):
        return False
    cells = dict(record.cells)
    if (record.number("speed") or 0) > NOT_AVAILABLE_SPEED_KN:
        del cells["speed"]
    if (record.number("course") or 0) >= NOT_AVAILABLE_COURSE_DEG:
        del cells["course"]
    fix = fix_of(replace(record, cells=cells), speed_unit="KNT")
    book.add(TrackedKind.VESSEL, mmsi.zfill(9), fix, place=record.place)
    imo = imo_number(record.text("imo"))
    book.call(TrackedKind.VESSEL, mmsi.zfill(9), name=record.text("name"), imo=imo)
    return True


AIS = Ais()
