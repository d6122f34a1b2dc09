"""The two lines of an orange plate, decoded together under ADR's tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from vision.findings import Alternative
from vision.grammar import adr
from vision.grammar.adr import Pair
from vision.reading import ctc
from vision.reading.ctc import Hypothesis, Posteriors

_DIGITS = "0123456789"
_HYPOTHESES = 8
_SHOWN = 3
# How much rarer than a listed pair each of the others is on the road, as a log probability.
LOG_PRIOR: Mapping[Pair, float] = {
    Pair.LISTED: 0.0,
    Pair.UN_WITHOUT_HAZARD: math.log(0.3),
    Pair.OTHER_HAZARD: math.log(0.01),
    Pair.UN_NOT_LISTED: math.log(0.03),
}
NO_SUCH_HAZARD = math.log(0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateText:
    """The best pair; `share` is its probability among all that the lines may say."""

    hazard: str
    un: str
    share: float
    weakest: float
    pair: Pair
    known_hazard: bool
    alternatives: tuple[Alternative, ...]

    @property
    def text(self) -> str:
        return f"{self.hazard}/{self.un}"


def decode(upper: Posteriors, lower: Posteriors) -> PlateText | None:
    """The most probable pair by joint probability; None if a line shows nothing.

    What the tables do not know competes too, so that "1204" is never bent into "1203".
    """
    hazards = _hazard_lines(upper)
    numbers = ctc.search(lower, _digits, length=adr.UN_LENGTH)[:_HYPOTHESES]
    if not hazards or not numbers:
        return None
    scored = sorted(
        ((_joint(hazard, number), hazard, number) for hazard in hazards for number in numbers),
        key=lambda item: -item[0],
    )
    top = scored[0][0]
    total = sum(math.exp(score - top) for score, _, _ in scored)
    _, hazard, number = scored[0]
    weakest = min(
        ctc.weakest_character(upper, _plain(hazard.text)),
        ctc.weakest_character(lower, number.text),
    )
    return PlateText(
        hazard=hazard.text,
        un=number.text,
        share=1 / total,
        weakest=weakest,
        pair=adr.pair_of(hazard.text, number.text),
        known_hazard=hazard.text in adr.hazard_numbers(),
        alternatives=tuple(
            Alternative(text=f"{h.text}/{n.text}", score=math.exp(score - top) / total)
            for score, h, n in scored[1 : 1 + _SHOWN]
        ),
    )


def _joint(hazard: Hypothesis, number: Hypothesis) -> float:
    prior = LOG_PRIOR[adr.pair_of(hazard.text, number.text)]
    if hazard.text not in adr.hazard_numbers():
        prior += NO_SUCH_HAZARD
    return hazard.log_probability + number.log_probability + prior


def _hazard_lines(upper: Posteriors) -> list[Hypothesis]:
    """Lines that have a meaning, and two or three figures that have none."""
    spelt = _spelt()
    known = [
        Hypothesis(text=spelt[h.text], log_probability=h.log_probability)
        for h in ctc.search(upper, _known_hazard)
        if h.text in spelt
    ][:_HYPOTHESES]
    have = {hypothesis.text for hypothesis in known}
    free: list[Hypothesis] = []
    for length in (2, 3):
        free += [h for h in ctc.search(upper, _digits, length=length)[:3] if h.text not in have]
    return [*known, *free]


def _digits(prefix: str) -> str:
    del prefix
    return _DIGITS


def _known_hazard(prefix: str) -> str:
    return _following().get(prefix, "")


@cache
def _spelt() -> dict[str, str]:
    """As the recogniser sees them, without the point, and as they are written."""
    return {_plain(text): text for text in sorted(adr.hazard_numbers())}


@cache
def _following() -> dict[str, str]:
    following: dict[str, set[str]] = {}
    for text in _spelt():
        for place, char in enumerate(text):
            following.setdefault(text[:place], set()).add(char)
    return {prefix: "".join(sorted(chars)) for prefix, chars in following.items()}


def _plain(text: str) -> str:
    return text.replace(".", "")


def best(candidates: Sequence[PlateText]) -> PlateText | None:
    """Of several looks at one plate the surest."""
    return max(candidates, key=lambda c: c.share * c.weakest, default=None)
