"""`tallyman radiation` and `tallyman evaluate portal`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from vision.synthesis import radiation

WEIGHTS = Path(__file__).parents[2] / "weights"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TALLYMAN_WEIGHTS_DIR", str(WEIGHTS))
    return CliRunner()


@pytest.fixture
def caesium(tmp_path: Path) -> Path:
    path = tmp_path / "portal.n42"
    path.write_bytes(radiation.passage({"Cs-137": 420.0}, seed=5))
    return path


def test_a_file_is_told_in_words(run: CliRunner, caesium: Path) -> None:
    result = run.invoke(app, ["radiation", str(caesium)])
    assert result.exit_code == 0, result.output
    assert "gamma ALARM" in result.output
    assert "neutron no alarm" in result.output
    assert "Cs-137 (industrial)" in result.output


def test_json_is_one_document_with_the_findings(run: CliRunner, caesium: Path) -> None:
    result = run.invoke(app, ["radiation", str(caesium), "--json"])
    report = json.loads(result.stdout)
    kinds = [finding["kind"] for finding in report["findings"]]
    assert {"gross_count", "source_located", "natural_excess", "background"} <= set(kinds)
    gamma = next(f for f in report["findings"] if f.get("channel") == "gamma")
    assert gamma["alarm"]
    assert {test["name"] for test in gamma["tests"]} == {
        "gross",
        "sequential",
        "ratio",
        "distance",
        "template",
    }


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.SVG", b"<svg")])
def test_a_picture_is_drawn(
    run: CliRunner, caesium: Path, tmp_path: Path, name: str, start: bytes
) -> None:
    target = tmp_path / name
    assert run.invoke(app, ["radiation", str(caesium), "--draw", str(target)]).exit_code == 0
    assert target.read_bytes().startswith(start)


def test_a_picture_of_another_kind_is_refused_before_anything_is_read(
    run: CliRunner, tmp_path: Path
) -> None:
    result = run.invoke(app, ["radiation", "missing.n42", "--draw", str(tmp_path / "a.gif")])
    assert result.exit_code != 0
    assert "ends in .png or .svg" in str(result.exception)


def test_a_small_study_runs_and_holds_its_promises(run: CliRunner, tmp_path: Path) -> None:
    plot = tmp_path / "curve.svg"
    arguments = ["--occupancies", "100", "--trials", "1", "--curve", "1", "--processes", "1"]
    result = run.invoke(app, ["evaluate", "portal", *arguments, "--plot", str(plot), "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    benign = figures["benign"]
    assert benign["false_alarms_after_explanation"]["count"] <= 2
    assert benign["natural_alarms_before"]["count"] > 10
    detected = {(row["source"], row["condition"]): row["detected"] for row in figures["sources"]}
    # Thorium among goods that contain thorium is beyond any test of its spectrum.
    detected.pop(("Th-228", "masked"))
    assert set(detected.values()) == {1}, detected
    assert figures["curve"][0]["strength"] == 0.02
    assert plot.read_text(encoding="utf-8").startswith("<svg")
