"""`tallyman simulate xray`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service import cli
from service.cli import app
from service.errors import InvalidInput

SMALL = ["simulate", "xray", "--count", "1", "--workers", "1", "--heading", "6109"]


def test_scans_truth_and_contact_sheet_are_written(tmp_path: Path) -> None:
    sheet, folder = tmp_path / "sheet.png", tmp_path / "scans"
    result = CliRunner().invoke(
        app, [*SMALL, "--hide", "vehicle", "--contact-sheet", str(sheet), "--out", str(folder)]
    )
    assert result.exit_code == 0, result.output
    assert "1 scans, 1 hidden objects" in result.output
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in folder.iterdir()} == {
        "00000.tif",
        "00000-clean.tif",
        "00000.json",
    }


def test_json_tells_two_energies_and_the_declared_goods() -> None:
    result = CliRunner().invoke(app, [*SMALL, "--dual-energy", "--json"])
    (scan,) = json.loads(result.stdout)
    assert len(scan["beams"]) == 2
    assert scan["declared"][0]["name"] == "garments in cartons"
    assert scan["objects"] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--hide", "tank"], "tank is none of", id="no such class"),
        pytest.param(["--heading", "1234"], "1234 is none of", id="no such goods"),
        pytest.param(["--contact-sheet", "a.bmp"], "ends in .png", id="no such picture"),
    ],
)
def test_a_mistake_is_named(options: list[str], words: str) -> None:
    result = CliRunner().invoke(cli.app, ["simulate", "xray", *options])
    assert isinstance(result.exception, InvalidInput)
    assert words in str(result.exception)
