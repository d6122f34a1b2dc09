"""Positions of vessels; the vessel is invented, its messages are encoded by the library."""

from datetime import UTC, datetime

import pyais
import pytest
from customs_builders import read

from service.domain.papers.track import Track, TrackedKind
from service.sources import Batch
from service.sources.ais import AIS

TABLE = """mmsi,base date time,latitude,longitude,sog,cog,vessel name,imo
211000001,2024-05-01T10:00:00,53.9000,8.7000,12.3,101.0,EXAMPLE STAR,9321483
211000001,2024-05-01T10:10:00,53.8900,8.7600,12.1,102.5,EXAMPLE STAR,9321483
"""


def _sentence(seconds: int, longitude: float) -> str:
    message = {
        "msg_type": 1, "mmsi": 211000001, "lat": 53.9, "lon": longitude, "speed": 12.3,
        "course": 101.0, "second": seconds,
    }  # fmt: skip
    (sentence,) = pyais.encode_dict(message, radio_channel="A")
    tag = f"c:{1714557600 + seconds}"
    check = 0
    for char in tag.encode():
        check ^= char
    return f"\\{tag}*{check:02X}\\{sentence}"


NMEA = "\n".join(_sentence(seconds, 8.7 + seconds / 1000) for seconds in (0, 10, 20)) + "\n"


def the_track(batch: Batch) -> Track:
    (paper,) = batch.papers
    assert isinstance(paper.body, Track)
    return paper.body


def test_a_table_of_reports_is_the_track_of_a_vessel_that_names_itself() -> None:
    track = the_track(read(AIS, TABLE))
    assert (track.kind, track.subject) == (TrackedKind.VESSEL, "211000001")
    assert (track.name, track.vessel_imo) == ("EXAMPLE STAR", "9321483")
    assert track.fixes[0].at == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert track.fixes[1].speed_kn == pytest.approx(12.1)


def test_a_log_of_sentences_with_tags_of_time_is_a_track() -> None:
    track = the_track(read(AIS, NMEA))
    assert track.subject == "211000001"
    assert [fix.at for fix in track.fixes] == [
        datetime(2024, 5, 1, 10, 0, second, tzinfo=UTC) for second in (0, 10, 20)
    ]
    assert track.fixes[2].longitude_deg == pytest.approx(8.72, abs=1e-4)


def test_a_sentence_with_a_wrong_checksum_is_refused_by_its_line() -> None:
    broken = NMEA.splitlines()
    at = broken[1].rindex("*")
    broken[1] = f"{broken[1][: at + 1]}{(int(broken[1][at + 1 :], 16) ^ 1):02X}"
    batch = read(AIS, "\n".join(broken) + "\n")
    assert len(the_track(batch).fixes) == 2
    assert [("2" in refusal.where, bool(refusal.reason)) for refusal in batch.refused] == [
        (True, True)
    ]


def test_what_is_not_available_is_no_position() -> None:
    batch = read(AIS, TABLE.replace("53.8900,8.7600", "91,181"))
    assert len(the_track(batch).fixes) == 1
