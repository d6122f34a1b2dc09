"""Container codes out of the posteriors of a strip: the best that ISO 6346 allows, and how sure.

Three kinds of text compete: codes whose check digit is right, texts of a code's shape whose check
digit is not, and first ten characters alone. Only the first kind is a code; the others take their
share of the probability, so that a code that only arithmetic makes is not a probable one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vision.findings import Alternative
from vision.grammar import iso6346
from vision.grammar.plate import DIGIT_FOR, LETTER_FOR
from vision.reading import ctc
from vision.reading.ctc import Posteriors

LENGTH = 11
LONGEST = 13
BEAM = 32
ALTERNATIVES = 4
# A crop may differ from what all others say by so much, as a logarithm; the rest is its own error.
MOST_AGAINST = 8.0
# Hardly any container is painted without its check digit: e**-3 is one in twenty.
TEN_PRIOR = -3.0
# Of a complete list of owner codes; lists age, and new owners register.
UNKNOWN_OWNER = -3.0
SUPPLIED_BELOW = 0.15
SAME_TO_ANYBODY = (("O", "0"), ("I", "1"))
MAX_WINDOWS = 6
_LEAST_LETTERS, _MOST_ODD = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one crop says of a code: log probabilities of whole texts, given the crop."""

    texts: Mapping[str, float]
    posteriors: Posteriors


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A code with its share among all that was considered, in [0, 1], not yet calibrated.

    `supplied` are places (from 0) of characters that the picture does not show and the grammar
    does; `whole` is False if the picture showed no check digit and the one in `text` is computed;
    `free` is the picture's own reading without any grammar.
    """

    text: str
    share: float
    weakest: float
    supplied: tuple[int, ...]
    whole: bool
    free: str
    margin: float
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Part of a strip, from `start` to `end` of its length, both in [0, 1]."""

    posteriors: Posteriors
    start: float
    end: float


def windows(posteriors: Posteriors) -> Iterator[Window]:
    """Parts of a strip that may be a code: about as many characters, about as mixed."""
    spans = ctc.spans(posteriors)
    if len(spans) < LENGTH - 2:
        return
    text = "".join(char for char, _, _ in spans)
    count = 0
    tried: set[tuple[int, int]] = set()
    for length in (LENGTH, LENGTH - 1, LENGTH + 1, LENGTH - 2):
        for first in range(len(spans) - length + 1):
            last = first + length
            if not is_code_like(text[first:last]):
                continue
            begin = spans[first - 1][2] if first else 0
            end = spans[last][1] if last < len(spans) else posteriors.shape[0]
            if any(a <= begin and end <= b for a, b in tried):
                continue
            tried.add((begin, end))
            steps = posteriors.shape[0]
            last_step = spans[last - 1][2] + 1
            if length < LENGTH:
                # The check digit in its frame may be all that is missing.
                last_step += round(2.5 * (last_step - spans[first][1]) / length)
            yield Window(
                posteriors=posteriors[begin:end],
                start=max(0, spans[first][1] - 1) / steps,
                end=min(steps, last_step) / steps,
            )
            count += 1
            if count >= MAX_WINDOWS:
                return


def is_code_like(text: str) -> bool:
    """Whether decoding under the grammar is worth its time."""
    if not LENGTH - 2 <= len(text) <= LONGEST:
        return False
    letters = sum(char.isalpha() or char in LETTER_FOR for char in text[:3])
    sure = sum(char.isalpha() for char in text[:4])
    digits = sum(char.isdigit() or char in DIGIT_FOR for char in text[4:])
    odd = len(text) - 4 - digits
    return letters >= _LEAST_LETTERS and sure >= _LEAST_LETTERS and odd <= _MOST_ODD


def view(posteriors: Posteriors) -> View:
    """The best texts of each kind of one crop."""
    found: dict[str, float] = {}
    for grammar, length in (
        (ctc.container_code, LENGTH),
        (ctc.container_shape, LENGTH),
        (ctc.container_shape, LENGTH - 1),
    ):
        for best in ctc.search(posteriors, grammar, length=length, beam=BEAM)[:8]:
            found[best.text] = max(best.log_probability, found.get(best.text, -np.inf))
    return View(texts=found, posteriors=posteriors)


def decode(views: Sequence[View], *, owners: frozenset[str] = frozenset()) -> Decoded | None:
    """What all crops of one marking say together; None if none allows a code.

    `owners` are the owner codes that a site knows ("MSC"); others are only less probable.

    Crops of the same marking are not independent: their logarithms are averaged, not added, and
    none may speak against a text by more than `MOST_AGAINST`.
    """
    texts = {text for part in views for text in part.texts}
    scores = {text: score_of(text, views) for text in texts}
    if owners:
        scores = {t: s + (0.0 if t[:3] in owners else UNKNOWN_OWNER) for t, s in scores.items()}
    codes = sorted((t for t in scores if iso6346.is_valid_code(t)), key=lambda t: -scores[t])
    tens = sorted((t for t in scores if len(t) == LENGTH - 1), key=lambda t: -scores[t])
    if not codes and not tens:
        return None
    whole = bool(codes) and (not tens or scores[codes[0]] >= scores[tens[0]])
    text = codes[0] if whole else tens[0]
    # The first ten of the code itself are not another reading of the picture.
    rivals = {t: s for t, s in scores.items() if t != text and not (whole and t == text[:-1])}
    total = float(np.logaddexp.reduce([*rivals.values(), scores[text]]))
    main = max(views, key=lambda part: _relative(text, part))
    seen = ctc.character_posteriors(folded(main.posteriors), text)
    return Decoded(
        text=text if whole else text + str(iso6346.check_digit(text)),
        share=float(np.exp(scores[text] - total)),
        weakest=min(seen),
        supplied=tuple(i for i, p in enumerate(seen) if p < SUPPLIED_BELOW)
        + (() if whole else (LENGTH - 1,)),
        whole=whole,
        free="".join(char for char, _, _ in ctc.spans(main.posteriors)),
        margin=scores[text] - max(rivals.values(), default=scores[text] - MOST_AGAINST),
        alternatives=tuple(
            Alternative(text=other, score=float(np.exp(scores[other] - total)))
            for other in codes
            if other != text
        )[:ALTERNATIVES],
    )


def score_of(text: str, views: Sequence[View]) -> float:
    """Mean log probability of a text over the crops, against each crop's own best."""
    score = float(np.mean([max(_relative(text, part), -MOST_AGAINST) for part in views]))
    return score + (TEN_PRIOR if len(text) < LENGTH else 0.0)


def _relative(text: str, part: View) -> float:
    """Log probability of a text against the crop's own best."""
    own = part.texts.get(text)
    if own is None:
        own = ctc.log_probability(part.posteriors, text)
    return own - max(part.texts.values())


def folded(posteriors: Posteriors) -> Posteriors:
    """Posteriors in which O and 0, and I and 1, are one character: they look the same."""
    both = posteriors.copy()
    for one, other in SAME_TO_ANYBODY:
        a, b = ctc.CHARACTERS.index(one) + 1, ctc.CHARACTERS.index(other) + 1
        total = posteriors[:, a] + posteriors[:, b]
        both[:, a] = total
        both[:, b] = total
    return both
