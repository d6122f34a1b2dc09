"""Measures the goods text search: on terms held out of its tables, and on written hard cases."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from service.csv_table import read_csv_file
from service.nomenclature.confidence import FEATURES, Calibration
from service.nomenclature.description import DescriptionReader, Token
from service.nomenclature.goods_text import GoodsIndex, GoodsMatch
from service.nomenclature.letters import fold
from service.nomenclature.noise import decorate, nonsense
from service.nomenclature.trade_words import Term, WordLists, heading_terms

HELD_OUT_SHARE = 0.2
FOLDS = 4
ABSENT_SHARE = 0.15
"""Of the headings, in each fold, that the index is not shown at all."""
RIGHT_WHEN_ANSWERED = 0.9
"""The abstention threshold is the lowest at which so many answers of the fitting set are right."""
TOP = 5
_RIDGE = 1e-2


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A description and the headings that are right; none where abstention is."""

    text: str
    group: str
    headings: frozenset[str]


@dataclass(kw_only=True, slots=True)
class Figures:
    """Counts over cases; `top1` and `top5` are over cases with a right heading, answered or not."""

    n: int = 0
    with_heading: int = 0
    top1: int = 0
    top5: int = 0
    answered: int = 0
    answered_right: int = 0
    abstained: int = 0
    abstained_rightly: int = 0

    def add(self, case: Case, match: GoodsMatch) -> None:
        ranked = [candidate.heading for candidate in match.candidates]
        self.n += 1
        if case.headings:
            self.with_heading += 1
            self.top1 += bool(case.headings.intersection(ranked[:1]))
            self.top5 += bool(case.headings.intersection(ranked[:TOP]))
        if match.abstention is None:
            self.answered += 1
            self.answered_right += match.heading in case.headings
        else:
            self.abstained += 1
            self.abstained_rightly += not case.headings

    def report(self) -> dict[str, float | int | None]:
        return {
            "n": self.n,
            "top1": _share(self.top1, self.with_heading),
            "top5": _share(self.top5, self.with_heading),
            "abstained": _share(self.abstained, self.n),
            "right_when_answered": _share(self.answered_right, self.answered),
            "without_heading": self.n - self.with_heading,
            "abstained_rightly": _share(self.abstained_rightly, self.n - self.with_heading),
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def measure(index: GoodsIndex, cases: Iterable[Case]) -> dict[str, object]:
    """Figures over all cases and by group, the misses, the calibration and the time of a match."""
    total, groups = Figures(), defaultdict[str, Figures](Figures)
    misses: list[dict[str, object]] = []
    outcomes: list[tuple[float, bool]] = []
    times_ms: list[float] = []
    for case in cases:
        began = time.perf_counter()
        match = index.match(case.text)
        times_ms.append((time.perf_counter() - began) * 1000)
        total.add(case, match)
        groups[case.group].add(case, match)
        best = match.candidates[0].heading if match.candidates else None
        outcomes.append((match.probability, best in case.headings))
        if match.heading not in (case.headings or {None}):
            misses.append(
                {
                    "text": case.text,
                    "expected": sorted(case.headings),
                    "answer": match.heading,
                    "best": best,
                    "reason": match.reason,
                }
            )
    return {
        **total.report(),
        "calibration_error": calibration_error(outcomes),
        "latency_ms": {
            "p50": round(float(np.percentile(times_ms, 50)), 2),
            "p95": round(float(np.percentile(times_ms, 95)), 2),
        },
        "groups": {name: groups[name].report() for name in sorted(groups)},
        "misses": misses,
    }


def calibration_error(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Expected calibration error: how far off the probability is, over ten equal bins of it."""
    if not outcomes:
        return None
    error = 0.0
    for low in range(bins):
        within = [o for o in outcomes if low <= min(o[0] * bins, bins - 1e-9) < low + 1]
        if within:
            said = sum(probability for probability, _ in within) / len(within)
            was = sum(right for _, right in within) / len(within)
            error += abs(said - was) * len(within) / len(outcomes)
    return round(error, 4)


def split(terms: Sequence[Term], *, seed: int) -> tuple[list[Term], list[Term]]:
    """(index part, held-out part): a fifth of the words of each language is held out.

    A word that several languages share is on one side only, counted to the first of them.
    """
    first: dict[str, str] = {}
    for term in terms:
        first.setdefault(_word(term), term.language)
    by_language: dict[str, list[str]] = defaultdict(list)
    for word, language in first.items():
        by_language[language].append(word)
    held: set[str] = set()
    for words in by_language.values():
        words.sort(key=lambda word: _draw(word, seed))
        held.update(words[: round(HELD_OUT_SHARE * len(words))])
    kept = [term for term in terms if _word(term) not in held]
    return kept, [term for term in terms if _word(term) in held]


def _word(term: Term) -> str:
    return "".join(fold(part) for part in term.text.split())


def _draw(word: str, seed: int) -> float:
    digest = hashlib.sha256(f"{seed}:{word}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def cases_of(terms: Iterable[Term]) -> list[Case]:
    """Each word once with all its headings, in the group of its language."""
    headings: dict[tuple[str, str], set[str]] = defaultdict(set)
    for term in terms:
        headings[term.language, term.text].add(term.heading)
    return [
        Case(text=text, group=language, headings=frozenset(found))
        for (language, text), found in headings.items()
    ]


def read_hard_cases(path: Path) -> list[tuple[Case, str]]:
    """(case, kind) from a CSV with text, language, headings (apart by |, or empty) and kind."""
    rows = read_csv_file(path, columns=("text", "language", "headings", "kind"), delimiter=";")
    return [
        (
            Case(
                text=row["text"],
                group=row["language"],
                headings=frozenset(filter(None, row["headings"].split("|"))),
            ),
            row["kind"],
        )
        for row in rows
    ]


def spelt_out(
    cases: Sequence[Case], terms: Sequence[Term], words: WordLists
) -> tuple[list[Case], list[Case]]:
    """(cases that hold a whole term of their heading, the other cases with a heading).

    The tables were written by the hand that wrote the cases: on the first half a search can only
    fail by preferring something else, the second half is where words must be understood.
    """
    reader = DescriptionReader(words)
    by_heading: dict[str, list[frozenset[Token]]] = defaultdict(list)
    for term in terms:
        by_heading[term.heading].append(frozenset(reader.read_term(term.text)))
    held: tuple[list[Case], list[Case]] = ([], [])
    for case in cases:
        if case.headings:
            said = frozenset(reader.read(case.text).tokens)
            whole = any(t <= said for heading in case.headings for t in by_heading[heading])
            held[0 if whole else 1].append(case)
    return held


def fit_calibration(terms: Sequence[Term], words: WordLists, *, seed: int) -> dict[str, object]:
    """Logistic weights from folds of the index part; the held-out part is never looked at.

    Half of the queries are words that the fold's index does not have, half are words that it
    has, all of them decorated as manifests do; words of headings that it was not shown, and
    nonsense, must be doubted.
    """
    kept, _ = split(terms, seed=seed)
    rng = np.random.default_rng(seed)
    rows: list[npt.NDArray[np.float64]] = []
    right: list[bool] = []
    for index, queries in _folds(kept, words, rng, seed):
        for text, heading in queries:
            best, evidence = index.evidence(text)
            if evidence is not None:
                rows.append(evidence.vector())
                right.append(best == heading)
    labels = np.array(right)
    weights = fit_logistic(np.array(rows), labels)
    probabilities = 1 / (1 + np.exp(-np.array(rows) @ weights))
    return {
        "about": "Fitted by `tallyman evaluate goods --calibrate FILE`: words of the index part of "
        "the tables, half of them left out of the index in turn, framed and misspelt as on "
        "manifests.",
        "weights": dict(zip(FEATURES, (round(float(w), 4) for w in weights), strict=True)),
        "threshold": lowest_threshold(probabilities, labels, share=RIGHT_WHEN_ANSWERED),
        "fitted_on": {
            "terms": len(kept),
            "queries": len(rows),
            "right": int(labels.sum()),
            "seed": seed,
            "folds": FOLDS,
            "right_when_answered": RIGHT_WHEN_ANSWERED,
        },
    }


def _folds(
    kept: Sequence[Term], words: WordLists, rng: np.random.Generator, seed: int
) -> Iterator[tuple[GoodsIndex, list[tuple[str, str | None]]]]:
    blank = Calibration(weights=(0.0,) * len(FEATURES), threshold=0.0)
    for fold_number in range(FOLDS):
        new = [t for t in kept if int(_draw(_word(t), seed + 1) * FOLDS) == fold_number]
        new_words = {_word(term) for term in new}
        absent = {
            term.heading
            for term in kept
            if _draw(term.heading, seed * 100 + fold_number) < ABSENT_SHARE
        }
        shown = [t for t in kept if _word(t) not in new_words and t.heading not in absent]
        official = [term for term in heading_terms() if term.heading not in absent]
        queries: list[tuple[str, str | None]] = [
            (decorate(term.text, rng), None if term.heading in absent else term.heading)
            for term in (*new, *(shown[int(at)] for at in rng.integers(len(shown), size=len(new))))
        ]
        queries += [(f"{nonsense(rng)} {nonsense(rng)}", None) for _ in range(len(new) // 10)]
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
