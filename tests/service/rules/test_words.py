"""Every sentence exists in every language, with the same values, and is one that a rule says."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from service.domain import reconcile
from service.domain.reconcile.judge import CHOSEN_AT_RANDOM
from service.domain.reconcile.rules import NAMES
from service.domain.reconcile.words import Language, render, say, sentences_of, together
from service.domain.verdict import Sentence
from service.store.stored_json import Codec

ENGLISH = sentences_of(Language.ENGLISH)
OTHERS = [language for language in Language if language is not Language.ENGLISH]


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def keys_said() -> tuple[set[str], list[re.Pattern[str]]]:
    """Keys in the code: as they stand, and as patterns where a part is computed."""
    plain: set[str] = set()
    computed: list[re.Pattern[str]] = []
    for file in Path(next(iter(reconcile.__path__))).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"):
                continue
            parts = list(ast.walk(node.args[0]))
            pieces = {
                piece for part in parts if isinstance(part, ast.JoinedStr) for piece in part.values
            }
            for part in parts:
                if isinstance(part, ast.JoinedStr):
                    pattern = "".join(
                        re.escape(str(piece.value)) if isinstance(piece, ast.Constant) else ".+"
                        for piece in part.values
                    )
                    computed.append(re.compile(pattern))
                elif isinstance(part, ast.Constant) and part not in pieces:
                    plain.add(str(part.value))
    return plain, computed


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_sentences_with_the_same_values(language: Language) -> None:
    other = sentences_of(language)
    assert set(other) == set(ENGLISH)
    assert {key: values_in(text) for key, text in other.items()} == {
        key: values_in(text) for key, text in ENGLISH.items()
    }


def test_every_sentence_that_a_rule_says_exists_and_none_is_left_over() -> None:
    plain, computed = keys_said()
    plain = {key for key in plain if "." in key} | {CHOSEN_AT_RANDOM}
    assert plain <= set(ENGLISH)
    assert all(any(pattern.fullmatch(key) for key in ENGLISH) for pattern in computed)
    unused = {
        key
        for key in set(ENGLISH) - plain
        if not key.startswith("title.") and not any(pattern.fullmatch(key) for pattern in computed)
    }
    assert unused == set()


def test_every_rule_has_a_title_and_no_title_is_left_over() -> None:
    titles = {key.removeprefix("title.") for key in ENGLISH if key.startswith("title.")}
    assert titles == NAMES


def test_a_sentence_within_a_sentence_is_said_in_the_same_language() -> None:
    rates = say("term.rates", peak=12, background=3)
    sentence = say("radiation_explained.alarm_class_7", of="", rates=rates)
    assert "bei einem Untergrund von 3 cps" in render(sentence, Language.GERMAN)
    assert render(sentence).endswith("12 cps over 3 cps: class 7 goods are declared.")


def test_sentences_come_back_from_storage_as_they_were() -> None:
    inner = say("number_declared.declared", code="CSQU3054383")
    sentence = together([inner, inner])
    codec = Codec(Sentence)
    assert codec.load(codec.dump(sentence)) == sentence
    assert render(sentence) == "CSQU3054383 is declared. CSQU3054383 is declared."


def test_a_value_with_braces_is_shown_as_it_is() -> None:
    assert render(say("number_declared.declared", code="{code}{0}")) == "{code}{0} is declared."
