"""Measures the goods text search: on terms held out of its tables, and on written hard cases."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.csv_table import read_csv_file
from service.nomenclature.description import DescriptionReader, Token
from service.nomenclature.goods_text import GoodsIndex, GoodsMatch
from service.nomenclature.letters import fold
from service.nomenclature.trade_words import Term, WordLists

HELD_OUT_SHARE = 0.2
TOP = 5


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
        "reliability": reliability(outcomes),
        "latency_ms": {
            "p50": round(float(np.percentile(times_ms, 50)), 2),
            "p95": round(float(np.percentile(times_ms, 95)), 2),
        },
        "groups": {name: groups[name].report() for name in sorted(groups)},
        "misses": misses,
    }


def reliability(
    outcomes: Sequence[tuple[float, bool]], bins: int = 10
) -> list[dict[str, float | int]]:
    """For equal bins of the probability, from low to high: how many, what was said, what was."""
    found = []
    for low in range(bins):
        within = [o for o in outcomes if low <= min(o[0] * bins, bins - 1e-9) < low + 1]
        if within:
            said = sum(probability for probability, _ in within) / len(within)
            was = sum(right for _, right in within) / len(within)
            found.append({"n": len(within), "said": round(said, 4), "was": round(was, 4)})
    return found


def calibration_error(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> float | None:
    """Expected calibration error: how far off the probability is, over ten equal bins of it."""
    if not outcomes:
        return None
    off = (abs(bin_["said"] - bin_["was"]) * bin_["n"] for bin_ in reliability(outcomes, bins))
    return round(sum(off) / len(outcomes), 4)


def split(terms: Sequence[Term], *, seed: int) -> tuple[list[Term], list[Term]]:
    """(index part, held-out part): a fifth of the words of each language is held out.

    A word that several languages share is on one side only, counted to the first of them.
    """
    first: dict[str, str] = {}
    for term in terms:
        first.setdefault(word_of(term), term.language)
    by_language: dict[str, list[str]] = defaultdict(list)
    for word, language in first.items():
        by_language[language].append(word)
    held: set[str] = set()
    for words in by_language.values():
        words.sort(key=lambda word: draw(word, seed))
        held.update(words[: round(HELD_OUT_SHARE * len(words))])
    kept = [term for term in terms if word_of(term) not in held]
    return kept, [term for term in terms if word_of(term) in held]


def word_of(term: Term) -> str:
    """A term as it is held out: spelling and blanks do not make it another."""
    return "".join(fold(part) for part in term.text.split())


def draw(word: str, seed: int) -> float:
    """A number in [0, 1) that depends on nothing but these two."""
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
