"""Positions of vehicles and electronic seals: CSV, JSON and GPX 1.0 or 1.1.

Accepted: records with latitude and longitude in degrees (WGS 84), a time and a plate or a seal
number; optionally a trip, speed (unit by its heading, else km/h), course, the time of reception.
JSON may hold the positions of one vehicle in `fixes`, `points` or `positions`. In GPX each `trk`
is a trip whose `name` is the plate, or the seal's number where `type` is seal; speed is in m/s.
A planned route (`rte`) is no track and is refused.
A position that is none is refused by name; the others of its track are taken.
"""

from __future__ import annotations

from datetime import UTC, datetime

from service.domain.papers.track import Fix, TrackedKind
from service.sources import HEAD_BYTES, Batch, Limits, PaperFile, UnreadablePaper, lexical, units
from service.sources.intake import Intake
from service.sources.records.reading import fields_in, read_records
from service.sources.records.record import Record
from service.sources.records.vocabulary import Vocabulary
from service.sources.statement import RefusedStatement
from service.sources.track_book import KNOTS_PER_UNIT, TrackBook
from service.sources.xml_document import Element, opening_tags, parse_xml
from vision.grammar.plate import normalise_plate

NAME = "gnss_track"

_VOCABULARY = Vocabulary(
    {
        "seal": ("seal id", "seal number", "e-seal", "eseal id", "electronic seal", "seal no"),
        "plate": (
            "vehicle", "vehicle id", "vehicle plate", "truck", "truck plate", "licence plate",
            "license plate", "registration", "vehicle registration", "Kennzeichen", "kenteken",
            "immatriculation",
        ),
        "trip": ("trip id", "journey", "journey id", "track id", "tour", "session id"),
        "lat": ("latitude", "latitude deg", "gps lat", "gps latitude", "y", "Breite"),
        "lon": ("longitude", "lng", "long", "longitude deg", "gps lon", "gps longitude", "x",
                "Länge"),
        "at": (
            "timestamp", "date time", "datetime", "fix time", "gps time", "position time",
            "recorded at", "utc", "device time", "ts",
        ),
        "date": ("day", "gps date", "Datum"),
        "clock": ("time", "time of day", "Uhrzeit"),
        "speed": ("velocity", "speed over ground", "sog", "Geschwindigkeit", "gps speed"),
        "course": ("heading", "bearing", "course over ground", "cog", "direction", "Kurs"),
        "received_at": ("received", "server time", "received time", "reception time"),
        "mmsi": (),
    },
    lists=frozenset({"fixes", "points", "positions", "tracks", "vehicles", "seals", "data",
                     "records", "locations"}),
)  # fmt: skip

FULL_CIRCLE_DEG = 360.0
MAX_SPEED_KN = 1000.0


class GnssTrack:
    """Reads positions of vehicles and seals."""

    name = NAME

    def recognises(self, head: bytes) -> bool:
        tags = opening_tags(head)
        if tags:
            return tags[0][1] == "gpx"
        fields = fields_in(head, _VOCABULARY)
        return (
            {"lat", "lon"} <= fields
            and bool(fields & {"at", "date", "clock"})
            and bool(fields & {"plate", "seal"})
            and "mmsi" not in fields
        )

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        intake = Intake(file, source=NAME, limits=limits)
        book = TrackBook(intake)
        if opening_tags(file.data[:HEAD_BYTES]):
            _read_gpx(parse_xml(file.data, source=NAME, limits=limits), book, intake)
        else:
            for record in read_records(intake, _VOCABULARY):
                try:
                    _add(record, book)
                except RefusedStatement as problem:
                    intake.refuse(problem.where, problem.reason)
        book.close()
        return intake.batch()


