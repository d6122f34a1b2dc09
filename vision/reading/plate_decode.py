"""Plates out of posteriors: any text of a plate's length, those of a country's shape favoured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from vision.findings import Alternative
from vision.grammar import plate
from vision.reading import ctc
from vision.reading.ctc import Posteriors
from vision.reading.decode import View, folded, score_of

BEAM = 24
KEPT = 8
ALTERNATIVES = 4
# What a text of no known shape costs as a logarithm: about one plate in twelve has none.
NO_SHAPE = -2.5
# How much of a character's probability goes to its look-alike.
LOOK_ALIKES = (
    ("O", "0", 0.1),
    ("I", "1", 0.1),
    ("B", "8", 0.03),
    ("D", "0", 0.03),
    ("Z", "2", 0.03),
    ("S", "5", 0.03),
)
_SUPPLIED_BELOW = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedPlate:
    """The likeliest plate with its share among all that was considered, not yet calibrated.

    `countries` are those that have its shape; `free` is the picture's own reading.
    """

    text: str
    countries: tuple[str, ...]
    share: float
    weakest: float
    supplied: tuple[int, ...]
    free: str
    alternatives: tuple[Alternative, ...]


def softened(posteriors: Posteriors) -> Posteriors:
    """Posteriors in which look-alikes share what either has.

    On a plate O and 0 are drawn alike or nearly so; the network prefers one with a certainty that
    only its own training knows. What the shape says then counts for more.
    """
    soft = posteriors.copy()
    for one, other, share in LOOK_ALIKES:
        a, b = ctc.CHARACTERS.index(one) + 1, ctc.CHARACTERS.index(other) + 1
        soft[:, a] += share * (posteriors[:, b] - posteriors[:, a])
        soft[:, b] += share * (posteriors[:, a] - posteriors[:, b])
    return soft


def view(posteriors: Posteriors) -> View:
    """The best texts of one crop, with and without a country's shape; longer ones as rivals."""
    posteriors = softened(posteriors)
    found: dict[str, float] = {}
    for grammar in (ctc.anything, any_shape):
        for best in ctc.search(posteriors, grammar, beam=BEAM)[:KEPT]:
            if len(best.text) >= plate.MIN_LENGTH:
                found[best.text] = max(best.log_probability, found.get(best.text, -np.inf))
    return View(texts=found, posteriors=posteriors)


def any_shape(prefix: str) -> str:
    """The characters that may follow in a plate of any country that we know."""
    pattern = "".join("L" if char.isalpha() else "D" for char in prefix)
    return _following(pattern)


@cache
def _following(pattern: str) -> str:
    after = {
        shape[len(pattern)]
        for shapes in plate.SHAPES.values()
        for shape in shapes
        if len(shape) > len(pattern) and shape.startswith(pattern)
    }
    letters = ctc.CHARACTERS[10:] if "L" in after else ""
    return (ctc.CHARACTERS[:10] if "D" in after else "") + letters


def decode(views: Sequence[View]) -> DecodedPlate | None:
    """What all crops of one plate say together; None if none allows a plate."""
    texts = {text for part in views for text in part.texts}
    scores = {text: score_of(text, views) + _prior(text) for text in texts}
    order = sorted(filter(plate.may_be_plate, scores), key=lambda text: -scores[text])
    if not order:
        return None
    best = order[0]
    total = float(np.logaddexp.reduce(list(scores.values())))
    main = max(views, key=lambda part: score_of(best, [part]))
    seen = ctc.character_posteriors(folded(main.posteriors), best)
    fitted = plate.fit(best, max_replaced=0)
    return DecodedPlate(
        text=best,
        countries=fitted.countries if fitted else (),
        share=float(np.exp(scores[best] - total)),
        weakest=min(seen),
        supplied=tuple(i for i, p in enumerate(seen) if p < _SUPPLIED_BELOW),
        free="".join(char for char, _, _ in ctc.spans(main.posteriors)),
        alternatives=tuple(
            Alternative(text=other, score=float(np.exp(scores[other] - total)))
            for other in order[1 : 1 + ALTERNATIVES]
        ),
    )


def _prior(text: str) -> float:
    return 0.0 if plate.fit(text, max_replaced=0) else NO_SHAPE
