"""`tallyman papers` as a person or a script uses it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli.papers import app
from service.config import Settings
from service.store.audit import SqlAuditLog
from service.store.engine import open_engine
from service.usecases.registers import Purpose, QueryStage, RegisterQuery
from tests.service.papers.paper_builders import CODE, NOON, OTHER_CODE, PLATE

MRN = "25DE000000000001J1"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLYMAN_DATA_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TALLYMAN_PAPERS_SETTLE_S", "0.05")
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def a_document(code: str = CODE, reference: str = MRN, **changes: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "site": "main",
        "plates": [PLATE],
        "containers": [{"code": code, "load": "loaded", "goods": [{"hs_code": "843149"}]}],
        **changes,
    }


def a_file(folder: Path, name: str, *documents: dict[str, Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(each) + "\n" for each in documents), encoding="utf-8")
    return path


def test_import_shows_what_was_taken_and_what_was_refused_where_and_why(state: Path) -> None:
    good = a_file(state, "good.json", a_document(), a_document(OTHER_CODE, "25DE2"))
    mixed = a_file(state, "mixed.json", a_document(reference="25DE3"), a_document(containers=7))
    junk = state / "junk.bin"
    junk.write_bytes(b"junk")
    done = run("import", good, mixed, junk)
    assert done.exit_code == 0, done.output
    assert re.search(r"good\.json +tallyman_json +2 +0 +0", done.output)
    assert re.search(r"mixed\.json +tallyman_json +1 +0 +1", done.output)
    assert re.search(r"mixed\.json +line 2 containers", done.output)
    assert re.search(r"junk\.bin .*all of it", done.output)


def test_import_as_json_is_one_document(state: Path) -> None:
    done = run("import", a_file(state, "a.json", a_document()), "--json")
    document = json.loads(done.stdout)
    assert document["files"][0]["taken"] == 1
    assert document["files"][0]["lines"][0]["reference"] == MRN


def test_nothing_taken_is_exit_code_2_and_known_before_is_not(state: Path) -> None:
    junk = state / "junk.bin"
    junk.write_bytes(b"junk")
    assert run("import", junk).exit_code == 2
    assert run("import", a_file(state, "bad.json", a_document(containers=7))).exit_code == 2
    good = a_file(state, "a.json", a_document())
    assert run("import", good).exit_code == 0
    assert run("import", good).exit_code == 0


@pytest.mark.parametrize("what", [MRN, CODE, "csqu 305438-3", PLATE])
def test_show_finds_by_mrn_container_and_plate(state: Path, what: str) -> None:
    run("import", a_file(state, "a.json", a_document(), a_document(OTHER_CODE, "25DE2")))
    done = run("show", what)
    assert done.exit_code == 0, done.output
    assert MRN in done.output or "25DE2" in done.output
    assert "a.json, line" in done.output


def test_show_has_all_revisions_and_where_each_field_came_from(state: Path) -> None:
    amended = a_document(revision={"function": "amendment", "number": 2})
    run("import", a_file(state, "a.json", a_document(OTHER_CODE), amended))
    done = run("show", MRN)
    assert f"import declaration {MRN} amendment 2 at main" in done.output
    assert re.search(r"counts +amendment 2 .* a\.json, line 2", done.output)
    assert re.search(r"original .* a\.json, line 1", done.output)
    assert re.search(rf"equipment\.0\.code +{CODE} +line 2", done.output)
    shown = json.loads(run("show", MRN, "--json").stdout)["papers"]
    assert [version["number"] for version in shown[0]["versions"]] == [None, 2]


def test_show_says_when_nothing_is_filed(state: Path) -> None:
    del state
    assert run("show", "TGHU8812340").exit_code != 0


def test_watch_once_empties_the_folder(state: Path) -> None:
    inbox = state / "inbox"
    inbox.mkdir()
    a_file(inbox, "a.json", a_document())
    (inbox / "junk.bin").write_bytes(b"junk")
    done = run("watch", inbox, "--once")
    assert done.exit_code == 0, done.output
    assert (inbox / "done/a.json").exists()
    assert (inbox / "refused/junk.bin.problem.json").exists()
    assert run("show", MRN).exit_code == 0


def test_queries_lists_the_audit_log_and_verifies_it(state: Path) -> None:
    run("import", a_file(state, "a.json", a_document()))
    engine = open_engine(Settings().effective_database_url)
    purpose = Purpose(reason="gate check", user="ada", case="i1")
    SqlAuditLog(engine)(
        RegisterQuery(
            query_id="q1",
            stage=QueryStage.ASKED,
            register="stolen vehicles",
            subject=PLATE,
            purpose=purpose,
            at=NOON,
        )
    )
    done = run("queries", "--verify")
    assert done.exit_code == 0
    assert re.search(rf"ada +stolen vehicles +{PLATE} +gate check +asked", done.output)
    assert json.loads(run("queries", "--json").stdout)["head"]["sequence"] == 1
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE register_queries SET purpose = 'curiosity'")
    engine.dispose()
    assert run("queries", "--verify").exit_code != 0


def test_a_file_name_that_is_no_text_is_no_obstacle(state: Path) -> None:
    good = a_file(state, os.fsdecode(b"\xff\x1b[31m.json"), a_document())
    junk = state / os.fsdecode(b"\xfe.bin")
    junk.write_bytes(b"junk")
    done = run("import", good, junk, "--json")
    assert done.exit_code == 0, done.output
    assert [file["name"] for file in json.loads(done.stdout)["files"]] == [
        "\\udcff [31m.json",
        "\\udcfe.bin",
    ]
    inbox = state / "inbox"
    inbox.mkdir()
    good.rename(inbox / good.name)
    junk.rename(inbox / junk.name)
    assert run("watch", inbox, "--once").exit_code == 0
    assert len(list((inbox / "done").iterdir())) == 1
    assert len(list((inbox / "refused").iterdir())) == 2


def test_masses_are_learnt_into_the_data_folder(state: Path) -> None:
    done = run("learn-masses", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads((state / "state" / "unit_mass.json").read_text(encoding="utf-8")) == {}


def test_a_track_is_shown_by_its_plate_with_its_stops_and_jumps(state: Path) -> None:
    track = state / "track.csv"
    track.write_text(
        "plate,latitude,longitude,timestamp\n"
        "B-AB 1212,53.00,11.90,2026-11-23T07:00:00Z\n"
        "B-AB 1212,53.00,11.90,2026-11-23T08:00:00Z\n"
        "B-AB 1212,53.05,11.90,2026-11-23T08:05:00Z\n"
        "B-AB 1212,48.10,11.50,2026-11-23T08:10:00Z\n"
    )
    assert run("import", track).exit_code == 0
    shown = run("show", "B-AB 1212").output
    assert "stood" in shown
    assert "2026-11-23 07:00 to 2026-11-23 08:00 UTC at 53.0000, 11.9000" in shown
    assert re.search(r"jump +2026-11-23 08:10 UTC, 55\d km", shown)
    assert "fixes.0" not in shown
    document = json.loads(run("show", "B-AB 1212", "--json").stdout)
    assert len(document["papers"][0]["journey"]["jumps"]) == 1


def test_a_track_of_a_seal_is_found_by_the_number_of_the_seal(state: Path) -> None:
    track = state / "seal.csv"
    track.write_text(
        "seal id,latitude,longitude,timestamp\n"
        "ES-77120,53.55,9.98,2026-11-24T10:00:00Z\n"
        "ES-77120,53.55,9.98,2026-11-24T11:00:00Z\n"
    )
    assert run("import", track).exit_code == 0
    assert "2 positions" not in run("show", "ES-77121").output
    assert "2, 0.0 km" in run("show", "es 77120").output
