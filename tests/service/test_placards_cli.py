"""Generated pictures of danger signs and their evaluation, as a user runs them."""

import json
from pathlib import Path

import pytest

from service.cli import main


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["tallyman", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in (0, None)


def test_pictures_are_written_with_what_they_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["simulate", "placards", "--count", "2", "--out", str(tmp_path)], monkeypatch)
    rows = (tmp_path / "labels.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "file,subject,text,x1,y1,x2,y2"
    assert {row.split(",")[0] for row in rows[1:]} <= {"00000.jpg", "00001.jpg"}
    assert (tmp_path / "00001.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_figures_come_as_one_json_document(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["evaluate", "placards", "--count", "2", "--json"], monkeypatch)
    figures = json.loads(capsys.readouterr().out)
    assert figures["false_finds"]["total"] == 2
    assert figures["false_finds"]["count"] == 0
