"""Letters: which script a text is in, and words folded so that cousins look alike.

Three ways of folding, each for one use: `plain` keeps the script and drops case and accents, for
looking up in lists of words; `fold` goes to ASCII, so that "плитка" and "plitka" are one word;
`sound` drops what languages spell differently, so that "ceramic" and "keramik" are near.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from anyascii import anyascii


class Script(StrEnum):
    LATIN = "Latin"
    CYRILLIC = "Cyrillic"
    GREEK = "Greek"
    ARABIC = "Arabic"
    HAN = "Han"
    KANA = "kana"
    HANGUL = "hangul"
    OTHER = "other"


BY_CHARACTER = frozenset({Script.HAN, Script.KANA, Script.HANGUL})
_NAMES = (
    ("LATIN", Script.LATIN),
    ("CYRILLIC", Script.CYRILLIC),
    ("GREEK", Script.GREEK),
    ("ARABIC", Script.ARABIC),
    ("CJK", Script.HAN),
    ("HIRAGANA", Script.KANA),
    ("KATAKANA", Script.KANA),
    ("HANGUL", Script.HANGUL),
)

_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_ARABIC_LETTERS = str.maketrans("أإآٱىةؤئ", "ااااىهوي")


# ط and ض keep a letter of their own: بلاط is tiles, بالات is bales.
_ARABIC_ASCII = str.maketrans(
    {"ا": "a", "ط": "tt", "ض": "dd", "ص": "ss", "ظ": "zz", "ح": "hh", "ع": "aa", "ق": "q"}
)


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """One lower-case word in ASCII letters and digits; a word of Han, kana or hangul as it is.

    Folding twice is folding once. Arabic loses its marks, the forms of alef and the article.
    """
    if word.isascii():
        return "".join(char for char in word.lower() if char.isalnum())
    text = _plain_arabic(unicodedata.normalize("NFKC", word).casefold())
    if script_of(text) in BY_CHARACTER:
        return "".join(char for char in text if char.isalnum())
    ascii_text = anyascii(text.translate(_ARABIC_ASCII)).lower()
    return "".join(char for char in ascii_text if char.isalnum())


@lru_cache(maxsize=16_384)
def plain(word: str) -> str:
    """A word in its own script without case and accents, for looking up in a list of words."""
    if word.isascii():
        return word.lower()
    text = _plain_arabic(unicodedata.normalize("NFKD", word).casefold())
    bare = "".join(char for char in text if not unicodedata.combining(char))
    # Turkish dotless i, Polish l with stroke and their like have no accent to lose.
    return unicodedata.normalize("NFC", bare.translate(_STROKES))


_SOUNDS = (
    (re.compile(r"sch|sh|ch(?=[eio])|zh"), "s"),
    (re.compile(r"ts|tz|ck|ch|kh|cz|qu|[cq]"), "k"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"[yj]"), "i"),
    (re.compile(r"w"), "v"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"z"), "s"),
    (re.compile(r"(?<!^)h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile(r"(?<=...)s$"), ""),
    (re.compile(r"(?<=...)[aeiou]$"), ""),
)


@lru_cache(maxsize=16_384)
def sound(folded: str) -> str:
    """What a folded word shares with its cousins: ceramic, keramik and keramika are all keramik."""
    if not folded.isascii():
        return folded
    text = folded
    for pattern, replacement in _SOUNDS:
        text = pattern.sub(replacement, text)
    return text


_STROKES = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})


def _plain_arabic(text: str) -> str:
    if not any("\u0600" <= char <= "\u06ff" for char in text):
        return text
    text = _ARABIC_MARKS.sub("", text).translate(_ARABIC_LETTERS)
    return text[2:] if len(text) > 4 and text.startswith("ال") else text  # noqa: PLR2004


def script_of(text: str) -> Script:
    """The script of most letters; the first met wins a draw."""
    if text.isascii():
        return Script.LATIN if any(char.isalpha() for char in text) else Script.OTHER
    counts: dict[Script, int] = {}
    for char in text:
        if char.isalpha():
            script = _script(char)
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=lambda script: counts[script], default=Script.OTHER)


@lru_cache(maxsize=4096)
def _script(char: str) -> Script:
    name = unicodedata.name(char, "")
    return next((script for start, script in _NAMES if name.startswith(start)), Script.OTHER)
