"""`tallyman goods`, `tallyman names`, and how well they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli.goods import evaluate_goods, evaluate_names, goods, names

HEAD = "text;language;headings;kind\n"


def test_goods_are_headings_in_words_or_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    goods("frozen chicken wings", limit=3, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["heading"] == "0207"
    assert len(found["candidates"]) == 3
    goods("general cargo", limit=3)
    assert "cannot tell" in capsys.readouterr().out


def test_names_are_compared(capsys: pytest.CaptureFixture[str]) -> None:
    names("ООО Северный Ветер", "Severny Veter LLC", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "same"
    assert [party["kind"] for party in found["parties"]] == ["legal", "legal"]


def test_written_cases_are_measured_by_language_kind_and_alphabet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.csv"
    rows = "frozen chicken wings;en;0207;paraphrase\nшины;ru;8703;paraphrase\nbits;en;;vague\n"
    path.write_text(HEAD + rows, encoding="utf-8")
    evaluate_goods(cases=[path], as_json=True)
    found = json.loads(capsys.readouterr().out)["written"]["mine"]
    assert (found["n"], found["top1"]) == (3, 0.5)
    assert found["groups"]["ru"]["top1"] == 0.0
    assert set(found["alphabets"]) == {"Latin", "Cyrillic"}
    assert set(found["kinds"]) == {"paraphrase", "vague"}


def test_names_are_measured_with_an_interval(capsys: pytest.CaptureFixture[str]) -> None:
    evaluate_names(pairs=400, register=300, as_json=True)
    found = json.loads(capsys.readouterr().out)
    share = found["precision_at_recall"]
    assert share["low"] <= share["share"] <= share["high"]
    assert found["persons"]["n"] == 3000
    assert found["search"]["register"] == 300
