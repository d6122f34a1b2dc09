"""Finds the terms and headings that look like a description: TF-IDF over words and their pieces.

A feature is a word, the first five letters of a word (endings differ, stems do not), three letters
in a row (spelling mistakes, compounds), or a character or pair of characters where a script has no
spaces. Rarity is counted over headings, not over terms: "ceramic" is in many terms of few headings.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from service.nomenclature.description import DescriptionReader, Kind, Token
from service.nomenclature.letters import sound
from service.nomenclature.trade_words import HEADING_TEXT, Term

Integers = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

STEM_CHARS = 5
GRAM_CHARS = 3
EXACT_WEIGHT = 0.5
STEM_WEIGHT = 0.6
GRAM_WEIGHT = 0.3
CHARACTER_WEIGHT = 0.4
PACKING_WEIGHT = 0.25
VAGUE_WEIGHT = 0.5
HEADING_TEXT_TRUST = 0.93
"""The headings' legal-like wording is seldom how a trader writes."""
SINGLE_CHARACTER = 0.3
KIND_WEIGHTS = {Kind.PACKING: 0.15, Kind.VAGUE: 0.4, Kind.CODE: 0.1, Kind.SHORT_FORM: 0.6}


@dataclass(frozen=True, kw_only=True, slots=True)
class Postings:
    """Who has a feature and how much: an inverted index in three arrays."""

    starts: npt.NDArray[np.int64]
    owners: Integers
    values: Floats
    size: int

    def scores(self, said: Sequence[tuple[int, float]]) -> npt.NDArray[np.float64]:
        """(size,): the dot product of every owner with the (feature, weight) pairs."""
        spans = [(slice(self.starts[n], self.starts[n + 1]), weight) for n, weight in said]
        if not spans:
            return np.zeros(self.size)
        owners = np.concatenate([self.owners[span] for span, _ in spans])
        values = np.concatenate([self.values[span] * weight for span, weight in spans])
        return np.bincount(owners, weights=values, minlength=self.size).astype(np.float64)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a search brought up, as places in the index's arrays, with cosines in [0, 1]."""

    terms: Integers
    term_cosines: npt.NDArray[np.float64]
    heading_cosines: npt.NDArray[np.float64]


