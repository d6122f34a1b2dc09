"""What a marking says of a list that somebody expects: declared, appointed, on the bay plan.

Apart from the free reading, and never in its place: a list makes any picture say one of its texts,
so that the share of "none of them" is told as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.findings import Alternative
from vision.reading.decode import View, score_of

# Before the picture is seen: one marking in fifty is not on the list.
NOT_LISTED = 0.02
MOST_TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPosterior:
    """`free` is the reading without the list. `listed` are the likeliest of the list, best first,
    their score the posterior over the list; those and `none_of_them` add up to at most 1.
    """

    free: str
    listed: tuple[Alternative, ...]
    none_of_them: float


def over_list(views: Sequence[View], expected: Sequence[str], *, free: str) -> ListPosterior:
    """Posterior of each expected text given the crops of one marking.

    Args:
        views: crops of the marking.
        expected: texts as they are normalised: upper case, letters and digits only.
        free: what was read without the list; if it is on the list, it is no rival of it.
    """
    texts = list(dict.fromkeys(expected))
    scores = np.array([score_of(text, views) for text in texts]) + np.log(
        (1 - NOT_LISTED) / max(1, len(texts))
    )
    others = {text for view in views for text in view.texts} - set(texts)
    rival = max((score_of(text, views) for text in others), default=-np.inf)
    none = float(rival + np.log(NOT_LISTED))
    total = float(np.logaddexp.reduce([*scores, none]))
    order = np.argsort(-scores)[:MOST_TOLD]
    return ListPosterior(
        free=free,
        listed=tuple(
            Alternative(text=texts[i], score=float(np.exp(scores[i] - total))) for i in order
        ),
        none_of_them=float(np.exp(none - total)),
    )
