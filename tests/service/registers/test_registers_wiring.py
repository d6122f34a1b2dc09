"""Registers as the settings name them: what loads, what stops the start, what each is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.config import Settings
from service.domain.papers.consignment import Party, PartyRole
from service.domain.papers.paper import PaperKind
from service.domain.register_statement import Said
from service.domain.verdict import Result
from service.errors import NotConfigured
from service.registers_wiring import utc_now
from service.sources.registers.configured import RegisterLoader, named_registers
from tests.service.papers.paper_builders import CODE, PLATE, a_consignment, a_paper
from tests.service.registers.station import Station

VEHICLES = b"plate;country;make;stolen\nB-714 RDX;DE;MAN;no\nB-1;DE;MAN;no\n"
OWNERS = b"code,company,city,country\nMSC,Mediterranean Shipping Company,Geneva,CH\n"
AEO = b"name,country,type,eori\nMuster GmbH,DE,AEOF,DE1234567890123\n"


def written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def loaded(**chosen: object) -> None:
    settings = Settings(_env_file=None, **chosen)  # type: ignore[arg-type]
    RegisterLoader(settings=settings, log=lambda query: None, clock=utc_now).load_all()


def test_without_settings_no_one_is_asked() -> None:
    assert named_registers(Settings(_env_file=None)) == ()


def test_tables_answer_about_plates_codes_and_parties(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,
        vehicle_table=written(tmp_path, "vehicles.csv", VEHICLES),
        owner_codes_table=written(tmp_path, "owners.csv", OWNERS),
        aeo_table=written(tmp_path, "aeo.csv", AEO),
    )
    station = Station(sqlite_engine, settings=settings)
    party = Party(role=PartyRole.IMPORTER, identifier="DE1234567890123", name="Muster GmbH")
    body = a_consignment(CODE)
    body = type(body)(equipment=body.equipment, parties=(party,))
    station.file(a_paper(body, kind=PaperKind.IMPORT_DECLARATION, reference="25DE1"))
    visit = station.see(CODE, plates=(PLATE,), country="DE")
    station.ask()
    asked = station.asked(visit)
    assert {name: question.said for name, question in asked.items()} == {
        "local_vehicle_table": Said.FOUND,
        "owner_codes": Said.FOUND,
        "aeo": Said.FOUND,
    }
    assert asked["aeo"].statement().words == "AEOF, Muster GmbH"
    assert station.result(visit, "plate_registered") is Result.MATCH
    assert station.result(visit, "owner_registered") is Result.MATCH
    assert sorted(station.audited()) == [
        "answered aeo DE1234567890123 found",
        f"answered local_vehicle_table plate {PLATE} DE found",
        f"answered owner_codes {CODE} found",
        "asked aeo DE1234567890123",
        f"asked local_vehicle_table plate {PLATE} DE",
        f"asked owner_codes {CODE}",
    ]


def test_a_plate_that_a_whole_table_lacks_is_not_registered(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    whole = written(tmp_path, "whole.csv", VEHICLES)
    station = Station(sqlite_engine, settings=Settings(_env_file=None, vehicle_table=whole))
    known_country = station.see(plates=("KR4WA37",), country="DE")
    other_country = station.see(plates=("KR4WA37",), country="PL")
    station.ask()
    station.ask()
    assert station.result(known_country, "plate_registered") is Result.MISMATCH
    assert station.result(other_country, "plate_registered") is Result.CANNOT_TELL


def test_a_table_with_a_torn_line_cannot_tell_what_it_lacks(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    torn = written(tmp_path, "torn.csv", VEHICLES + b"KR 4WA37;PL\n")
    station = Station(sqlite_engine, settings=Settings(_env_file=None, vehicle_table=torn))
    visit = station.see(plates=("KR4WA37",), country="DE")
    station.ask()
    outcome = station.outcome(visit, "plate_registered")
    assert outcome.result is Result.CANNOT_TELL
    assert "1 lines of the table cannot be read" in outcome.sentence


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        pytest.param({"vehicle_table": "none.csv"}, "TALLYMAN_VEHICLE_TABLE", id="no-table"),
        pytest.param({"owner_codes_table": "."}, "TALLYMAN_OWNER_CODES_TABLE", id="a-folder"),
        pytest.param({"vehicle_table": "other.csv"}, "no column plate", id="another-table"),
        pytest.param({"aeo_table": "empty.csv"}, "has no entry", id="no-lines"),
        pytest.param({"owner_codes_table": "bad.csv"}, "expected an owner code", id="bad-lines"),
        pytest.param({"eori_url": "eori.example"}, "TALLYMAN_EORI_URL: expected", id="no-url"),
        pytest.param({"stolen_objects_url": "ftp://police.example"}, "https", id="ftp"),
        pytest.param({"stolen_objects_url": "http://police.example"}, "https alone", id="clear"),
        pytest.param({"vehicle_register_url": "http://[::1"}, "TALLYMAN_VEHICLE_", id="torn-url"),
        pytest.param(
            {"eori_url": "https://eori.example", "registers_certificate": "none.pem"},
            "TALLYMAN_REGISTERS_CERTIFICATE",
            id="no-certificate",
        ),
        pytest.param(
            {"eori_url": "https://eori.example", "registers_ca": "other.csv"},
            "TALLYMAN_REGISTERS_CA",
            id="no-pem",
        ),
    ],
)
def test_a_register_that_cannot_be_loaded_stops_the_start_and_says_what_to_do(
    chosen: dict[str, str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "other.csv", b"a,b\n1,2\n")
    written(tmp_path, "empty.csv", b"name,country,type\n")
    written(tmp_path, "bad.csv", b"code,company\nX,Nobody\n")
    with pytest.raises(NotConfigured, match=why):
        loaded(**chosen)


def test_a_gateway_beside_the_service_may_be_asked_in_the_clear() -> None:
    loaded(stolen_objects_url="http://127.0.0.1:9/ask", eori_url="https://eori.example/ask")
