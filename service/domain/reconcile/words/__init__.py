"""What outcomes say, in the languages of those who read them.

A rule says which sentence and with which values; `en.toml`, `fr.toml` … hold the sentences. A
test keeps all languages at the same keys and the same values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache
from importlib import resources

from service.domain.verdict import Sentence, Verdict


class Language(StrEnum):
    """ISO 639-1."""

    ENGLISH = "en"
    FRENCH = "fr"
    GERMAN = "de"
    SPANISH = "es"
    PORTUGUESE = "pt"


def say(key: str, **values: object) -> Sentence:
    """The sentence `key` ("number_valid.right"); values are sentences, or anything as text."""
    return Sentence(
        key=key,
        values={
            name: value if isinstance(value, Sentence) else str(value)
            for name, value in values.items()
        },
    )


def together(sentences: Sequence[Sentence]) -> Sentence:
    """Several sentences, one after the other.

    Raises:
        ValueError: there is none.
    """
    if not sentences:
        raise ValueError("nothing to say")
    *before, whole = sentences
    for sentence in reversed(before):
        whole = say("term.and_then", first=sentence, then=whole)
    return whole


def render(sentence: Sentence, language: Language = Language.ENGLISH) -> str:
    """The sentence in a language.

    Raises:
        KeyError: a sentence that the language does not have, or a value that it needs.
    """
    values = {
        name: render(value, language) if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }
    return sentences_of(language)[sentence.key].format_map(values)


def title_of(rule: str, language: Language = Language.ENGLISH) -> str:
    """What a rule is called; a rule that no longer exists by its own name."""
    known = sentences_of(language)
    return known.get(f"title.{rule}", rule.replace("_", " ").capitalize())


def in_language(verdict: Verdict, language: Language) -> Verdict:
    """The verdict with its reasons and sentences in a language.

    Where nothing but English was kept, or a stored key is gone, the English stays.
    """
    if language is Language.ENGLISH:
        return verdict

    def in_it(text: str, said: Sentence | None) -> str:
        try:
            return text if said is None else render(said, language)
        except KeyError:
            return text

    said = verdict.said or (None,) * len(verdict.reasons)
    return replace(
        verdict,
        reasons=tuple(in_it(*pair) for pair in zip(verdict.reasons, said, strict=True)),
        outcomes=tuple(
            replace(outcome, sentence=in_it(outcome.sentence, outcome.said))
            for outcome in verdict.outcomes
        ),
    )


@cache
def sentences_of(language: Language) -> Mapping[str, str]:
    """All sentences of a language by key; tables of the file become parts of the key."""
    data = (resources.files(__name__) / f"{language.value}.toml").read_bytes()
    return dict(_flat(tomllib.loads(data.decode())))


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat += _flat(value, f"{prefix}{key}.")
        else:
            flat.append((f"{prefix}{key}", str(value)))
    return flat
