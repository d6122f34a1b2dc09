"""A party's name taken apart: the words that tell it from others, what it does, its legal form.

"ООО «Северный Ветер Логистика»" is the words severnyi veter, the meaning logistics and a private
company; so is "Severny Veter Logistics LLC".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from rapidfuzz.distance import Indel

from service.csv_table import read_csv_file
from service.parties.transliterate import Script, script_of, skeleton, sound, to_latin

DATA = Path(__file__).parent / "data"
MAX_CHARS = 300
MAX_WORDS = 16
LETTERS_OF_A_LONG_FORM = 12
SAME_FORM = 0.9
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
}
_WORD = re.compile(r"[^\W_]+(?:[.'’][^\W_]+)*\.?|&|\+")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}[^\W\d_]?|[^\W\d_](?:/[^\W\d_]){1,2}(?![^\W\d_])")
_QUOTES = re.compile("[\"“”„«»'’‘`´()\\[\\]]")
_NUMBER = re.compile(r"[0-9]+")


class LegalKind(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"
    CORPORATION = "corporation"
    PARTNERSHIP = "partnership"
    SOLE = "sole"
    COOPERATIVE = "cooperative"
    ASSOCIATION = "association"
    STATE = "state"
    ANY = "any"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameWord:
    """One word: `latin` for people, `sound` and `bones` for comparing; `meaning` if generic."""

    latin: str
    sound: str
    bones: str
    meaning: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartyName:
    """A name taken apart.

    `core` are the words that tell the party from others, in order; `generic` those that say what
    it does; `numbers` what stands in digits or, behind a word, in Roman numerals. `kinds` are the
    legal kinds that its form may mean; empty where no form is written. `written` is the sound of
    all words but the form, run together.
    """

    text: str
    script: Script
    core: tuple[NameWord, ...]
    generic: tuple[NameWord, ...]
    numbers: tuple[int, ...]
    kinds: frozenset[LegalKind]
    form: str | None
    initials: tuple[str, ...]
    written: str

    @property
    def joined(self) -> str:
        """The core words run together, which forgives other cuts between words."""
        return joined_sound(self.core)

    @property
    def meanings(self) -> frozenset[str]:
        return frozenset(word.meaning for word in self.generic if word.meaning)


_SILENT = frozenset({"the", "company"})
"""Meanings that say nothing at all, whether there or not."""


@cache
def _forms() -> tuple[dict[str, tuple[str, frozenset[LegalKind]]], int]:
    """(squeezed form -> (as written, kinds), the most words that a form has)."""
    kinds: dict[str, set[LegalKind]] = {}
    written: dict[str, str] = {}
    longest = 1
    for row in read_csv_file(DATA / "legal_forms.csv", columns=("country", "kind", "form")):
        try:
            kind = LegalKind(row["kind"])
        except ValueError:
            raise row.wrong(f"kind: no such kind {row['kind']!r}") from None
        words = name_keys(row["form"])
        key = " ".join(words)
        kinds.setdefault(key, set()).add(kind)
        written.setdefault(key, row["form"])
        longest = max(longest, len(words))
    return {key: (written[key], frozenset(found)) for key, found in kinds.items()}, longest


@cache
def _meanings() -> dict[str, str]:
    rows = read_csv_file(DATA / "descriptors.csv", columns=("meaning", "words"))
    return {_key(word): row["meaning"] for row in rows for word in row["words"].split()}


@cache
def _han_affixes() -> tuple[tuple[str, str], ...]:
    """(word of a script without spaces, meaning or "" for a legal form), longest first."""
    forms, _ = _forms()
    found = {key: "" for key in forms if script_of(key) in _UNSPACED}
    found |= {word: m for word, m in _meanings().items() if script_of(word) in _UNSPACED}
    return tuple(sorted(found.items(), key=lambda item: -len(item[0])))


_UNSPACED = frozenset({Script.HAN, Script.KANA, Script.HANGUL})


def _key(word: str) -> str:
    """A word in its own script without case, accents and dots."""
    text = unicodedata.normalize("NFKD", word).casefold()
    bare = "".join(char for char in text if not unicodedata.combining(char) and char != ".")
    return unicodedata.normalize("NFC", bare.replace("ı", "i").replace("ł", "l"))


def name_keys(text: str) -> list[str]:
    """Words as keys; dotted and slashed short forms become one word: S.p.A., A/S, ذ.م.م."""
    clean = _QUOTES.sub(" ", unicodedata.normalize("NFKC", text[:MAX_CHARS]))
    clean = _DOTTED.sub(lambda found: found[0].replace(".", "").replace("/", "") + " ", clean)
    return [key for word in _WORD.findall(clean) if (key := _key(word))]


def parse_name(text: str) -> PartyName:
    """Take a name apart; nothing is refused, an empty name has no words."""
    words = _unglued(name_keys(text))
    words, form, kinds = _without_form(words)
    core: list[NameWord] = []
    generic: list[NameWord] = []
    numbers: list[int] = []
    initials: list[str] = []
    all_latin: list[str] = []
    meanings = _meanings()
    for at, word in enumerate(words[:MAX_WORDS]):
        if word.isdigit() and word.isascii():
            numbers.append(int(word))
            continue
        if at and word in _ROMAN and len(words) > 1 and len(word) > 1:
            numbers.append(_ROMAN[word])
            continue
        meaning = meanings.get(word)
        latin = to_latin(word)
        if meaning in _SILENT or not latin:
            continue
        all_latin.append(latin)
        if len(latin) == 1 and meaning is None:
            initials.append(latin)
            continue
        sounded = sound(latin)
        made = NameWord(latin=latin, sound=sounded, bones=skeleton(sounded), meaning=meaning)
        (generic if meaning else core).append(made)
    if not core and generic:
        # "Global Trading" has no other words: there they are the name.
        core, generic = generic, []
    return PartyName(
        text=text,
        script=script_of(text),
        core=tuple(core),
        generic=tuple(generic),
        numbers=tuple(numbers),
        kinds=kinds,
        form=form,
        initials=tuple(initials),
        written=sound("".join(all_latin)),
    )


def joined_sound(words: Iterable[NameWord]) -> str:
    """The sound of words run together, which is not the run of their sounds."""
    return sound("".join(word.latin for word in words))


def _unglued(words: Iterable[str]) -> list[str]:
    """Digits off their words ("Star3" is Star 3), and Han names cut at forms and meanings."""
    cut: list[str] = []
    for word in words:
        for part in filter(None, re.split(r"([0-9]+)", word)):
            cut += _cut_unspaced(part) if script_of(part) in _UNSPACED else [part]
    return cut


def _cut_unspaced(word: str) -> list[str]:
    rest, tail = word, []
    head: list[str] = []
    affixes = _han_affixes()
    while rest:
        found = next((a for a, _ in affixes if rest.endswith(a) and len(a) > 1), None)
        if found is None:
            break
        tail.append(found)
        rest = rest[: -len(found)]
    while rest:
        found = next((a for a, meaning in affixes if not meaning and rest.startswith(a)), None)
        if found is None:
            break
        head.append(found)
        rest = rest[len(found) :]
    # Forms go last, wherever they stood.
    return [*([rest] if rest else []), *reversed(tail), *head]


def _without_form(words: list[str]) -> tuple[list[str], str | None, frozenset[LegalKind]]:
    """Words without the legal forms at their end and beginning, and the outermost form."""
    forms, longest = _forms()
    form: str | None = None
    kinds: frozenset[LegalKind] = frozenset()
    rest = list(words)
    changed = True
    while changed and len(rest) > 1:
        changed = False
        for count in range(min(longest, len(rest) - 1), 0, -1):
            for part, left in ((rest[-count:], rest[:-count]), (rest[:count], rest[count:])):
                found = forms.get(" ".join(part)) or forms.get("".join(part)) or _misspelt(part)
                if found is None or not left:
                    continue
                if form is None or kinds == {LegalKind.ANY}:
                    form, kinds = found
                rest, changed = left, True
                break
            if changed:
                break
    return rest, form, kinds


@cache
def _long_forms() -> dict[int, tuple[str, ...]]:
    """Forms long enough to be known with a slip in them, by their number of words."""
    long: dict[int, list[str]] = {}
    for key in _forms()[0]:
        if len(key) >= LETTERS_OF_A_LONG_FORM:
            long.setdefault(key.count(" ") + 1, []).append(key)
    return {count: tuple(keys) for count, keys in long.items()}


def _misspelt(part: list[str]) -> tuple[str, frozenset[LegalKind]] | None:
    """A long form with a slip in it: "общество с ограниченой ответственностью"."""
    written = " ".join(part)
    if len(written) < LETTERS_OF_A_LONG_FORM:
        return None
    for key in _long_forms().get(len(part), ()):
        if Indel.normalized_similarity(key, written, score_cutoff=SAME_FORM) > 0:
            return _forms()[0][key]
    return None