class TermIndex:
    """Terms, their words and their headings, in arrays; built once, then only read.

    Args:
        terms: what to find.
        reader: takes terms apart as it takes descriptions apart.
    """

    def __init__(self, terms: Sequence[Term], reader: DescriptionReader) -> None:
        self._number: dict[Token, int] = {}
        self._features: dict[str, int] = {}
        kept: list[Term] = []
        words, emphasis, bounds = array("i"), array("f"), array("i", [0])
        for term in terms:
            tokens = reader.read_term(term.text)
            if tokens:
                kept.append(term)
                words.extend(self._numbered(token) for token in tokens)
                emphasis.extend(tokens.values())
                bounds.append(len(words))
        self.terms = tuple(kept)
        self.headings = tuple(sorted({term.heading for term in self.terms}))
        place = {heading: at for at, heading in enumerate(self.headings)}
        self.heading_of = np.array([place[term.heading] for term in self.terms], dtype=np.int32)
        self.words = tuple(self._number)
        self._bounds = np.frombuffer(bounds, dtype=np.int32)
        self._term_words = np.frombuffer(words, dtype=np.int32)
        self._term_emphasis = np.frombuffer(emphasis, dtype=np.float32)
        self._arrange()

    def _numbered(self, token: Token) -> int:
        return self._number.setdefault(token, len(self._number))

    def _arrange(self) -> None:
        # Machine arrays: a list of pairs for every word would be the largest thing here.
        features, weighing = array("i"), array("f")
        per_word = np.zeros(len(self.words), dtype=np.int64)
        for at_word, word in enumerate(self.words):
            for name, weight in _features(word):
                features.append(self._features.setdefault(name, len(self._features)))
                weighing.append(weight)
            per_word[at_word] = len(features)
        per_word = np.diff(per_word, prepend=0)
        numbers = np.frombuffer(features, dtype=np.int32)
        weights = np.frombuffer(weighing, dtype=np.float32)
        word_starts = np.concatenate(([0], np.cumsum(per_word)))[:-1]
        # Lay the words' features end to end in the order of the terms that use them.
        words = self._term_words
        lengths = per_word[words]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        at = np.repeat(word_starts[words], lengths) + within
        term_of_word = np.repeat(np.arange(len(self.terms), dtype=np.int32), np.diff(self._bounds))
        owners = np.repeat(term_of_word, lengths).astype(np.int32)
        emphasis = np.repeat(self._term_emphasis, lengths)
        self._post(numbers[at], weights[at] * emphasis, owners)
        self.weights = np.array(
            [word_weight(w, float(self._rarity[self._features[_name(w)]])) for w in self.words]
        )
        self.sounds = np.array([sound(word.text) for word in self.words], dtype=object)
        official = [term.language == HEADING_TEXT for term in self.terms]
        self.trust = np.where(official, HEADING_TEXT_TRUST, 1.0)
        self.by_character = np.array([word.by_character for word in self.words])
        by_heading = np.unique(
            self.heading_of[term_of_word].astype(np.int64) * len(self.words) + words
        )
        bounds = np.searchsorted(by_heading // len(self.words), np.arange(len(self.headings) + 1))
        members = (by_heading % len(self.words)).astype(np.int32)
        self.heading_words = [members[low:high] for low, high in pairwise(bounds)]

    def _post(self, features: Integers, weights: Floats, owners: Integers) -> None:
        count = len(self.headings)
        keys = features.astype(np.int64) * count + self.heading_of[owners]
        pairs, back = np.unique(keys, return_inverse=True)
        spread = np.bincount(pairs // count, minlength=len(self._features))
        self._rarity = np.log1p(count / np.maximum(spread, 1)).astype(np.float32)
        values = weights * self._rarity[features]
        values = values / _lengths(values, owners, len(self.terms))[owners]
        self._by_term = _postings(features, owners, values, len(self.terms))
        # A heading is the sum of its terms; the root keeps a word of many terms from drowning all.
        sums = np.sqrt(np.bincount(back, weights=values)).astype(np.float32)
        pair_owner = (pairs % count).astype(np.int32)
        sums = sums * self._rarity[pairs // count]
        sums = sums / _lengths(sums, pair_owner, count)[pair_owner]
        self._by_heading = _postings((pairs // count).astype(np.int32), pair_owner, sums, count)

    def words_of(self, term: int) -> Integers:
        """Places in `words` of a term's words."""
        return self._term_words[self._bounds[term] : self._bounds[term + 1]]

    def emphasis_of(self, term: int) -> Floats:
        """How much the place of each word in a term makes of it."""
        return self._term_emphasis[self._bounds[term] : self._bounds[term + 1]]

    def weight_of(self, token: Token) -> float:
        """How much a word says; one that no term has says as much as the rarest."""
        number = self._features.get(_name(token))
        rarest = math.log1p(len(self.headings))
        return word_weight(token, rarest if number is None else float(self._rarity[number]))

    def number_of(self, token: Token) -> int | None:
        """The word's place in `words`."""
        return self._number.get(token)

    def search(self, tokens: Iterable[tuple[Token, float]], *, limit: int) -> Found:
        """The terms most like the tokens, best first, and how like each heading is as a whole.

        Args:
            tokens: with their emphasis.
            limit: of terms.
        """
        said = [
            (number, weight * emphasis * float(self._rarity[number]))
            for token, emphasis in tokens
            for name, weight in _features(token)
            if (number := self._features.get(name)) is not None
        ]
        length = math.sqrt(sum(weight * weight for _, weight in said)) or 1.0
        scores = self._by_term.scores(said) / length
        best = np.argpartition(-scores, min(limit, len(scores) - 1))[:limit]
        best = best[scores[best] > 0]
        best = best[np.lexsort((best, -scores[best]))]
        return Found(
            terms=best.astype(np.int32),
            term_cosines=np.minimum(scores[best], 1.0),
            heading_cosines=np.minimum(self._by_heading.scores(said) / length, 1.0),
        )


def word_weight(token: Token, rarity: float) -> float:
    """How much a word says: the logarithm of all headings over those that have it, by its kind."""
    if token.by_character and len(token.text) == 1:
        return SINGLE_CHARACTER * rarity
    return KIND_WEIGHTS.get(token.kind, 1.0) * rarity


def _lengths(values: Floats, owners: Integers, size: int) -> Floats:
    squares = np.bincount(owners, weights=values.astype(np.float64) ** 2, minlength=size)
    return np.sqrt(squares).astype(np.float32)


def _postings(features: Integers, owners: Integers, values: Floats, size: int) -> Postings:
    order = np.argsort(features, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(features)))).astype(np.int64)
    return Postings(starts=starts, owners=owners[order], values=values[order], size=size)


def _name(token: Token) -> str:
    return f"c:{token.text}" if token.by_character else f"w:{sound(token.text)}"


def _features(token: Token) -> Iterable[tuple[str, float]]:
    factor = {Kind.PACKING: PACKING_WEIGHT, Kind.VAGUE: VAGUE_WEIGHT}.get(token.kind, 1.0)
    text = token.text
    if token.by_character:
        yield _name(token), factor * (CHARACTER_WEIGHT if len(text) == 1 else 1.0)
        return
    yield _name(token), factor
    yield f"x:{text}", factor * EXACT_WEIGHT
    text = sound(text)
    if len(text) > STEM_CHARS:
        yield f"p:{text[:STEM_CHARS]}", factor * STEM_WEIGHT
    if len(text) > GRAM_CHARS:
        framed = f"^{text}$"
        for at in range(len(framed) - GRAM_CHARS + 1):
            yield f"g:{framed[at : at + GRAM_CHARS]}", factor * GRAM_WEIGHT
