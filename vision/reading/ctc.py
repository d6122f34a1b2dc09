"""Texts and their probabilities out of a CTC network's posteriors, under a grammar.

Prefix beam search (Hannun et al. 2014, arXiv 1408.2873): the probability of a text is the sum over
all alignments. A grammar says which characters may follow a prefix, so that the best text *that the
grammar allows* is found, not the best text repaired afterwards.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vision.grammar import iso6346

CHARACTERS = string.digits + string.ascii_uppercase
BLANK = 0
Posteriors: TypeAlias = npt.NDArray[np.float32]
"""(T, 1 + len(CHARACTERS)) per step; class 0 is the blank. Rows sum to 1."""

Grammar: TypeAlias = Callable[[str], str]
"""The characters that may follow a prefix; "" if it can only end there."""

_LOWEST = 1e-4
_LETTERS, _DIGITS = string.ascii_uppercase, string.digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A text with its log probability given the picture."""

    text: str
    log_probability: float


def anything(prefix: str) -> str:
    """No grammar at all."""
    del prefix
    return CHARACTERS


def container_code(prefix: str) -> str:
    """ISO 6346: three letters, U, J or Z, six digits, and the one check digit that is right."""
    place = len(prefix)
    if place < 3:
        return _LETTERS
    if place == 3:
        return "UJZ"
    if place < iso6346.CHECK_POSITION:
        return _DIGITS
    if place == iso6346.CHECK_POSITION:
        return str(iso6346.check_digit(prefix))
    return ""


def container_shape(prefix: str) -> str:
    """ISO 6346 without its arithmetic: three letters, U, J or Z, seven digits."""
    place = len(prefix)
    if place < 3:
        return _LETTERS
    if place == 3:
        return "UJZ"
    return _DIGITS if place <= iso6346.CHECK_POSITION else ""


def spans(posteriors: Posteriors) -> list[tuple[str, int, int]]:
    """Characters of the most probable path, with their first steps and the steps after them."""
    best = posteriors.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(starts[1:], best.size)
    return [
        (CHARACTERS[best[a] - 1], int(a), int(b))
        for a, b in zip(starts, ends, strict=True)
        if best[a] != BLANK
    ]


def joined(parts: Sequence[Posteriors]) -> Posteriors:
    """Posteriors of pieces that read on, with a blank step between them."""
    blank = np.zeros((1, 1 + len(CHARACTERS)), np.float32)
    blank[0, BLANK] = 1
    between = [step for part in parts for step in (part, blank)]
    return np.concatenate(between[:-1])


def search(
    posteriors: Posteriors,
    grammar: Grammar = anything,
    *,
    length: int | None = None,
    beam: int = 24,
) -> list[Hypothesis]:
    """The most probable texts, best first.

    Args:
        posteriors: of one line.
        grammar: what may follow a prefix.
        length: only texts of that many characters; None for any.
        beam: how many prefixes are kept at each step.
    """
    ending: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    scale = 0.0
    for row in posteriors:
        likely = [
            (CHARACTERS[code - 1], float(row[code]))
            for code in np.flatnonzero(row[1:] > _LOWEST) + 1
        ]
        following: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for prefix, (blank, letter) in ending.items():
            total = blank + letter
            following[prefix][0] += total * float(row[BLANK])
            allowed = grammar(prefix) if length is None or len(prefix) < length else ""
            for char, probability in likely:
                if prefix and char == prefix[-1]:
                    following[prefix][1] += letter * probability
                    if char in allowed:
                        following[prefix + char][1] += blank * probability
                elif char in allowed:
                    following[prefix + char][1] += total * probability
        kept = sorted(following.items(), key=lambda item: -(item[1][0] + item[1][1]))[:beam]
        largest = sum(kept[0][1])
        if largest <= 0:
            return []
        scale += float(np.log(largest))
        ending = {prefix: (b / largest, c / largest) for prefix, (b, c) in kept}
    found = [
        Hypothesis(text=text, log_probability=scale + float(np.log(b + c)))
        for text, (b, c) in ending.items()
        if b + c > 0 and (length is None or len(text) == length)
    ]
    return sorted(found, key=lambda hypothesis: -hypothesis.log_probability)


def log_probability(posteriors: Posteriors, text: str) -> float:
    """Log probability of one text, over all alignments (Graves et al. 2006, forward pass)."""
    codes = [BLANK]
    for char in text:
        codes += [CHARACTERS.index(char) + 1, BLANK]
    skips = np.array(
        [i > 1 and codes[i] != BLANK and codes[i] != codes[i - 2] for i in range(len(codes))]
    )
    rows = np.log(np.maximum(posteriors[:, codes].astype(np.float64), 1e-30))
    score = np.full(len(codes), -np.inf)
    score[:2] = rows[0, :2]
    for row in rows[1:]:
        one = np.concatenate([[-np.inf], score[:-1]])
        two = np.where(
            skips, np.concatenate([[-np.inf, -np.inf], score[:-2]])[: len(codes)], -np.inf
        )
        score = np.logaddexp(np.logaddexp(score, one), two) + row
    return float(np.logaddexp(score[-1], score[-2])) if text else float(score[0])


def posterior_of(best: Hypothesis, others: Sequence[Hypothesis]) -> float:
    """Probability of `best` among itself and all others that were found, in [0, 1]."""
    logs = {other.text: other.log_probability for other in others}
    logs[best.text] = max(best.log_probability, logs.get(best.text, -np.inf))
    values = np.array(list(logs.values()))
    return float(np.exp(logs[best.text] - np.logaddexp.reduce(values)))


def weakest_character(posteriors: Posteriors, text: str) -> float:
    """Lowest posterior of a character of `text` along its best alignment; 0 if none."""
    return min(character_posteriors(posteriors, text), default=0.0)


def character_posteriors(posteriors: Posteriors, text: str) -> tuple[float, ...]:
    """Highest posterior of each character of `text` along its best alignment (Viterbi)."""
    codes = [BLANK]
    for char in text:
        codes += [CHARACTERS.index(char) + 1, BLANK]
    steps, states = posteriors.shape[0], len(codes)
    logs = np.log(np.maximum(posteriors[:, codes], 1e-12))
    barred = np.array(
        [i < 2 or codes[i] == BLANK or codes[i] == codes[i - 2] for i in range(states)]
    )
    score = np.full(states, -np.inf)
    score[:2] = logs[0, :2]
    back = np.zeros((steps, states), np.int64)
    for step in range(1, steps):
        one = np.concatenate([[-np.inf], score[:-1]])
        two = np.concatenate([[-np.inf, -np.inf], score[:-2]])[:states]
        options = np.stack([score, one, np.where(barred, -np.inf, two)])
        back[step] = options.argmax(axis=0)
        score = options.max(axis=0) + logs[step]
    state = states - 1 if states < 2 or score[-1] >= score[-2] else states - 2
    best = np.zeros(states)
    for step in range(steps - 1, -1, -1):
        best[state] = max(best[state], float(posteriors[step, codes[state]]))
        state -= int(back[step, state])
    return tuple(float(value) for value in best[1::2])
