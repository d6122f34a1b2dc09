"""One visit reconciled by itself, by the command and by the API: the rules of the service."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from service.cli import app
from service.domain.scenarios.papers import NOW
from service.domain.scenarios.scenario import visits
from service.domain.scenarios.seen import analysis_of
from service.store.stored_json import ANALYSIS

SEEN = visits()["clothes"].seen
CODE, PLATE = "CSQU3054383", "B714RDX"
AT = NOW.isoformat()


def an_analysis(*changes: str) -> str:
    words = {line.split()[0] for line in changes}
    kept = [line for line in SEEN if line.split()[0] not in words]
    return ANALYSIS.dump(analysis_of([*kept, *changes]))


def a_declaration(*, load: str = "loaded", code: str = CODE, hs: str = "610910") -> str:
    return json.dumps(
        {
            "reference": "26DE000000000001J1",
            "plates": [PLATE, "HHX4711"],
            "containers": [
                {
                    "code": code,
                    "size_type": "45G1",
                    "load": load,
                    "goods": [{"hs_code": hs, "gross_mass_kg": 9000}],
                }
            ],
        }
    )


def vehicles(stolen: str = "no") -> str:
    return f"plate,country,make,colour,stolen\n{PLATE},DE,MAN,white,{stolen}\n"


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return path


def command(tmp_path: Path, analysis: str, **folders: Path) -> dict[str, Any]:
    file = tmp_path / "a.json"
    file.write_text(analysis, encoding="utf-8")
    options = [part for name, path in folders.items() for part in (f"--{name}", str(path))]
    at = NOW.replace(tzinfo=None).isoformat()
    answer = CliRunner().invoke(
        app, ["reconcile", "--analysis", str(file), "--captured-at", at, "--json", *options]
    )
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def results(answer: dict[str, Any], rule: str) -> set[str]:
    return {o["result"] for o in answer["outcomes"] if o["rule"] == rule}


def test_papers_and_registers_of_a_folder_are_judged_as_in_the_service(tmp_path: Path) -> None:
    answer = command(
        tmp_path,
        an_analysis(),
        papers=folder(tmp_path / "papers", d__json=a_declaration()),
        registers=folder(tmp_path / "registers", vehicles__csv=vehicles()),
    )
    assert (answer["taken"], answer["refused"]) == (["d.json"], [])
    assert results(answer, "number_declared") == {"match"}
    assert results(answer, "load_declared") == {"match"}
    plates = [o for o in answer["outcomes"] if o["rule"] == "plate_registered"]
    assert {o["subject"]: o["result"] for o in plates}[PLATE] == "match"


def test_a_paper_that_is_not_of_this_visit_is_named_with_the_reason(tmp_path: Path) -> None:
    other = a_declaration(code="MSKU7351770").replace("000001J1", "000002J2")
    other = other.replace(PLATE, "M-XY 99").replace("HHX4711", "M-XY 98")
    ticket = json.dumps(
        {"ticket": "W7", "plate": PLATE, "gross_kg": 30000, "time": "2026-01-05T08:00:00Z"}
    )
    papers = folder(
        tmp_path / "papers", d__json=a_declaration(), other__json=other, ticket__json=ticket
    )
    answer = command(tmp_path, an_analysis(), papers=papers)
    assert answer["taken"] == ["d.json", "other.json", "ticket.json"]
    found = {line["name"]: line for line in answer["unjoined"]}
    assert set(found) == {"other.json", "ticket.json"}
    assert found["other.json"]["paper"] == "import declaration 26DE000000000002J2"
    assert "MSKU7351770" in found["other.json"]["reason"]
    assert CODE in found["other.json"]["reason"]
    assert f"it names {PLATE} too, but is of 2026-01-05" in found["ticket.json"]["reason"]


def test_what_contradicts_the_papers_is_held(tmp_path: Path) -> None:
    papers = folder(tmp_path / "papers", d__json=a_declaration(load="empty"))
    answer = command(tmp_path, an_analysis(), papers=papers)
    assert answer["advice"] == "hold"
    assert results(answer, "load_declared") == {"mismatch"}


def test_without_papers_nothing_is_cleared(tmp_path: Path) -> None:
    answer = command(tmp_path, an_analysis())
    assert answer["advice"] == "review"
    assert results(answer, "number_declared") == {"cannot_tell"}


def test_earlier_visits_are_the_history(tmp_path: Path) -> None:
    earlier = json.dumps(
        {"analysis": json.loads(an_analysis()), "captured_at": "2026-11-20T08:00:00+00:00"}
    )
    answer = command(
        tmp_path, an_analysis(), history=folder(tmp_path / "history", one__json=earlier)
    )
    assert answer["advice"] == "hold"
    assert results(answer, "reused_scan") == {"mismatch"}


@pytest.mark.parametrize(("port", "expected"), [("CNSHA", "mismatch"), ("DEHAM", "match")])
def test_a_message_that_the_box_was_far_away_yesterday_contradicts_the_scan(
    tmp_path: Path, port: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "here.toml"
    shipped = Path("service/domain/reconcile/policies/default.toml").read_text(encoding="utf-8")
    policy.write_text(shipped.replace("# position =", "position ="), encoding="utf-8")
    monkeypatch.setenv("TALLYMAN_POLICY_FILE", str(policy))
    yesterday = (NOW - timedelta(hours=24)).isoformat()
    event = f"container,event,event_date_time,location\n{CODE},Gate In,{yesterday},{port}\n"
    papers = folder(tmp_path / "papers", d__json=a_declaration(), status__csv=event)
    answer = command(tmp_path, an_analysis(), papers=papers)
    assert answer["taken"] == ["d.json", "status.csv"]
    assert results(answer, "impossible_travel") == {expected}


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "no JSON"), ("[]", "no analysis"), ('{"findings": [{"kind": "x"}]}', "no analysis")],
)
def test_what_is_no_analysis_is_told_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text, encoding="utf-8")
    answer = CliRunner().invoke(app, ["reconcile", "--analysis", str(file)])
    assert answer.exit_code != 0
    assert words in str(answer.exception)


def a_request(**parts: object) -> dict[str, Any]:
    return {"analysis": json.loads(an_analysis()), "captured_at": AT, **parts}


def test_the_api_gives_the_same_and_keeps_nothing(api: TestClient) -> None:
    raw = base64.b64encode(a_declaration().encode()).decode()
    papers = [{"name": "d.json", "base64": raw}, {"name": "x.bin", "text": "not a paper"}]
    answer = api.post("/v1/reconcile", json=a_request(papers=papers))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert results(body, "number_declared") == {"match"}
    assert body["taken"] == ["d.json"]
    assert [entry["name"] for entry in body["refused"]] == ["x.bin"]
    assert api.get("/v1/inspections").json()["items"] == []
    german = api.post("/v1/reconcile?language=de", json=a_request()).json()
    assert "Es liegt keine Anmeldung zum Vergleich vor." in german["reasons"]


@pytest.mark.parametrize(
    "parts",
    [
        {"analysis": {}},
        {"analysis": {"findings": "x"}},
        {"captured_at": "yesterday"},
        {"captured_at": "2026-11-24T12:00:00"},
        {"papers": [{"name": "a"}]},
        {"papers": [{"name": "a", "base64": "***"}]},
        {"registers": [{"name": "people.csv", "text": "a"}]},
        {"registers": [{"name": "vehicles.csv", "text": "no columns"}]},
        {"unknown": 1},
    ],
    ids=str,
)
def test_a_request_that_makes_no_sense_is_a_problem_with_a_4xx(
    api: TestClient, parts: dict[str, object]
) -> None:
    answer = api.post("/v1/reconcile", json=a_request(**parts))
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
