"""What outcomes say, in the languages of those who read them.

A rule says which sentence and with which values; `en.toml`, `fr.toml` … hold the sentences. A
test keeps all languages at the same keys and the same values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib import resources

from service.domain.verdict import Sentence


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
