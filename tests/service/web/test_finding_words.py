"""Findings in a few words: what is found, what cannot be told, and how it is marked."""

from __future__ import annotations

import pytest

from service.domain.scenarios.seen import analysis_of
from service.web.finding_words import tone_of, words_of


@pytest.mark.parametrize(
    ("line", "words", "tone"),
    [
        ("load loaded", "loaded, score of loaded 0.98", "ok"),
        ("load cannot_tell", "cannot tell, score of loaded 0.50", "doubt"),
        ("length 40 high", "40 ft, high cube", "ok"),
        ("length unknown", "length: cannot tell, height: cannot tell", "doubt"),
        ("mass 20000 900", "20000 kg (19100 to 20900)", "ok"),
        ("fill 0.7", "70 % filled (65 to 75)", "ok"),
        ("packages 40 38 42", "40 (38 to 42): 1 rows x 40 columns", "ok"),
        ("packages unclear", "no regular stack", "doubt"),
        ("material organic 0.9 metal 0.1", "organic 90 %, metal 10 %", "ok"),
        ("group unclear", " (cannot tell)", "doubt"),
        ("object weapon cargo 0.92", "weapon 0.92, cargo", "bad"),
        ("quality poor", "poor: contrast", "bad"),
        ("changed 0.02 0.2 aligned", "2.0 % changed, 20.0 % at the doors", "ok"),
        ("colour white", "white 0.95", "ok"),
        ("code CSQU3054383", "", "ok"),
        ("gamma alarm 12 1.4", "", "ok"),
    ],
)
def test_a_finding_in_words(line: str, words: str, tone: str) -> None:
    finding = analysis_of([line]).findings[-1]
    assert (words_of(finding), tone_of(finding)) == (words, tone)
