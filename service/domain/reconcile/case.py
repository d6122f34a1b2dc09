"""What the rules judge: findings, papers and register, with the lookups that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from service.domain.declaration import Declaration, DeclaredContainer, DeclaredGoods
from service.domain.reconcile.history import NO_HISTORY, History
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.rule import Rule
from service.domain.reconcile.visit_papers import NO_PAPERS, VisitPapers
from service.domain.reconcile.words import render
from service.domain.register_statement import RegisterKind, RegisterStatement
from service.domain.registration import Registration
from service.domain.verdict import Result, RuleOutcome, Sentence
from vision.findings import (
    Analysis,
    ContainerFound,
    Reading,
    ScanQuality,
    Subject,
)

_F = TypeVar("_F")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`registrations` are those named by the inspection or found by a plate that was read;
    `named` are the references that it names. Without `has_register` the register is empty, so
    "not in it" proves nothing. `captured_on` None: nobody knows when the sensors saw it.
    `statements` are what registers outside said, or have not said yet. `papers` are all other
    papers of the visit, `history` what is known of the same boxes, vehicles and goods before.
    """

    analysis: Analysis
    policy: Policy
    declaration: Declaration | None = None
    registrations: tuple[Registration, ...] = ()
    has_register: bool = False
    named: frozenset[str] = frozenset()
    captured_on: date | None = None
    statements: tuple[RegisterStatement, ...] = ()
    captured_at: datetime | None = None
    papers: VisitPapers = NO_PAPERS
    history: History = NO_HISTORY
    inspection_id: str = ""

    def findings(self, kind: type[_F]) -> list[tuple[int, _F]]:
        """Findings of one type with their indexes."""
        return [(i, f) for i, f in enumerate(self.analysis.findings) if isinstance(f, kind)]

    def readings(self, subject: Subject, *, accepted: bool = True) -> list[tuple[int, Reading]]:
        """Readings of a subject; those a rule may rely on unless `accepted` is False."""
        return [
            (i, r)
            for i, r in self.findings(Reading)
            if r.subject is subject and (r.accepted or not accepted)
        ]

    def by_text(self, subject: Subject) -> dict[str, list[tuple[int, Reading]]]:
        """Accepted readings grouped by their text, in order of appearance."""
        grouped: dict[str, list[tuple[int, Reading]]] = {}
        for index, reading in self.readings(subject):
            grouped.setdefault(reading.text, []).append((index, reading))
        return grouped

    def containers_in_view(self) -> list[tuple[int, ContainerFound]]:
        """The containers of the X-ray view that shows most of them."""
        views: dict[str, list[tuple[int, ContainerFound]]] = {}
        for index, found in self.findings(ContainerFound):
            views.setdefault(found.evidence.scan_sha256, []).append((index, found))
        return max(views.values(), key=len, default=[])

    def too_poor(self, scan_sha256: str) -> bool:
        """Whether a scan is known to be too poor to conclude anything from it."""
        return any(
            not quality.acceptable and quality.evidence.scan_sha256 == scan_sha256
            for _, quality in self.findings(ScanQuality)
        )

    def said_of(self, subject: str, kind: RegisterKind) -> list[RegisterStatement]:
        """What registers of a kind said of a plate or code, written as readings are."""
        return [s for s in self.statements if s.kind is kind and s.subject == subject]

    @property
    def declared(self) -> tuple[DeclaredContainer, ...]:
        return self.declaration.containers if self.declaration else ()

    @property
    def hs_codes(self) -> Iterator[str]:
        return (goods.hs_code for goods in self.goods if goods.hs_code)

    @property
    def goods(self) -> tuple[DeclaredGoods, ...]:
        return self.declaration.all_goods if self.declaration else ()

    def outcome(
        self,
        rule: Rule,
        result: Result,
        *,
        subject: str,
        expected: str,
        observed: str,
        sentence: str | Sentence,
        source: str | None = None,
        findings: tuple[int, ...] = (),
        weight: str | None = None,
        score: float | None = None,
        limit: float | None = None,
    ) -> RuleOutcome:
        """An outcome; `weight` names the policy's severity if it is not the rule's own."""
        said = sentence if isinstance(sentence, Sentence) else None
        return RuleOutcome(
            rule=rule.name,
            version=rule.version,
            result=result,
            severity=self.policy.severity(weight or rule.name),
            subject=subject,
            expected=expected,
            observed=observed,
            sentence=render(sentence) if isinstance(sentence, Sentence) else sentence,
            source=source or rule.source.value,
            findings=findings,
            said=said,
            score=score,
            limit=limit,
            advisory=rule.name in self.policy.advisory,
        )


def edits(one: str, other: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def indexes(pairs: list[tuple[int, Reading]]) -> tuple[int, ...]:
    return tuple(index for index, _ in pairs)
