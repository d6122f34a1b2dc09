"""Registers that hang, drip, break, babble and lie, over real sockets; and kill -9 midway."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.config import Settings
from service.domain.register_statement import ANSWERS, Said
from service.domain.verdict import Advice, Result
from service.registers_wiring import utc_now
from service.usecases.ask_registers import LEASE
from tests.service.papers.paper_builders import PLATE
from tests.service.registers.gateways import BAD, Mood, PoliceGateway, VehicleGateway
from tests.service.registers.station import PATIENCE_S, Station

PATIENT_S, IMPATIENT_S = 10.0, 1.0
ROOT = Path(__file__).parents[3]
ASK_AND_WAIT = """
import sys, time
from sqlalchemy import Engine
from service.registers_wiring import utc_now
from service.config import Settings
from service.registers_wiring import registers_of
from service.store.engine import open_engine
engine = open_engine(sys.argv[1])
settings = Settings(_env_file=None, stolen_objects_url=sys.argv[2], registers_timeout_s=30)
asker = registers_of(settings, engine, clock=utc_now).asker(lambda *a, **k: None)
asker.follow()
time.sleep(60)
"""


def a_station(
    engine: Engine,
    vehicles: VehicleGateway | None,
    police: PoliceGateway | None,
    *,
    timeout_s: float = PATIENT_S,
) -> Station:
    settings = Settings(
        _env_file=None,
        vehicle_register_url=vehicles.url if vehicles else "",
        stolen_objects_url=police.url if police else "",
        registers_timeout_s=timeout_s,
    )
    return Station(engine, settings=settings)


@pytest.mark.parametrize("mood", BAD)
def test_a_bad_register_cannot_tell_and_never_says_not_there(
    sqlite_engine: Engine, mood: Mood, vehicles: VehicleGateway, police: PoliceGateway
) -> None:
    timeout_s = IMPATIENT_S if mood in {Mood.HANGS, Mood.DRIPS} else PATIENT_S
    station = a_station(sqlite_engine, vehicles, police, timeout_s=timeout_s)
    vehicles.mood = police.mood = mood
    visit = station.see(plates=(PLATE,), country="DE")
    station.ask()
    for register in ("eucaris", "stolen_objects"):
        question = station.asked(visit)[register]
        assert question.said is Said.CANNOT_TELL
        assert question.reason
        assert question.next_at is not None
    assert station.result(visit, "plate_registered") is Result.CANNOT_TELL
    assert station.result(visit, "plate_sought") is Result.CANNOT_TELL
    vehicles.mood, police.mood = Mood.KNOWS, Mood.KNOWS_NOT
    station.later(timedelta(minutes=1))
    station.ask()
    assert station.result(visit, "plate_registered") is Result.MATCH
    assert station.result(visit, "plate_sought") is Result.MATCH


def test_while_a_register_hangs_others_are_answered_and_judged(
    engine: Engine, vehicles: VehicleGateway, police: PoliceGateway
) -> None:
    station = a_station(engine, vehicles, police)
    vehicles.mood, police.mood = Mood.HANGS, Mood.KNOWS
    first = station.see(plates=(PLATE,), country="DE")
    station.asker.follow()
    beside = station.see(plates=("KR4WA37",), country="PL")
    assert station.causes(beside) == ["analysed"]
    station.follow_until(lambda: station.verdict(beside).advice is Advice.HOLD)
    station.follow_until(lambda: station.verdict(first).advice is Advice.HOLD)
    assert station.asked(first)["eucaris"].said is Said.PENDING
    vehicles.over.set()
    assert station.asker.settle(timeout_s=PATIENCE_S)
    assert station.asked(first)["eucaris"].said is Said.CANNOT_TELL


def test_after_failures_in_a_row_a_register_is_left_alone_for_a_while(
    sqlite_engine: Engine, police: PoliceGateway
) -> None:
    station = a_station(sqlite_engine, None, police)
    police.mood = Mood.BREAKS
    for _ in range(12):
        station.see(plates=(PLATE,))
        station.ask()
    # Two attempts for each of the five questions that open the circuit.
    assert len(police.asked) == 10
    last = station.audited()[-1]
    assert last.startswith("answered stolen_objects")
    assert last.endswith("cannot_tell")


def test_stolen_objects_are_asked_anew_where_vehicles_are_remembered(
    sqlite_engine: Engine, vehicles: VehicleGateway, police: PoliceGateway
) -> None:
    station = a_station(sqlite_engine, vehicles, police)
    police.mood = Mood.KNOWS_NOT
    for _ in range(3):
        station.see(plates=(PLATE,), country="DE")
        station.ask()
    assert police.asked == [PLATE] * 3
    assert vehicles.asked == [PLATE]


def test_every_query_is_in_the_audit_log_whole_and_with_its_purpose(
    engine: Engine, vehicles: VehicleGateway, police: PoliceGateway
) -> None:
    station = a_station(engine, vehicles, police, timeout_s=IMPATIENT_S)
    moods = (Mood.KNOWS, Mood.KNOWS_NOT, Mood.BABBLES, Mood.HANGS)
    visits = []
    for number, mood in enumerate(moods):
        vehicles.mood = police.mood = mood
        visits.append(station.see(plates=(f"BER{number}",), country="DE"))
        station.ask()
    lines = [line.query for line in reversed(station.audit.lines(limit=1000))]
    asked = {line.query_id: line for line in lines if line.stage.value == "asked"}
    answered = {line.query_id: line for line in lines if line.stage.value == "answered"}
    assert set(asked) == set(answered)
    assert {(line.register, line.purpose.case) for line in lines} == {
        (register, visit) for register in ("eucaris", "stolen_objects") for visit in visits
    }
    assert {(line.purpose.user, bool(line.purpose.reason)) for line in lines} == {("service", True)}
    outcomes = {(line.register, line.outcome) for line in answered.values()}
    assert outcomes == {
        ("eucaris", "found"),
        ("eucaris", "not_found"),
        ("eucaris", "cannot_tell"),
        ("stolen_objects", "hit"),
        ("stolen_objects", "no_hit"),
        ("stolen_objects", "cannot_tell"),
    }
    assert station.audit.verify() is None


def test_what_was_asked_when_the_process_was_killed_is_asked_again(
    engine: Engine, police: PoliceGateway
) -> None:
    station = a_station(engine, None, police)
    visit = station.see(plates=(PLATE,))
    police.mood = Mood.HANGS
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", ASK_AND_WAIT, url, police.url],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        end = time.monotonic() + 60
        while not police.asked:
            assert process.poll() is None, "it ended by itself"
            assert time.monotonic() < end, "it asked nothing"
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert station.asked(visit)["stolen_objects"].said not in ANSWERS
    police.mood = Mood.KNOWS
    # The other process went by the true clock.
    station.clock.now = utc_now()
    station.ask()
    assert len(police.asked) == 1, "asked again before the lease was over"
    station.later(4 * timedelta(seconds=30) + LEASE)
    station.ask()
    assert station.asked(visit)["stolen_objects"].said is Said.HIT
    about = f"stolen_objects vehicle {PLATE}"
    assert station.audited() == [f"asked {about}", f"asked {about}", f"answered {about} hit"]
    assert station.audit.verify() is None
    assert station.verdict(visit).advice is Advice.HOLD
