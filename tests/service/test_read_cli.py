"""`tallyman read`: words, JSON, a drawn picture, and an expected list told apart."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.cli.read import marked
from service.errors import InvalidInput
from tests.builders import a_reading
from vision.synthesis.photo import container_side

WEIGHTS = Path(__file__).parents[2] / "weights"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TALLYMAN_WEIGHTS_DIR", str(WEIGHTS))
    return CliRunner()


@pytest.fixture(scope="module")
def side(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("read") / "left.jpg"
    path.write_bytes(container_side("CSQU3054383", "22G1", seed=3))
    return path


def test_a_photograph_is_told_in_words_and_drawn(
    run: CliRunner, side: Path, tmp_path: Path
) -> None:
    target = tmp_path / "out.png"
    result = run.invoke(app, ["read", str(side), "--draw", str(target)])
    assert result.exit_code == 0, result.output
    assert "CSQU3054383: read" in result.output
    assert "check digit correct" in " ".join(result.output.split())
    assert target.read_bytes().startswith(b"\x89PNG")


def test_the_list_is_told_apart_from_the_free_reading(
    run: CliRunner, side: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "bay.txt"
    listed.write_text("MSKU 601167-2\nTGHU2703360\n")
    result = run.invoke(app, ["read", str(side), "--expect", str(listed), "--json"])
    (page,) = json.loads(result.stdout)["files"]
    texts = [f["text"] for f in page["findings"] if f["subject"] == "container_code"]
    assert texts[0] == "CSQU3054383"
    (expected,) = page["expected"]
    assert expected["free"] == "CSQU3054383"
    assert expected["none_of_them"] > 0.9
    assert {option["text"] for option in expected["listed"]} == {"MSKU6011672", "TGHU2703360"}


def test_views_of_one_passage_are_told_together(run: CliRunner, side: Path, tmp_path: Path) -> None:
    other = tmp_path / "right.jpg"
    other.write_bytes(container_side("CSQU3054383", "22G1", seed=7))
    result = run.invoke(app, ["read", str(side), str(other), "--passage", "--json"])
    (marking,) = json.loads(result.stdout)["passage"]
    assert (marking["texts"][0]["text"], marking["views"]) == ("CSQU3054383", 2)
    assert marking["texts"][0]["score"] > 0.99


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--expect", "nosuch.txt"], id="no such list"),
        pytest.param(["--expect", " , "], id="empty list"),
        pytest.param(["--draw", "out.bmp"], id="not a PNG"),
    ],
)
def test_a_mistake_of_the_caller_is_named(run: CliRunner, side: Path, arguments: list[str]) -> None:
    result = run.invoke(app, ["read", str(side), *arguments])
    assert isinstance(result.exception, InvalidInput)


def test_what_the_picture_does_not_show_stands_in_brackets() -> None:
    reading = replace(a_reading("CSQU3054383"), supplied=(6, 10))
    assert marked(reading) == "CSQU30(5)438(3)"
