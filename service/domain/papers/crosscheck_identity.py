"""Who and which box: parties, containers and seals of documents against those declared."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.papers.comparison import Comparison, NameJudge, judged
from service.domain.papers.consignment import PartyRole
from service.domain.papers.paper_finding import PaperFinding
from service.domain.verdict import Result, Severity

SIDES = {
    "buyer": (PartyRole.IMPORTER, PartyRole.CONSIGNEE, PartyRole.BUYER),
    "seller": (PartyRole.EXPORTER, PartyRole.CONSIGNOR, PartyRole.SELLER),
}


def compare_parties(pair: Comparison, *, names: NameJudge) -> Iterator[PaperFinding]:
    """One number in common settles it; else the names are judged, each with each."""
    for side, roles in SIDES.items():
        ours, theirs = pair.declared.parties(roles), pair.documents.parties(roles)
        if not ours or not theirs:
            continue
        numbers = {p.identifier for p in ours if p.identifier} & {p.identifier for p in theirs}
        pairs = [(a.name, b.name) for a in ours for b in theirs if a.name and b.name]
        yield pair.finding(
            "party",
            Result.MATCH if numbers else judged([names(*two) for two in pairs]),
            severity=Severity.REVIEW,
            subject=side,
            expected="; ".join(dict.fromkeys(p.name or p.identifier for p in ours)),
            observed="; ".join(dict.fromkeys(p.name or p.identifier for p in theirs)),
            paths=("parties", "parties"),
        )


def compare_containers(pair: Comparison) -> Iterator[PaperFinding]:
    """Both lists are the same, and so are the seals of each container that both name."""
    declared = {e.code: e for body in pair.declared.bodies for e in body.equipment}
    stated = {e.code: e for body in pair.documents.bodies for e in body.equipment}
    if not declared or not stated:
        return
    missing = declared.keys() - stated.keys() if pair.documents.complete else set()
    for code in sorted(stated.keys() | missing):
        known = code in declared and code in stated
        yield pair.finding(
            "container",
            Result.MATCH if known else Result.MISMATCH,
            severity=Severity.SERIOUS,
            subject=code,
            expected=", ".join(sorted(declared)),
            observed=", ".join(sorted(stated)),
            paths=("equipment.*.code", "equipment.*.code"),
        )
        if known and declared[code].seals and stated[code].seals:
            ours, theirs = set(declared[code].seals), set(stated[code].seals)
            yield pair.finding(
                "seals",
                Result.MATCH if ours == theirs else Result.MISMATCH,
                severity=Severity.SERIOUS,
                subject=code,
                expected=", ".join(sorted(ours)),
                observed=", ".join(sorted(theirs)),
                paths=("equipment.*.seals", "equipment.*.seals"),
            )
