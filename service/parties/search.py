"""Finds a name among many: a blocking index over the sounds of words, then pair by pair.

A query's words are compared with every different word of the register once (three letters in a
row, in arrays), the words that are near vote for the names that hold them, and only the best are
laid beside the query. Nothing is compared with a hundred thousand names one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.parties.match import NameCalibration, NameMatch, Verdict, compare, word_alike
from service.parties.names import NameWord, PartyName, parse_name
from service.parties.transliterate import Script

Integers = npt.NDArray[np.int32]

NEAR_WORDS = 40
LEAST_SHARED = 0.3
COMPARED_NAMES = 80
GRAM = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundName:
    """A name of the register, its place in it, and how it matches."""

    place: int
    name: str
    match: NameMatch


class NameIndex:
    """A register of names, read once.

    Args:
        names: as registered; their order gives the places that answers name.
        calibration: for the comparison.
    """

    def __init__(self, names: Iterable[str], calibration: NameCalibration) -> None:
        self._calibration = calibration
        self._names = list(names)
        self._words: list[NameWord] = []
        number: dict[str, int] = {}
        owners: list[list[int]] = []
        for place, text in enumerate(self._names):
            for word in _blocking_words(parse_name(text)):
                at = number.setdefault(word.sound, len(number))
                if at == len(self._words):
                    self._words.append(word)
                    owners.append([])
                owners[at].append(place)
        self._weights = np.array(
            [math.log1p(len(self._names) / len(places)) for places in owners] or [0.0]
        )
        self._name_starts, self._name_places = _ragged(owners)
        self._grams: dict[str, int] = {}
        of_gram: list[list[int]] = []
        self._sizes = np.ones(max(len(self._words), 1), dtype=np.float32)
        for at, word in enumerate(self._words):
            grams = _grams(word)
            self._sizes[at] = len(grams)
            for gram in grams:
                seen = self._grams.setdefault(gram, len(self._grams))
                if seen == len(of_gram):
                    of_gram.append([])
                of_gram[seen].append(at)
        self._gram_starts, self._gram_words = _ragged(of_gram)

    def __len__(self) -> int:
        return len(self._names)

    def search(self, text: str, *, limit: int = 10) -> tuple[FoundName, ...]:
        """Names that may be the same, most probable first; those told different are left out."""
        asked = parse_name(text)
        votes = np.zeros(len(self._names))
        bones = asked.script is Script.ARABIC
        for word in _blocking_words(asked):
            best = np.zeros(len(self._names))
            for at, alike in self._near(word, bones=bones):
                places = self._name_places[self._name_starts[at] : self._name_starts[at + 1]]
                best[places] = np.maximum(best[places], alike * self._weights[at])
            votes += best
        count = min(COMPARED_NAMES, len(votes))
        if not count:
            return ()
        likely = np.argpartition(-votes, count - 1)[:count]
        found = []
        for place in likely[votes[likely] > 0].tolist():
            match = compare(asked, parse_name(self._names[place]), self._calibration)
            if match.verdict is not Verdict.DIFFERENT:
                found.append(FoundName(place=place, name=self._names[place], match=match))
        found.sort(key=lambda one: (-one.match.probability, one.place))
        return tuple(found[:limit])

    def _near(self, word: NameWord, *, bones: bool) -> list[tuple[int, float]]:
        grams = [number for gram in _grams(word) if (number := self._grams.get(gram)) is not None]
        if not grams:
            return []
        shared = np.bincount(
            np.concatenate(
                [self._gram_words[self._gram_starts[n] : self._gram_starts[n + 1]] for n in grams]
            ),
            minlength=len(self._words),
        ) / np.sqrt(self._sizes * len(_grams(word)))
        count = min(NEAR_WORDS, len(shared))
        near = np.argpartition(-shared, count - 1)[:count]
        scored = [
            (at, word_alike(word, self._words[at], bones=bones or not _vowelled(self._words[at])))
            for at in near[shared[near] >= LEAST_SHARED].tolist()
        ]
        return [(at, alike) for at, alike in scored if alike > 0]


def _vowelled(word: NameWord) -> bool:
    return word.bones != word.sound


def _blocking_words(name: PartyName) -> Sequence[NameWord]:
    """The core words, and all of them run together where there are several."""
    if len(name.core) == 1:
        return name.core
    joined = NameWord(
        latin="".join(word.latin for word in name.core),
        sound=name.joined,
        bones="".join(word.bones for word in name.core),
    )
    return (*name.core, joined)


def _grams(word: NameWord) -> tuple[str, ...]:
    """Three sounds in a row, and two consonants in a row for names without vowels."""
    framed = f"^{word.sound}$"
    bare = f"^{word.bones}$"
    grams = [framed[at : at + GRAM] for at in range(max(len(framed) - GRAM + 1, 1))]
    bones = [f"-{bare[at : at + GRAM]}" for at in range(max(len(bare) - GRAM + 1, 1))]
    return tuple(dict.fromkeys((*grams, *bones)))


def _ragged(rows: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], Integers]:
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows], dtype=np.int64)))
    flat = [value for row in rows for value in row]
    return starts.astype(np.int64), np.array(flat, dtype=np.int32)