def _add(record: Record, book: TrackBook) -> None:
    seal = record.text("seal")
    plate = normalise_plate(record.text("plate"))
    if not seal and not plate:
        raise RefusedStatement("expected a plate or a seal, found none", where=record.place)
    fix = fix_of(record, speed_unit="KMH")
    kind = TrackedKind.SEAL if seal else TrackedKind.VEHICLE
    book.add(kind, seal or plate, fix, place=record.place, trip=record.text("trip"))


def fix_of(record: Record, *, speed_unit: str) -> Fix:
    """A position; `speed_unit` is meant where the heading of the speed names none.

    Raises:
        RefusedStatement: no time, or no place on earth.
    """
    at = record.instant("at", date="date", clock="clock")
    if at is None:
        raise RefusedStatement("expected the time of the position", where=record.place)
    latitude, longitude = record.number("lat"), record.number("lon")
    if latitude is None or longitude is None:
        raise RefusedStatement("expected latitude and longitude", where=record.place)
    speed, course = record.number("speed"), record.number("course")
    if speed is not None:
        unit = record.meanings["speed"].unit or speed_unit
        if unit not in KNOTS_PER_UNIT:
            raise record.refusal("speed", f"unit of speed {unit!r} is not known")
        speed = round(speed * KNOTS_PER_UNIT[unit], 3)
    try:
        return make_fix(
            at,
            latitude=latitude,
            longitude=longitude,
            speed_kn=speed,
            course_deg=course,
            received_at=record.instant("received_at"),
        )
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=record.where("lat")) from problem


def make_fix(
    at: datetime,
    *,
    latitude: float,
    longitude: float,
    speed_kn: float | None = None,
    course_deg: float | None = None,
    received_at: datetime | None = None,
) -> Fix:
    """Raises: ValueError for what is no place, no speed or no course."""
    if speed_kn is not None and not 0 <= speed_kn <= MAX_SPEED_KN:
        raise ValueError(f"expected a speed, got {speed_kn:g} kn")
    if course_deg is not None and not 0 <= course_deg <= FULL_CIRCLE_DEG:
        raise ValueError(f"expected a course from 0 to 360, got {course_deg:g}")
    return Fix(
        at=at,
        latitude_deg=latitude,
        longitude_deg=longitude,
        speed_kn=speed_kn,
        course_deg=course_deg,
        received_at=received_at,
    )


def _read_gpx(root: Element, book: TrackBook, intake: Intake) -> None:
    if root.name.lower() != "gpx":
        raise UnreadablePaper(NAME, f"expected gpx, got {root.name}")
    for route in root.all("rte"):
        intake.refuse(route.where, "a planned route (rte) is no track")
    for track in root.all("trk"):
        name = track.first("name")
        stated = name.text if name is not None else ""
        kind_name = next((e.text.lower() for e in track.all("type")), "")
        kind = TrackedKind.SEAL if "seal" in kind_name else TrackedKind.VEHICLE
        subject = stated.strip() if kind is TrackedKind.SEAL else normalise_plate(stated)
        if not subject:
            intake.refuse(track.where, "expected the plate or seal as the name of the track")
            continue
        for point in track.all("trkseg/trkpt"):
            try:
                book.add(kind, subject, _gpx_fix(point), place=point.where)
            except ValueError as problem:
                intake.refuse(point.where, str(problem))


def _gpx_fix(point: Element) -> Fix:
    """Raises: ValueError."""

    def text(path: str) -> str:
        return next((element.text for element in point.all(path) if element.text), "")

    if not text("time"):
        raise ValueError("expected the time of the position")
    speed, course = text("speed"), text("course")
    return make_fix(
        # GPX 1.1: times are in UTC, whether they say so or not.
        lexical.instant(text("time"), zone=UTC),
        latitude=units.number(point.attributes.get("lat", "")),
        longitude=units.number(point.attributes.get("lon", "")),
        speed_kn=round(units.number(speed) * KNOTS_PER_UNIT["MTS"], 3) if speed else None,
        course_deg=units.number(course) if course else None,
    )


GNSS_TRACK = GnssTrack()
