"""Names in Latin letters: one spelling for display, one sound for comparing.

A name crosses alphabets by a table of its passport office, of a newspaper or of its bearer: Хрущёв
is Khrushchev, Hrusev, Chruschtschow. `to_latin` takes one table for each script (Cyrillic after
ISO 9:1995 without its marks, with the digraphs of passports; Greek after ELOT 743; the rest by
anyascii), and `sound` then brings the spellings of other tables to the same letters.
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
# ISO 9:1995 with digraphs in place of marked letters; Ukrainian and Bulgarian letters beside.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ie",
    "ж": "zh", "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m",
    "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "iu", "я": "ia", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
}  # fmt: skip
# ELOT 743 (ISO 843): digraphs first, then letters; accents are dropped before.
_GREEK_PAIRS = (
    ("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("ηυ", "iv"), ("γγ", "ng"), ("γξ", "nx"),
    ("γχ", "nch"), ("γκ", "gk"), ("μπ", "mp"), ("ντ", "nt"), ("τζ", "tz"),
)  # fmt: skip
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(),  # noqa: SIM905
        strict=True,
    )
)
_VOICELESS_AFTER = re.compile(r"(?<=[ae])v(?=[thkxpsf]|ch|$)")
_ARABIC_MARKS = re.compile("[\u064b-\u065f\u0670\u0640]")
_ARABIC_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ا", "ة": "ا", "ؤ": "و", "ئ": "ي", "ء": ""}
)
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگ",
        "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y p ch zh g".split(),  # noqa: SIM905
        strict=True,
    )
)
# Letters that NFKD leaves whole, spelt as the languages themselves respell them.
_LATIN = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


# Characters of two readings, in the one that names have: 长江 is Changjiang.
_HAN = str.maketrans({"长": "chang", "行": "hang", "乐": "le"})


@lru_cache(maxsize=4096)
def _script(char: str) -> Script:
    name = unicodedata.name(char, "")
    return next((script for start, script in _NAMES if name.startswith(start)), Script.OTHER)


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


@lru_cache(maxsize=65_536)
def to_latin(word: str) -> str:
    """A word in lower-case ASCII letters and digits.

    Han comes out as the syllables of its Mandarin reading run together; Arabic without the
    vowels that it does not write, and without its article.
    """
    text = unicodedata.normalize("NFKC", word).casefold()
    if text.isascii():
        return _letters(text)
    script = script_of(text)
    if script is Script.CYRILLIC:
        return _letters(anyascii("".join(_CYRILLIC.get(char, char) for char in text)).lower())
    if script is Script.GREEK:
        return _letters(anyascii(_greek(text)).lower())
    if script is Script.ARABIC:
        bare = _ARABIC_MARKS.sub("", text).translate(_ARABIC_LETTERS)
        bare = bare[2:] if len(bare) > 3 and bare.startswith("ال") else bare  # noqa: PLR2004
        return _letters(anyascii("".join(_ARABIC.get(char, char) for char in bare)).lower())
    return _letters(anyascii(text.translate(_LATIN).translate(_HAN)).lower())


def _greek(text: str) -> str:
    marked = unicodedata.normalize("NFD", text)
    # A diaeresis parts two vowels that would be one sound: Μαΐου is Maiou.
    bare = "".join(char for char in marked if not unicodedata.combining(char))
    for pair, latin in _GREEK_PAIRS:
        bare = bare.replace(pair, latin)
    latin_text = "".join(_GREEK.get(char, char) for char in bare)
    return _VOICELESS_AFTER.sub("f", latin_text)


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


_SOUNDS = (
    (re.compile(r"^x(?=[rl])"), "h"),
    (re.compile(r"sh?ch|schtsch|stsch"), "s"),
    (re.compile(r"tsch|tch|cz|tz|ts|dzh|dj|dz"), "c"),
    (re.compile(r"sch|sh|zh|sz|rz"), "s"),
    (re.compile(r"(?<!^)gh(?=[aeiou])|^gh"), "g"),
    (re.compile(r"kh|ch"), "h"),
    (re.compile(r"ck|q|k"), "k"),
    (re.compile(r"c(?=[aoulrkt]|$)"), "k"),
    (re.compile(r"c"), "s"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"th"), "t"),
    (re.compile(r"ou|oo|ue"), "u"),
    (re.compile(r"oe"), "o"),
    (re.compile(r"ae"), "a"),
    (re.compile(r"x"), "ks"),
    (re.compile(r"mp|mb"), "b"),
    (re.compile(r"nt|nd"), "d"),
    (re.compile(r"gk|ng"), "g"),
    (re.compile(r"w|ff?|v"), "v"),
    (re.compile(r"ey|ei|ie|iy|ij|yi|ii|ee|ya|ia|ja|ye|je|yo|jo|yu|iu|ju|[yj]"), None),
    (re.compile(r"z"), "s"),
    (re.compile(r"(?<=[bcdfgjklmnpqrstv])h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_GLIDES = {
    "ya": "a", "ia": "a", "ja": "a", "ye": "e", "je": "e", "yo": "o", "jo": "o", "yu": "u",
    "iu": "u", "ju": "u",
}  # fmt: skip


@lru_cache(maxsize=65_536)
def sound(latin: str) -> str:
    """What the spellings of one name have in common, of a word in Latin letters.

    Not a phonetic spelling of any language: Khrushchev, Chruschtschow and Hruscev all become one
    string, and so, now and then, do two different names.
    """
    text = latin
    for pattern, replacement in _SOUNDS:
        if replacement is None:
            text = pattern.sub(lambda found: _GLIDES.get(found[0], "i"), text)
        else:
            text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=65_536)
def skeleton(sounded: str) -> str:
    """The consonants alone, for scripts that do not write their vowels; never empty for a word."""
    # و and ي are vowels as often as not: نور is Nur, Noor and Nour.
    bones = re.sub(r"[aeiouyv]", "", sounded)
    return bones or sounded
