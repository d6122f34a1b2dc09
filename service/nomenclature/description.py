"""A goods description taken apart: what it says of the goods, and what it says of other things.

"1X40HC STC 20 PLTS CERAMIC TILES" speaks of goods with two words; the rest counts, wraps and
ships. Words of Latin, Cyrillic, Greek and Arabic letters are folded to ASCII, so that "плитка"
and "plitka" are one word; Han, kana and hangul are cut into characters and pairs of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.nomenclature.letters import BY_CHARACTER, Script, fold, plain, script_of
from service.nomenclature.trade_words import WordLists

MAX_CHARS = 2_000
MAX_TOKENS = 64


class Kind(StrEnum):
    """What a token is for. Only content must be explained by the heading that is found."""

    CONTENT = "content"
    SHORT_FORM = "short form"
    CODE = "code"
    VAGUE = "vague"
    PACKING = "packing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """`text` is folded; `by_character` marks a piece of a script without spaces."""

    text: str
    kind: Kind
    by_character: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """`emphasis` is how much each token's place in the text makes of it, 1 for the thing itself.

    `codes` are tariff codes that the text states itself, `un_numbers` likewise.
    """

    text: str
    script: Script
    tokens: tuple[Token, ...]
    emphasis: tuple[float, ...]
    codes: tuple[str, ...]
    un_numbers: tuple[str, ...]
    vague_phrase: bool

    @property
    def names_goods(self) -> bool:
        named = (Kind.CONTENT, Kind.SHORT_FORM)
        return not self.vague_phrase and any(token.kind in named for token in self.tokens)


# A tariff code is believed only where the text says that it is one.
_STATED_CODE = re.compile(
    r"(?:h\.?s\.?|hts|taric|cn|ncm|тн\s?вэд|укт\s?зед|gtip|zolltarif\w*|ncm)"
    r"[\s.:#-]*(?:codes?|nr|no|n°|number)?[\s.:#-]*"
    r"([0-9]{4}(?:[ .]?[0-9]{2}){0,3})(?![0-9])"
)
_STATED_UN = re.compile(r"\bun[\s.:-]*(?:no)?[\s.:-]*([0-9]{4})\b")
_NOISE = re.compile(
    r"\b[a-z]{3}[ujz][ -]?[0-9]{6}[ -]?[0-9]\b"  # container numbers
    r"|\b(?=[a-z]*[0-9])[a-hj-npr-z0-9]{17}\b"  # chassis numbers
    r"|\b(?:po|ref|inv|lot|chassis|vin|bl|b/l|batch|order)[\s.:#-]*(?:no)?[\s.:#-]*[a-z]*[0-9]\w*"
    r"|\b[0-9]+\s?x\s?[0-9]{2}'?\s?(?:hc|hq|dv|dc|gp|rf|rh|ot|fr|st|rq)?\b"  # 2X40HC
    r"|\b[0-9]+(?:[.,][0-9]+)?\s?(?:[x×*/-]\s?[0-9]+(?:[.,][0-9]+)?\s?)+"  # 60X60, 24x0,5
    r"(?:kg|mm|cm|ml|cl|l|m|g|r[0-9]+(?:[.,][0-9]+)?)?\b"
    r"|[+-]?[0-9]+(?:[.,][0-9]+)?\s?(?:°\s?c|%)"
)
MODIFIER_EMPHASIS = 0.6
FIRST_WORDS = 3
LATER_WORDS = 0.75
# "t-shirt" and "x-ray" are words of their own, not shirts and rays.
_LONE_LETTER = re.compile(r"(?<![^\W_])([^\W\d_])-([^\W\d_]{3,})")
_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*")
_NUMBER_FIRST = re.compile(r"([0-9]+(?:[.,][0-9]+)?)([^\W\d_]\w*)")
_MIXED_SCRIPT = re.compile(r"(?<=[぀-ヿ㐀-鿿가-힣])(?=[a-z0-9])|(?<=[a-z0-9])(?=[぀-ヿ㐀-鿿가-힣])")


class DescriptionReader:
    """Takes descriptions apart with lists of words that name no goods."""

    def __init__(self, words: WordLists) -> None:
        self._vague = {plain(word) for word in words.vague_words}
        self._packing = {plain(word) for word in words.packing_words}
        self._units = {word.casefold() for word in words.units}
        self._of = {word.casefold() for word in words.of_words}
        self._phrases = {self._plain_phrase(phrase) for phrase in words.vague_phrases}
        # One short form may stand for words of several languages: congelado, congelato.
        self._abbreviations: dict[str, tuple[str, ...]] = {}
        for short, long in words.abbreviations:
            spelt = [w for w in _WORD.findall(long.casefold()) if plain(w) not in self._packing]
            known = self._abbreviations.get(short.casefold(), ())
            self._abbreviations[short.casefold()] = (*known, *(fold(word) for word in spelt))
        longest_first = sorted(self._abbreviations, key=len, reverse=True)
        self._short = re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(short) for short in longest_first) + r")(?!\w)"
        )

    def read(self, text: str) -> Description:
        """What a description says; the text beyond 2,000 characters is not looked at."""
        cut = unicodedata.normalize("NFKC", text[:MAX_CHARS]).casefold()
        codes = tuple(re.sub(r"[ .]", "", code) for code in _STATED_CODE.findall(cut))
        un_numbers = tuple(_STATED_UN.findall(cut))
        cut = _STATED_UN.sub(" ", _STATED_CODE.sub(" ", cut))
        clean = _NOISE.sub(" ", cut)
        clean = _MIXED_SCRIPT.sub(" ", clean)
        tokens = dict(self._tokens(clean))
        for short in self._short.findall(clean):
            for word in self._abbreviations[short]:
                tokens.setdefault(Token(text=word, kind=Kind.SHORT_FORM), 1.0)
        return Description(
            text=text,
            script=script_of(cut),
            tokens=tuple(tokens)[:MAX_TOKENS],
            emphasis=tuple(tokens.values())[:MAX_TOKENS],
            codes=codes,
            un_numbers=un_numbers,
            vague_phrase=self._plain_phrase(clean) in self._phrases,
        )

    def _tokens(self, clean: str) -> Iterable[tuple[Token, float]]:
        after_number = False
        emphasis = 1.0
        content = 0
        for raw in _WORD.findall(_LONE_LETTER.sub(r"\1\2", clean)):
            word, behind_its_number = self._without_number(raw)
            if word is None:
                after_number = True
                continue
            counted = after_number or behind_its_number
            after_number = False
            if script_of(word) in BY_CHARACTER:
                yield from self._characters(word)
                continue
            if word in self._of:
                # Tiles of clay are tiles: what follows tells more of what was named before.
                emphasis = MODIFIER_EMPHASIS
            folded = fold(word)
            if len(folded) > 1 and not (counted and plain(word) in self._packing):
                kind = self._kind(word, raw)
                content += kind is Kind.CONTENT
                # The goods come first; what is said at length later is of their make and use.
                yield (
                    Token(text=folded, kind=kind),
                    emphasis * LATER_WORDS ** max(0, content - FIRST_WORDS),
                )

    def _without_number(self, raw: str) -> tuple[str | None, bool]:
        """(word, whether a number led it); None for the word where only a quantity is left."""
        if raw.isdigit():
            return None, False
        led = _NUMBER_FIRST.fullmatch(raw)
        if led is None:
            return raw, False
        tail = led[2]
        if tail in self._units or len(tail) == 1:
            return None, False
        # "12000btu" is of interest for its letters, "4x4" and "3d" as they stand.
        return (tail, True) if len(led[1]) > 1 and tail.isalpha() else (raw, False)

    def _plain_phrase(self, text: str) -> str:
        words = (self._without_number(raw)[0] for raw in _WORD.findall(text.casefold()))
        return " ".join(plain(word) for word in words if word)

    def _kind(self, word: str, raw: str) -> Kind:
        key = plain(word)
        if key in self._packing:
            return Kind.PACKING
        if raw in self._abbreviations:
            return Kind.SHORT_FORM
        if key in self._vague:
            return Kind.VAGUE
        return Kind.CODE if any(char.isdigit() for char in key) else Kind.CONTENT

    def read_term(self, text: str) -> dict[Token, float]:
        """The tokens of a table's term and their emphasis; nothing there is a short form."""
        return dict(self._tokens(text.casefold()))

    def _characters(self, word: str) -> Iterable[tuple[Token, float]]:
        text = fold(word)
        kind = Kind.PACKING if plain(word) in self._packing else Kind.CONTENT
        for piece, place in pieces(text):
            # Chinese, Japanese and Korean put the thing itself last.
            emphasis = MODIFIER_EMPHASIS + (1 - MODIFIER_EMPHASIS) * place
            yield Token(text=piece, kind=kind, by_character=True), emphasis


def pieces(word: str) -> Iterable[tuple[str, float]]:
    """The characters of a word and the pairs of neighbours, with their place from 0 to 1.

    瓷砖 -> 瓷 at 0, 砖 at 1, 瓷砖 at 1.
    """
    last = max(len(word) - 1, 1)
    for at, char in enumerate(word):
        yield char, at / last
        if at:
            yield word[at - 1 : at + 1], at / last
