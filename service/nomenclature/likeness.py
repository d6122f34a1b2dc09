"""How alike two words are: the same, misspelt, differently ended, or one inside the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel

from service.nomenclature.description import Token
from service.nomenclature.letters import sound
from service.nomenclature.term_index import TermIndex

NEAR_MISS = 0.72
"""Words less alike than this (share of letters in common order) are different words."""
SAME_STEM = 0.9
SAME_LENGTH = 0.7
LONGEST_ENDING = 3
SHORTEST_PART = 7
KNOWN_WORD = 0.85
SAME_SOUND = 0.95
HEAD_OF_COMPOUND = 0.85
PART_OF_COMPOUND = 0.5
SHORTEST_ALIKE = 3
SHORTEST_NEAR_MISS = 5
SHORT_NEAR_MISS = 0.85
"""The same of words shorter than that."""
SHORTEST_STEM = 5
LEAST_ALIKE = 0.5


def likeness(
    ours: Sequence[Token], words: npt.NDArray[np.int32], index: TermIndex
) -> npt.NDArray[np.float64]:
    """(ours, words) in [0, 1]: 1 for the same word, less for near misses, stems and compounds.

    Args:
        ours: words of a description.
        words: places in the index's words, ascending.
        index: where they are.
    """
    mine, theirs = [sound(token.text) for token in ours], index.sounds[words].tolist()
    table: npt.NDArray[np.float64] = process.cdist(
        mine,
        theirs,
        scorer=Indel.normalized_similarity,
        score_cutoff=LEAST_ALIKE,
        dtype=np.float64,
    )
    table[table == 1] = SAME_SOUND
    by_character = index.by_character[words]
    for row, token in enumerate(ours):
        number = index.number_of(token)
        if token.by_character:
            table[row] = 0
        else:
            table[row, by_character] = 0
            for column in np.flatnonzero((table[row] > 0) & (table[row] < SAME_SOUND)):
                near = _near(mine[row], theirs[column], float(table[row, column]))
                # A word that the tables know is seldom another word misspelt.
                doubt = KNOWN_WORD if number is not None and near < SAME_STEM else 1.0
                table[row, column] = near * doubt
        if number is not None:
            place = np.searchsorted(words, number)
            if place < len(words) and words[place] == number:
                table[row, place] = 1
    return table


def _near(mine: str, their: str, letters: float) -> float:
    """How alike two different words are, given their share of letters in common order."""
    short, long = (mine, their) if len(mine) <= len(their) else (their, mine)
    if any(char.isdigit() for char in short) or len(short) < SHORTEST_ALIKE:
        return 0.0
    common = _common(short, long)
    if common == len(short) == len(long) - 1:
        return SAME_STEM
    if len(short) >= SHORTEST_STEM:
        if common >= SHORTEST_STEM and common >= len(long) - LONGEST_ENDING:
            return SAME_STEM
        if long.endswith(short):
            return HEAD_OF_COMPOUND
        if short in long or common >= SHORTEST_PART:
            return PART_OF_COMPOUND
    least = NEAR_MISS if len(short) >= SHORTEST_NEAR_MISS else SHORT_NEAR_MISS
    return letters if letters >= least and len(short) >= SAME_LENGTH * len(long) else 0.0


def _common(short: str, long: str) -> int:
    """How many letters two words begin with alike."""
    for at, (one, other) in enumerate(zip(short, long, strict=False)):
        if one != other:
            return at
    return len(short)
