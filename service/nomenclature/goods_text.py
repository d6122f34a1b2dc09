"""Words to headings: a goods description in any of many languages, ranked HS headings out.

Two steps: the term index fetches terms that share words or pieces of words, then each is laid
beside the description word by word, near misses included. The best term speaks for its heading.
A probability comes from a calibration that travels as data, and below a threshold, or where the
text names no goods at all, the answer is an abstention with its reason, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from service.nomenclature.confidence import TIE, Calibration, Evidence, shipped_calibration
from service.nomenclature.description import Description, DescriptionReader, Kind
from service.nomenclature.letters import Script
from service.nomenclature.likeness import likeness
from service.nomenclature.shipped import goods_group
from service.nomenclature.term_index import TermIndex
from service.nomenclature.trade_words import (
    Term,
    WordLists,
    heading_terms,
    shipped_terms,
    word_lists,
)

FETCHED_TERMS = 80
RANK_WEIGHTS = (-0.5, 0.1, 0.2, 0.6, 0.25, 0.35)
"""Of: words explained by the term, the term complete, its cosine, words explained by the heading,
the heading's cosine, explained times complete. Fitted (softmax over candidates) on words left out
of the index part of the tables; small changes make no difference."""
SHOWN_CANDIDATES = 10


class Abstention(StrEnum):
    EMPTY = "empty"
    VAGUE = "names no goods"
    UNKNOWN = "no such goods in the tables"
    UNSURE = "not sure enough"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A heading that the text may mean; `term` is the words of the tables that speak for it."""

    heading: str
    group: str | None
    score: float
    term: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsMatch:
    """What a description was found to mean.

    `candidates` are ranked and there even when the answer is an abstention, for a person to look
    at. `probability` is that the first one is right, as counted on words that the tables lack; on
    words that they have it is right more often. `stated_codes` and `stated_un` are what the
    text says itself; they are not mixed with what its words mean, so that the two can disagree.
    """

    text: str
    script: Script
    candidates: tuple[Candidate, ...]
    probability: float
    abstention: Abstention | None
    reason: str
    stated_codes: tuple[str, ...]
    stated_un: tuple[str, ...]

    @property
    def heading(self) -> str | None:
        """The answer; None on abstention."""
        return None if self.abstention else self.candidates[0].heading

    @property
    def group(self) -> str | None:
        return None if self.abstention else self.candidates[0].group


