"""The `tallyman` command: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service import cli, demo
from service.bootstrap import build
from service.config import Settings
from service.domain.access import Caller, Role
from service.usecases.ports import InspectionFilter
from tests.service.web import scans
from tests.service.web.hostile import FILES, READABLE, png_of_size
from tests.service.web.stand_ins import CODE, WEIGHTS, a_declaration, a_registration, as_json
from vision.synthesis import photo, radiation, xray


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How the command ended, and every byte that it wrote, C libraries included."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


OTHER = "MSCU6639870"
LABELS = "file,text,x1,y1,x2,y2,country_or_type,orientation,readable,source,split"
Tallyman = Callable[..., Outcome]


@pytest.fixture
def tallyman(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Tallyman:
    """The command, in this process, with its data in the test's own folder."""
    monkeypatch.setenv("TALLYMAN_DATA_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TALLYMAN_WEIGHTS_DIR", str(WEIGHTS))
    monkeypatch.setenv("TALLYMAN_ORT_THREADS", "1")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["tallyman", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capfd.readouterr()
        return Outcome(code=int(ended.value.code or 0), out=captured.out, err=captured.err)

    return run


def refused(outcome: Outcome) -> str:
    """The one line on stderr of a mistake of the caller."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) == 1, outcome.err
    assert lines[0].startswith("tallyman: ")
    return lines[0].removeprefix("tallyman: ")


# mistakes


@pytest.mark.parametrize("name", FILES)
def test_inspecting_a_bad_file_is_one_line_that_names_it(
    tallyman: Tallyman, tmp_path: Path, name: str
) -> None:
    file_name, data = FILES[name]
    (tmp_path / file_name).write_bytes(data)
    assert refused(tallyman("inspect", file_name)).startswith(f"{file_name}: ")


def test_one_bad_file_among_good_ones_refuses_all(tallyman: Tallyman, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(scans.a_grey_png())
    (tmp_path / "bad.png").write_bytes(png_of_size(60_000, 60_000))
    assert "60000 x 60000" in refused(tallyman("inspect", "good.png", "bad.png"))


BAD_PAPERS = {
    "unknown field": (as_json(a_declaration(colour="red")), "colour: this field is not known"),
    "check digit": (
        as_json(a_declaration(containers=[{"code": "CSQU3054384"}])),
        "containers.0.code: the check digit of CSQU3054384 would be 3 (ISO 6346)",
    ),
    "text for a number": (
        as_json(
            a_declaration(
                containers=[{"code": CODE, "goods": [{"hs_code": "84", "gross_mass_kg": "1 t"}]}]
            )
        ),
        "containers.0.goods.0.gross_mass_kg: Input should be a valid number",
    ),
    "no JSON": ("reference: D-1", "Invalid JSON"),
    "empty": ("", "Invalid JSON"),
    "UTF-16": (as_json(a_declaration()).encode("utf-16"), "Invalid JSON"),
    "nested 100,000 deep": ("[" * 100_000, "Invalid JSON"),
    "a list": ("[]", "Input should be an object"),
    "NaN": ('{"reference": NaN}', ""),
}


@pytest.mark.parametrize("name", BAD_PAPERS)
def test_a_bad_declaration_is_one_line_with_file_and_field(
    tallyman: Tallyman, tmp_path: Path, name: str
) -> None:
    content, said = BAD_PAPERS[name]
    (tmp_path / "a.png").write_bytes(scans.a_grey_png())
    (tmp_path / "d.json").write_bytes(content.encode() if isinstance(content, str) else content)
    line = refused(tallyman("inspect", "a.png", "--declaration", "d.json"))
    assert line.startswith("d.json: ")
    assert said in line


def test_bad_registrations_are_one_line_with_file_and_field(
    tallyman: Tallyman, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(scans.a_grey_png())
    (tmp_path / "r.json").write_text(as_json([a_registration(), a_registration(stolen="no")]))
    line = refused(tallyman("inspect", "a.png", "--registrations", "r.json"))
    assert line.startswith("r.json: 1.stolen: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("frobnicate",), "No such command 'frobnicate'."),
        (("inspect",), "Missing argument 'files'."),
        (("inspect", "a.png", "--colour"), "No such option: --colour"),
        (("inspect", "missing.png"), "missing.png: No such file or directory"),
        (("inspect", "."), ".: Is a directory"),
        (("inspect", "a.png", "--declaration", "missing.json"), "missing.json: No such file"),
        (("inspect", "a.png", "--policy", "missing.toml"), "missing.toml"),
        (("evaluate", "containers", "missing"), "dir 'missing' does not exist"),
        (("evaluate", "containers", ".", "--split", "most"), "'most' is not one of"),
        (("evaluate", "containers", "."), "labels.csv: No such file"),
        (("evaluate", "radiation", "."), "manifest.json: No such file"),
        (("evaluate", "xray", ".", "--split", "val"), "expected a folder `images`"),
        (("keys", "create"), "Missing argument 'name'."),
        (("keys", "create", "x", "--role", "king"), "'king' is not one of"),
        (("keys", "revoke", "0000"), "no API key 0000"),
        (("users", "add", "x", "--password", "short"), "at least 10 characters"),
        (("serve", "--port", "many"), "--port"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    tallyman: Tallyman, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "a.png").write_bytes(scans.a_grey_png())
    assert said in refused(tallyman(*arguments))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TALLYMAN_PORT", "many", "port"),
        ("TALLYMAN_WEIGHTS_DIR", "/nowhere", "lineup.toml"),
        ("TALLYMAN_DATABASE_URL", "oracle://x", "database"),
    ],
)
def test_a_bad_setting_is_one_line_too(
    tallyman: Tallyman, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in refused(tallyman("serve"))


def test_a_file_beyond_the_limit_is_not_read(
    tallyman: Tallyman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(3 * 1024**3)  # sparse; reading it would need that much memory
    assert "TALLYMAN_MAX_UPLOAD_MB" in refused(tallyman("inspect", "huge.png"))


def test_a_name_with_markup_or_control_codes_is_printed_plainly(
    tallyman: Tallyman, tmp_path: Path
) -> None:
    name = "[red]a\x1b[31m.png"
    (tmp_path / name).write_bytes(b"junk")
    line = refused(tallyman("inspect", name))
    assert line.startswith("[red]a [31m.png: ")


# help


@pytest.mark.parametrize(
    ("arguments", "taught"),
    [
        (("--help",), "tallyman inspect scan.png"),
        (("inspect", "--help"), "--declaration d.json"),
        (("demo", "--help"), "TALLYMAN_PORT"),
        (("serve", "--help"), "TALLYMAN_DATA_DIR"),
        (("evaluate", "containers", "--help"), "--split val"),
        (("keys", "create", "--help"), "tallyman keys create gate-3"),
        (("users", "add", "--help"), "tallyman users add ada"),
    ],
)
def test_help_teaches_by_example(
    tallyman: Tallyman, arguments: tuple[str, ...], taught: str
) -> None:
    outcome = tallyman(*arguments)
    assert outcome.code == 0
    assert taught in " ".join(outcome.out.split())


@pytest.mark.parametrize(
    "arguments", [(), ("keys",), ("users",), ("db",), ("models",), ("evaluate",)]
)
def test_a_command_without_its_verb_shows_the_help(
    tallyman: Tallyman, arguments: tuple[str, ...]
) -> None:
    outcome = tallyman(*arguments)
    assert outcome.code == 2
    assert "Usage: tallyman" in outcome.out + outcome.err


# inspect


@pytest.fixture
def contradiction(tmp_path: Path) -> Iterator[list[str]]:
    """Scans of a loaded container with caesium in it, and papers that say it is empty."""
    (tmp_path / "side.png").write_bytes(xray.side_view([True], seed=2).png)
    (tmp_path / "left.jpg").write_bytes(photo.container_side(CODE, "22G1", seed=2))
    (tmp_path / "portal.n42").write_bytes(radiation.passage({"Cs-137": 420.0}, seed=5))
    papers = a_declaration(containers=[{"code": OTHER, "size_type": "22G1", "load": "empty"}])
    (tmp_path / "d.json").write_text(as_json(papers))
    yield ["side.png", "left.jpg", "portal.n42", "--declaration", "d.json"]


def test_inspect_prints_one_json_document_and_its_log_elsewhere(
    contradiction: list[str], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "service.cli", "inspect", *contradiction, "--json"],
        env={**os.environ, "TALLYMAN_WEIGHTS_DIR": str(WEIGHTS), "PYTHONPATH": str(WEIGHTS.parent)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    assert report["advice"] == "hold"
    said = " ".join(report["reasons"])
    for contradicted in ("Declared empty, but the scan shows it loaded.", f"{CODE} is", "Cs-137"):
        assert contradicted in said
    assert {entry["sensor"] for entry in report["coverage"]} == {"xray", "photo", "radiation"}
    assert all(model["sha256"] for model in report["lineup"])
    assert "Traceback" not in ended.stderr


def test_inspect_prints_a_report_for_people(tallyman: Tallyman, contradiction: list[str]) -> None:
    outcome = tallyman("inspect", *contradiction)
    assert outcome.code == 0, outcome.err
    first, *rest = outcome.out.splitlines()
    assert first.startswith("HOLD  (policy default@2")
    assert "  • Declared empty, but the scan shows it loaded." in rest
    assert any(line.lstrip().startswith("✗") and "load_declared" in line for line in rest)
    assert outcome.err == ""


def test_inspect_reads_registrations(
    tallyman: Tallyman, tmp_path: Path, contradiction: list[str]
) -> None:
    (tmp_path / "front.jpg").write_bytes(photo.truck_front("B 714 RDX", seed=4))
    (tmp_path / "r.json").write_text(as_json([a_registration(stolen=True)]))
    arguments = [*contradiction, "front.jpg", "--registrations", "r.json", "--json"]
    outcomes = tallyman("inspect", *arguments).document["outcomes"]
    stolen = [o for o in outcomes if o["rule"] == "plate_registered" and "stolen" in o["sentence"]]
    assert [(o["result"], o["subject"]) for o in stolen] == [("mismatch", "B714RDX")]


@pytest.mark.parametrize("name", READABLE)
def test_an_odd_file_that_is_whole_is_inspected_without_complaint(
    tallyman: Tallyman, tmp_path: Path, name: str
) -> None:
    (tmp_path / "odd.tif").write_bytes(READABLE[name][1])
    outcome = tallyman("inspect", "odd.tif", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.document["advice"] == "review"


def test_inspect_stores_nothing(tallyman: Tallyman, tmp_path: Path) -> None:
    (tmp_path / "portal.csv").write_bytes(scans.a_passage_csv())
    before = set(tmp_path.rglob("*"))
    assert tallyman("inspect", "portal.csv").code == 0
    assert set(tmp_path.rglob("*")) == before


# evaluate


def test_container_codes_are_evaluated_on_a_labelled_folder(
    tallyman: Tallyman, tmp_path: Path
) -> None:
    (tmp_path / "images").mkdir()
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(LABELS.split(","))
        for number, code in enumerate((CODE, OTHER)):
            name = f"images/{number}.jpg"
            (tmp_path / name).write_bytes(photo.container_side(code, "22G1", seed=number + 1))
            rows.writerow(
                [name, code, 630, 80, 1200, 170, "22G1", "horizontal", "yes", "made", "val"]
            )
        rows.writerow([name, "XXXU0000000", 0, 0, 9, 9, "22G1", "horizontal", "no", "made", "val"])
        rows.writerow(
            ["images/none.jpg", CODE, 0, 0, 9, 9, "22G1", "vertical", "yes", "made", "train"]
        )
    figures = tallyman("evaluate", "containers", tmp_path, "--split", "val", "--json").document
    assert figures["n"] == 2
    assert figures["exact"] + figures["wrong"] + figures["abstained"] == 2
    assert figures["exact"] == 2
    assert set(figures["latency_ms"]) >= {"median", "p95"}
    assert set(figures["groups"]) == {"horizontal"}
    assert figures["misses"] == []
    readable = tallyman("evaluate", "containers", tmp_path, "--split", "val")
    assert "exact: 2" in readable.out


def test_xray_views_are_evaluated_on_a_labelled_folder(tallyman: Tallyman, tmp_path: Path) -> None:
    base = tmp_path / "val"
    for name in ("images", "labels"):
        (base / name).mkdir(parents=True)
    rows = ["image,box_index,load_state"]
    for number, loaded in enumerate((True, False)):
        view = xray.side_view([loaded], seed=number + 1)
        (base / f"images/{number}.png").write_bytes(view.png)
        box = view.containers[0]
        (x, y), size = box.centre, (xray.WIDTH, xray.HEIGHT)
        line = f"0 {x / size[0]} {y / size[1]} {box.width_px / size[0]} {box.height_px / size[1]}"
        (base / f"labels/{number}.txt").write_text(line)
        rows.append(f"{number}.png,0,{'loaded' if loaded else 'empty'}")
    (base / "labels.csv").write_text("\n".join(rows))
    figures = tallyman("evaluate", "xray", tmp_path, "--json").document
    assert figures["n"] == 2
    assert set(figures["boxes"]) >= {"precision", "recall", "median_iou", "map50", "map50_95"}
    assert sum(figures["load"][key] for key in ("correct", "wrong", "abstained")) == 2
    assert figures["boxes"]["recall"] == 1.0


def test_spectra_are_evaluated_on_a_labelled_folder(tallyman: Tallyman, tmp_path: Path) -> None:
    entries = []
    for number, isotopes in enumerate((["Cs-137"], [])):
        name = f"{number}.n42"
        sources = dict.fromkeys(isotopes, 300.0)
        (tmp_path / name).write_bytes(radiation.passage(sources, seed=number))
        entries.append(
            {"file": name, "isotopes": isotopes, "detector": "NaI portal", "real": number == 0}
        )
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    figures = tallyman("evaluate", "radiation", tmp_path, "--json").document
    assert figures["n"] == 1
    assert set(figures) >= {"exact", "wrong", "precision", "recall", "background_false_ids"}
    assert set(figures["groups"]) == {"NaI", "simulated: NaI"}
    assert "no splits" in refused(
        tallyman("evaluate", "radiation", tmp_path, "--split", "val", "--json")
    )


@pytest.mark.parametrize(
    ("kind", "file", "content"),
    [
        ("containers", "labels.csv", "file,words\na.jpg,x\n"),
        ("radiation", "manifest.json", '[{"file": "a.n42"}]'),
        ("radiation", "manifest.json", "{"),
    ],
)
def test_labels_of_another_shape_are_one_line(
    tallyman: Tallyman, tmp_path: Path, kind: str, file: str, content: str
) -> None:
    (tmp_path / file).write_text(content)
    refused(tallyman("evaluate", kind, tmp_path))


# keys, people, database, models


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(tallyman: Tallyman) -> None:
    issued = tallyman("keys", "create", "gate-3", "--role", "port", "--site", "north", "--json")
    key, key_id = issued.document["key"], issued.document["id"]
    assert key.startswith(f"tm_{key_id}_")
    listed = tallyman("keys", "list").out
    assert "gate-3" in listed and "port" in listed and "north" in listed
    assert key.rpartition("_")[2] not in listed
    assert tallyman("keys", "revoke", key_id).code == 0
    assert "revoked" in tallyman("keys", "list").out


def test_a_key_alone_stands_on_stdout(tallyman: Tallyman) -> None:
    outcome = tallyman("keys", "create", "gate")
    assert outcome.out.strip().startswith("tm_")
    assert len(outcome.out.split()) == 1


def test_a_person_can_be_added_once(tallyman: Tallyman) -> None:
    add = ("users", "add", "ada", "--password", "correct horse battery")
    assert tallyman(*add).code == 0
    assert refused(tallyman(*add)) == "user ada is there already"


def test_the_database_says_where_it_stands(tallyman: Tallyman) -> None:
    before = tallyman("db", "status")
    assert before.code == 2
    assert "database: empty" in before.out
    assert "run `tallyman db upgrade`" in before.err
    assert tallyman("db", "upgrade").code == 0
    after = tallyman("db", "status")
    assert after.code == 0
    assert after.out.startswith("database: ")


def test_models_are_listed_and_verified(tallyman: Tallyman) -> None:
    listed = tallyman("models", "list", "--json").document
    assert {"container-finder", "load-state"} <= {model["name"] for model in listed}
    assert "container-finder" in tallyman("models", "list").out
    verified = tallyman("models", "verify")
    assert verified.code == 0
    assert verified.out.count("as its manifest says") == len(listed)


# demo


ANYONE = Caller(name="test", role=Role.ADMIN)


def test_the_demo_is_made_once_and_loses_nothing(
    tallyman: Tallyman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "SAMPLES", demo.SAMPLES[:2])
    first = tallyman("demo", "--no-serve")
    assert first.code == 0, first.err
    login = json.loads((tmp_path / "state/first-login.txt").read_text())
    assert f"Sign in as operator, password {login['password']}" in first.err
    made = build(Settings(_env_file=None))
    repository = made.services.repository
    rows = repository.list_inspections(InspectionFilter(), cursor=None, limit=50, caller=ANYONE)
    assert [row.inspection.state.value for row in rows.items] == ["judged", "judged"]
    made.close()

    again = tallyman("demo", "--no-serve")
    assert again.code == 0
    assert "Generating" not in again.err
    assert login["password"] in again.err
    made = build(Settings(_env_file=None))
    repository = made.services.repository
    same = repository.list_inspections(InspectionFilter(), cursor=None, limit=50, caller=ANYONE)
    made.close()
    assert same == rows
