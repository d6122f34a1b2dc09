"""Fits the calibration of the goods text search on words that its index was not shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from service.nomenclature.confidence import FEATURES, Calibration
from service.nomenclature.evaluation import draw, split, word_of
from service.nomenclature.goods_text import GoodsIndex
from service.nomenclature.noise import decorate, nonsense
from service.nomenclature.trade_words import Term, WordLists, heading_terms

FOLDS = 4
ABSENT_SHARE = 0.15
"""Of the headings, in each fold, that the index is not shown at all."""
RIGHT_WHEN_ANSWERED = 0.93
"""The abstention threshold is the lowest at which so many answers are right, half of them to words
that the tables have. It comes to about even odds on words that they lack."""
_RIDGE = 1e-2


def fit_calibration(terms: Sequence[Term], words: WordLists, *, seed: int) -> dict[str, object]:
    """Logistic weights from folds of the index part; the held-out part is never looked at.

    The weights are fitted on words that the fold's index does not have, decorated as manifests
    do; words of headings that it was not shown, and nonsense, must be doubted. So a probability is
    a frequency on words that the tables lack, and too low on words that they have: evidence cannot
    tell the two apart, and a search that is too sure of a strange word misleads. The threshold is
    set over both, in halves.
    """
    kept, _ = split(terms, seed=seed)
    rng = np.random.default_rng(seed)
    rows: list[npt.NDArray[np.float64]] = []
    right: list[bool] = []
    strange: list[bool] = []
    for index, queries in _folds(kept, words, rng, seed):
        for text, heading, is_known in queries:
            best, evidence = index.evidence(text)
            if evidence is not None:
                rows.append(evidence.vector())
                right.append(best == heading)
                strange.append(not is_known)
    labels, fitting = np.array(right), np.array(strange)
    weights = fit_logistic(np.array(rows)[fitting], labels[fitting])
    probabilities = 1 / (1 + np.exp(-np.array(rows) @ weights))
    return {
        "about": "Fitted by `tallyman evaluate goods --calibrate FILE`: words of the index part of "
        "the tables, left out of the index in turn, framed and misspelt as on manifests. The "
        "threshold also over as many words that the index had.",
        "weights": dict(zip(FEATURES, (round(float(w), 4) for w in weights), strict=True)),
        "threshold": lowest_threshold(probabilities, labels, share=RIGHT_WHEN_ANSWERED),
        "fitted_on": {
            "terms": len(kept),
            "queries": int(fitting.sum()),
            "right": int(labels[fitting].sum()),
            "queries_with_known_words": len(rows),
            "seed": seed,
            "folds": FOLDS,
            "right_when_answered": RIGHT_WHEN_ANSWERED,
        },
    }


def _folds(
    kept: Sequence[Term], words: WordLists, rng: np.random.Generator, seed: int
) -> Iterator[tuple[GoodsIndex, list[tuple[str, str | None, bool]]]]:
    """Indexes and queries: the text, its heading, whether the index has its words."""
    blank = Calibration(weights=(0.0,) * len(FEATURES), threshold=0.0)
    for fold_number in range(FOLDS):
        new = [t for t in kept if int(draw(word_of(t), seed + 1) * FOLDS) == fold_number]
        new_words = {word_of(term) for term in new}
        absent = {
            term.heading
            for term in kept
            if draw(term.heading, seed * 100 + fold_number) < ABSENT_SHARE
        }
        shown = [t for t in kept if word_of(t) not in new_words and t.heading not in absent]
        official = [term for term in heading_terms() if term.heading not in absent]
        known = [shown[int(at)] for at in rng.integers(len(shown), size=len(new))]
        queries = [
            (
                decorate(term.text, rng),
                None if term.heading in absent else term.heading,
                number >= len(new),
            )
            for number, term in enumerate((*new, *known))
        ]
        strings = [f"{nonsense(rng)} {nonsense(rng)}" for _ in range(len(new) // 10)]
        queries += [(text, None, False) for text in strings]
        yield GoodsIndex((*shown, *official), words, blank), queries


def fit_logistic(
    rows: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], steps: int = 50
) -> npt.NDArray[np.float64]:
    """Newton's method with a small ridge, which keeps separable data finite."""
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (chance - right) + _RIDGE * weights
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + _RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    return weights


def lowest_threshold(
    probabilities: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], *, share: float
) -> float:
    """The lowest probability at and above which at least `share` of the answers are right."""
    order = np.argsort(-probabilities, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= share)
    return 1.0 if not good.size else round(float(probabilities[order[good[-1]]]), 4)