class GoodsIndex:
    """Finds the heading of a description.

    Args:
        terms: trade terms and their headings.
        words: words that name no goods.
        calibration: turns evidence into a probability.
    """

    def __init__(self, terms: Sequence[Term], words: WordLists, calibration: Calibration) -> None:
        self._reader = DescriptionReader(words)
        self._index = TermIndex(terms, self._reader)
        self._calibration = calibration

    def match(self, text: str, *, limit: int = SHOWN_CANDIDATES) -> GoodsMatch:
        """Ranked headings for a description, at most `limit` of them."""
        said = self._reader.read(text)
        if not said.tokens and not said.vague_phrase:
            return _abstained(said, (), Abstention.EMPTY, "The text has no words.")
        if not said.names_goods:
            return _abstained(
                said, (), Abstention.VAGUE, "The words name no goods: they fit any load."
            )
        ranked, evidence = self.rank(said)
        if evidence is None:
            return _abstained(
                said, (), Abstention.UNKNOWN, "No word of the text is like any term of the tables."
            )
        candidates = tuple(_candidate(laid) for laid in ranked[:limit])
        probability = self._calibration.probability(evidence)
        # Where the tables themselves put a word under two headings, no probability chooses.
        toss_up = evidence.ambiguous and evidence.margin < TIE
        if toss_up or probability < self._calibration.threshold:
            return _abstained(
                said, candidates, Abstention.UNSURE, _why_unsure(evidence, ranked), probability
            )
        best = ranked[0]
        return GoodsMatch(
            text=said.text,
            script=said.script,
            candidates=candidates,
            probability=probability,
            abstention=None,
            reason=f"Read as {best.term.text!r} ({best.term.language}).",
            stated_codes=said.codes,
            stated_un=said.un_numbers,
        )

    def evidence(self, text: str) -> tuple[str | None, Evidence | None]:
        """The best heading and its evidence, for fitting a calibration; (None, None) if none."""
        said = self._reader.read(text)
        if not said.names_goods:
            return None, None
        ranked, evidence = self.rank(said)
        return (ranked[0].term.heading if ranked else None), evidence

    def rank(self, said: Description) -> tuple[list[Laid], Evidence | None]:
        """One laid-out term for each heading, best first, and the evidence for the first."""
        ranked = self._lay(said)
        if not ranked:
            return [], None
        first = ranked[0]
        others = [one.score for one in ranked[1:]]
        content = sum(token.kind is Kind.CONTENT for token in said.tokens)
        evidence = Evidence(
            score=min(1.0, first.score),
            margin=first.score - others[0] if others else first.score,
            explained=first.explained_by_heading,
            complete=first.complete,
            words=content,
            ambiguous=first.term.ambiguous,
        )
        return ranked, evidence

    def _lay(self, said: Description) -> list[Laid]:
        """Lay the fetched terms beside the description, word by word; the best of each heading."""
        index, tokens = self._index, said.tokens
        found = index.search(zip(tokens, said.emphasis, strict=True), limit=FETCHED_TERMS)
        if not found.terms.size:
            return []
        headings = np.unique(index.heading_of[found.terms])
        of_headings = [index.heading_words[at] for at in headings]
        of_terms = [index.words_of(at) for at in found.terms]
        words, column = np.unique(np.concatenate([*of_headings, *of_terms]), return_inverse=True)
        alike = likeness(tokens, words, index)
        ours = np.array([index.weight_of(token) for token in tokens]) * np.array(said.emphasis)
        split = sum(len(part) for part in of_headings)
        in_terms = column[split:]
        theirs = index.weights[words][in_terms]
        theirs = theirs * np.concatenate([index.emphasis_of(at) for at in found.terms])
        starts = _starts(of_terms)
        complete = np.add.reduceat(alike[:, in_terms].max(axis=0) * theirs, starts)
        complete = complete / np.add.reduceat(theirs, starts)
        explained = _explained(alike, in_terms, of_terms, ours)
        by_heading = _explained(alike, column[:split], of_headings, ours)
        owner = index.heading_of[found.terms]
        whole = by_heading[np.searchsorted(headings, owner)]
        parts = np.stack(
            [
                explained,
                complete,
                found.term_cosines,
                whole,
                found.heading_cosines[owner],
                explained * complete,
            ]
        )
        scores = (np.array(RANK_WEIGHTS) @ parts) * index.trust[found.terms]
        best = np.lexsort((-scores, owner))
        best = best[np.unique(owner[best], return_index=True)[1]]
        return [
            Laid(
                term=index.terms[found.terms[at]],
                score=float(scores[at]),
                complete=float(complete[at]),
                explained_by_heading=float(whole[at]),
            )
            for at in best[np.argsort(-scores[best], kind="stable")]
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A term beside the description, the best of its heading; all in [0, 1].

    `complete` is the share of the term's words that are there, `explained_by_heading` the share of
    the description's words that words of the heading account for, each by what the words say.
    """

    term: Term
    score: float
    complete: float
    explained_by_heading: float


def _starts(parts: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum([len(part) for part in parts])))[:-1].astype(np.int64)


def _explained(
    alike: npt.NDArray[np.float64],
    columns: npt.NDArray[np.int64],
    parts: Sequence[npt.NDArray[np.int32]],
    ours: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """(parts,): what share of our words each part accounts for."""
    best = np.maximum.reduceat(alike[:, columns], _starts(parts), axis=1)
    share: npt.NDArray[np.float64] = (ours @ best) / ours.sum()
    return share


def _candidate(laid: Laid) -> Candidate:
    term = laid.term
    return Candidate(
        heading=term.heading,
        group=goods_group(term.heading),
        score=laid.score,
        term=term.text,
        language=term.language,
    )


def _why_unsure(evidence: Evidence, ranked: Sequence[Laid]) -> str:
    best = ranked[0].term
    if evidence.margin < 2 * TIE and len(ranked) > 1:
        other = ranked[1].term
        return f"Could be {best.heading} ({best.text}) as well as {other.heading} ({other.text})."
    if evidence.explained < 0.5:  # noqa: PLR2004
        return f"Most of the text is not explained by the nearest term, {best.text!r}."
    return f"The nearest term, {best.text!r} of {best.heading}, is not near enough."


def _abstained(
    said: Description,
    candidates: tuple[Candidate, ...],
    abstention: Abstention,
    reason: str,
    probability: float = 0.0,
) -> GoodsMatch:
    return GoodsMatch(
        text=said.text,
        script=said.script,
        candidates=candidates,
        probability=probability,
        abstention=abstention,
        reason=reason,
        stated_codes=said.codes,
        stated_un=said.un_numbers,
    )


@cache
def shipped_goods_index() -> GoodsIndex:
    """The index over all shipped terms, built at first use and kept."""
    terms: Iterable[Term] = (*shipped_terms(), *heading_terms())
    return GoodsIndex(tuple(terms), word_lists(), shipped_calibration())
