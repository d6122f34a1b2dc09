"""The word tables of the goods text search, row by row."""

import csv
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from service.nomenclature.letters import BY_CHARACTER, Script, fold, plain, script_of
from service.nomenclature.shipped import DATA, harmonized_system
from service.nomenclature.trade_words import BRAND, heading_terms, shipped_terms, word_lists

TODAY = harmonized_system().on(date(2024, 1, 1))
SCRIPTS = {
    "ru": {Script.CYRILLIC},
    "uk": {Script.CYRILLIC},
    "bg": {Script.CYRILLIC},
    "el": {Script.GREEK},
    "ar": {Script.ARABIC},
    "zh": {Script.HAN},
    "ja": {Script.HAN, Script.KANA},
    "ko": {Script.HANGUL},
}
# Terms that are written in Latin letters in a language of another alphabet.
LATIN_IN_PLACE = re.compile(r"^[a-z0-9 +-]+$", re.IGNORECASE)
LANGUAGES = sorted({term.language for term in shipped_terms()})


def test_eighteen_languages_in_seven_scripts_are_there() -> None:
    assert len([language for language in LANGUAGES if language != BRAND]) == 18
    scripts = {script_of(term.text) for term in shipped_terms()}
    assert set(Script) - {Script.OTHER} <= scripts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_names_a_heading_that_exists(language: str) -> None:
    terms = [term for term in shipped_terms() if term.language == language]
    assert len(terms) >= 150
    assert [t for t in terms if len(t.heading) != 4 or not TODAY.exists(t.heading)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_written_in_the_script_of_its_language(language: str) -> None:
    expected = SCRIPTS.get(language, {Script.LATIN})
    terms = [term.text for term in shipped_terms() if term.language == language]
    odd = [
        text
        for text in terms
        if not expected & {script_of(char) for char in text} and not LATIN_IN_PLACE.match(text)
    ]
    assert odd == []


def test_a_term_under_two_headings_is_marked_ambiguous_and_no_other_is() -> None:
    headings = defaultdict(set)
    for term in shipped_terms():
        headings[term.text.casefold()].add(term.heading)
    wrong = [
        term.text
        for term in shipped_terms()
        if term.ambiguous != (len(headings[term.text.casefold()]) > 1)
    ]
    assert wrong == []


def test_no_row_comes_twice() -> None:
    rows = [(t.heading, t.language, t.text.casefold()) for t in shipped_terms()]
    assert len(set(rows)) == len(rows)


def test_every_file_of_terms_holds_the_language_of_its_name() -> None:
    for path in (DATA / "synonyms").glob("*.csv"):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
        languages = {row["language"] for row in csv.DictReader(lines)}
        assert languages == {BRAND if path.stem == "brands" else path.stem}


def test_no_term_is_made_of_vague_words_alone() -> None:
    vague = {plain(word) for word in word_lists().vague_words}
    bare = [t.text for t in shipped_terms() if set(map(plain, t.text.split())) <= vague]
    assert bare == []


def test_heading_terms_are_cut_from_the_headings() -> None:
    terms = {(term.heading, term.text) for term in heading_terms()}
    assert ("0809", "plums") in terms
    assert ("8703", "motor cars for the transport of persons") in terms
    assert not any(text == "fresh" for _, text in terms)


def test_short_forms_stand_for_something_longer() -> None:
    assert len(set(word_lists().abbreviations)) == len(word_lists().abbreviations)
    assert [pair for pair in word_lists().abbreviations if not pair[1].strip()] == []


def test_folding_leaves_no_term_empty() -> None:
    empty = [
        term.text
        for term in shipped_terms()
        if not fold(term.text) or (script_of(term.text) in BY_CHARACTER and fold(term.text) == "")
    ]
    assert empty == []


def test_hard_cases_are_three_hundred_and_of_headings_that_exist() -> None:
    path = Path(__file__).parent / "hard_cases.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert len(rows) == 300
    assert len({row["text"] for row in rows}) == 300
    headings = [h for row in rows for h in row["headings"].split("|") if h]
    assert [h for h in headings if not TODAY.exists(h)] == []
    assert sum(not row["headings"] for row in rows) == sum(r["kind"] == "vague" for r in rows) == 40
    assert len({row["language"] for row in rows}) >= 18
