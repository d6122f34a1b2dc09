"""Positions of vehicles and seals; places and numbers are invented."""

from datetime import UTC, datetime

import pytest
from customs_builders import read

from service.domain.papers.track import Track, TrackedKind
from service.sources import Batch
from service.sources.gnss_track import GNSS_TRACK

TABLE = """plate,trip,latitude,longitude,timestamp,speed km/h
B-AB 12,T1,53.5501,9.9810,2024-05-01T10:00:00Z,0
B-AB 12,T1,53.5480,9.9600,2024-05-01T10:05:00Z,46.3
B-AB 12,T1,53.5400,9.9300,2024-05-01T10:10:00Z,60
"""
GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="example" xmlns="http://www.topografix.com/GPX/1/1"><trk>
<name>SEAL 77120</name><type>seal</type><trkseg>
<trkpt lat="53.55" lon="9.98"><time>2024-05-01T10:00:00Z</time></trkpt>
<trkpt lat="53.54" lon="9.95"><time>2024-05-01T10:05:00Z</time></trkpt>
</trkseg></trk></gpx>
"""


def tracks(batch: Batch) -> list[Track]:
    bodies = [paper.body for paper in batch.papers]
    assert all(isinstance(body, Track) for body in bodies)
    return [body for body in bodies if isinstance(body, Track)]


def test_a_table_of_positions_is_one_track_per_trip_in_the_order_received() -> None:
    batch = read(GNSS_TRACK, TABLE)
    (track,) = tracks(batch)
    assert track.kind is TrackedKind.VEHICLE
    assert track.subject == "BAB12"
    assert [fix.at for fix in track.fixes] == [
        datetime(2024, 5, 1, 10, minute, tzinfo=UTC) for minute in (0, 5, 10)
    ]
    # 46.3 km/h are 25 knots.
    assert track.fixes[1].speed_kn == pytest.approx(25.0, abs=0.01)


def test_a_gpx_of_type_seal_is_the_track_of_a_seal() -> None:
    (track,) = tracks(read(GNSS_TRACK, GPX))
    assert track.kind is TrackedKind.SEAL
    assert "77120" in track.subject
    assert [(fix.latitude_deg, fix.longitude_deg) for fix in track.fixes] == [
        (53.55, 9.98),
        (53.54, 9.95),
    ]


def test_a_position_that_is_none_is_refused_by_its_line_and_the_others_are_taken() -> None:
    batch = read(GNSS_TRACK, TABLE.replace("53.5480", "153.5480"))
    (track,) = tracks(batch)
    assert len(track.fixes) == 2
    (refusal,) = batch.refused
    assert "3" in refusal.where


def test_a_planned_route_is_no_track() -> None:
    route = GPX.replace("trkseg>", "x>").replace("trk>", "rte>").replace("trkpt", "rtept")
    batch = read(GNSS_TRACK, route)
    assert batch.papers == ()
    assert "route" in batch.refused[0].reason


def test_degrees_may_have_all_the_digits_of_a_double() -> None:
    precise = GPX.replace('"53.55"', '"53.55012345678901"').replace('"9.98"', '"9.9800000000"')
    (track,) = tracks(read(GNSS_TRACK, precise))
    assert track.fixes[0].latitude_deg == 53.55012345678901
