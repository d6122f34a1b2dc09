"""Two sides of a comparison of papers, and the findings it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from service.domain.papers.consignment import Consignment, GoodsItem, Party, PartyRole
from service.domain.papers.paper import Paper
from service.domain.papers.paper_finding import FieldPlace, PaperFinding, Tolerance, near
from service.domain.verdict import Result, Severity

WORDS = {
    Result.MATCH: "agrees with",
    Result.MISMATCH: "differs from",
    Result.CANNOT_TELL: "cannot be compared with",
}
_WORD = re.compile(r"\w{3,}")
NameJudge = Callable[[str, str], "bool | None"]
"""Whether two names, or two descriptions, mean the same; None if that cannot be told."""


def same_words(one: str, other: str) -> bool | None:
    """True if they share a word of three letters; None otherwise: another language, perhaps."""
    shared = set(_WORD.findall(one.casefold())) & set(_WORD.findall(other.casefold()))
    return True if shared else None


def judged(opinions: Sequence[bool | None]) -> Result:
    """A match if any says so, a mismatch if all say no, else it cannot be told."""
    if any(opinions):
        return Result.MATCH
    return Result.MISMATCH if opinions and all(o is False for o in opinions) else Result.CANNOT_TELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Papers of one kind, together; `complete` is False if one that is named is not there."""

    papers: tuple[Paper, ...]
    bodies: tuple[Consignment, ...]
    complete: bool = True

    @property
    def reference(self) -> str:
        return ", ".join(paper.reference for paper in self.papers)

    @property
    def goods(self) -> list[GoodsItem]:
        return [item for body in self.bodies for item in body.goods]

    def parties(self, roles: Iterable[PartyRole]) -> list[Party]:
        return [party for body in self.bodies for party in body.parties if party.role in roles]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`declared` is what is expected, `documents` what is observed."""

    declared: Side
    documents: Side
    tolerance: Tolerance

    def finding(
        self,
        check: str,
        result: Result,
        *,
        severity: Severity,
        subject: str,
        expected: str,
        observed: str,
        paths: tuple[str, str],
    ) -> PaperFinding:
        """`paths` are those of the declaration and of the documents."""
        reference = self.documents.reference
        return PaperFinding(
            check=check,
            result=result,
            severity=severity,
            subject=subject,
            expected=expected,
            observed=observed,
            expected_at=FieldPlace(reference=self.declared.reference, path=paths[0]),
            observed_at=FieldPlace(reference=reference, path=paths[1]),
            sentence=f"{check.replace('_', ' ')} {subject}: declared {expected}"
            f" {WORDS[result]} {observed} of {reference}.",
        )

    def numbers(
        self,
        check: str,
        expected: float | None,
        observed: float | None,
        *,
        unit: str = "",
        share: float = 0.0,
        absolute: float = 0.0,
        path: str,
    ) -> PaperFinding:
        """Two totals; they cannot be told apart if one is not stated or a document is missing."""
        if expected is None or observed is None or not self.documents.complete:
            result = Result.CANNOT_TELL
        elif near(expected, observed, share=share, absolute=absolute):
            result = Result.MATCH
        else:
            result = Result.MISMATCH
        return self.finding(
            check,
            result,
            severity=Severity.REVIEW,
            subject=check,
            expected="not stated" if expected is None else f"{expected:g}{unit}",
            observed="not stated" if observed is None else f"{observed:g}{unit}",
            paths=(path, path),
        )
