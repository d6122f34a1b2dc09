"""`tallyman registers check`: which register loads, which answers, and why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli.registers import REASON, app
from service.config import Settings
from service.errors import NotConfigured
from service.store.audit import SqlAuditLog
from service.store.engine import open_engine
from tests.service.registers.gateways import Mood, PoliceGateway, VehicleGateway


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TALLYMAN_{name.upper()}", raising=False)
    monkeypatch.setenv("TALLYMAN_DATA_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TALLYMAN_REGISTERS_TIMEOUT_S", "10")
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", *arguments])


def test_what_answers_and_what_does_not_is_told_register_by_register(
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
    vehicles: VehicleGateway,
    police: PoliceGateway,
) -> None:
    vehicles.mood, police.mood = Mood.KNOWS_NOT, Mood.BREAKS
    (state / "owners.csv").write_text("code,company\nMSC,MSC Lines\n")
    monkeypatch.setenv("TALLYMAN_VEHICLE_REGISTER_URL", vehicles.url)
    monkeypatch.setenv("TALLYMAN_STOLEN_OBJECTS_URL", police.url)
    monkeypatch.setenv("TALLYMAN_OWNER_CODES_TABLE", "owners.csv")
    monkeypatch.setenv("TALLYMAN_AEO_TABLE", "none.csv")
    done = check("--json")
    assert done.exit_code == 2, done.output
    found = {row["register"]: row for row in json.loads(done.stdout)["registers"]}
    assert {name: row["works"] for name, row in found.items()} == {
        "eucaris": True,
        "stolen_objects": False,
        "owner_codes": True,
        "aeo": False,
    }
    assert found["eucaris"]["words"] == "answers (not found)"
    assert found["stolen_objects"]["words"] == "does not answer: status 500"
    assert found["owner_codes"]["about"] == "owners.csv: 1 entries, 0 lines refused"
    assert "TALLYMAN_AEO_TABLE" in found["aeo"]["words"]
    queries = [line.query for line in SqlAuditLog(open_engine(database())).lines()]
    assert {(q.register, q.purpose.reason) for q in queries} == {
        ("eucaris", REASON),
        ("stolen_objects", REASON),
    }


def database() -> str:
    return Settings(_env_file=None).effective_database_url


def test_all_that_works_is_exit_code_0(
    monkeypatch: pytest.MonkeyPatch, police: PoliceGateway
) -> None:
    monkeypatch.setenv("TALLYMAN_STOLEN_OBJECTS_URL", police.url)
    done = check("--plate", "B 714 RDX")
    assert done.exit_code == 0, done.output
    assert "answers (hit)" in done.output
    assert "SIS-77" not in done.output
    assert police.asked == ["B714RDX"]


def test_without_a_register_it_says_what_to_set() -> None:
    done = check()
    assert isinstance(done.exception, NotConfigured)
    assert "_STOLEN_OBJECTS_URL" in str(done.exception)
