"""`tallyman scan`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from vision.synthesis import xray

WEIGHTS = Path(__file__).parents[2] / "weights"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TALLYMAN_WEIGHTS_DIR", str(WEIGHTS))
    return CliRunner()


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    path = tmp_path / "side.png"
    path.write_bytes(xray.side_view([True], seed=3).png)
    return path


def test_a_scan_is_told_in_words(run: CliRunner, loaded: Path) -> None:
    result = run.invoke(app, ["scan", str(loaded)])
    assert result.exit_code == 0, result.output
    assert "side.png" in result.output
    assert "loaded, score of loaded" in result.output
    assert "load-state 1" in result.output


def test_json_is_one_document_of_all_scans(run: CliRunner, loaded: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.write_bytes(xray.side_view([False], seed=4).png)
    result = run.invoke(app, ["scan", str(loaded), str(empty), "--json"])
    report = json.loads(result.stdout)
    loads = [f["load"] for f in report["findings"] if f["kind"] == "load_state"]
    assert loads == ["loaded", "empty"]
    assert {entry["scan_name"] for entry in report["coverage"]} == {"side.png", "empty.png"}


def test_each_scan_has_a_picture(run: CliRunner, loaded: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    assert run.invoke(app, ["scan", str(loaded), "--draw", str(target)]).exit_code == 0
    assert target.read_bytes().startswith(b"\x89PNG")
    run.invoke(app, ["scan", str(loaded), str(loaded), "--draw", str(target)])
    assert (tmp_path / "out-2.png").exists()


def test_a_file_that_is_no_scan_is_one_sentence(run: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"not a picture")
    result = run.invoke(app, ["scan", str(path)])
    assert result.exit_code != 0
    assert "expected PNG" in str(result.exception)
