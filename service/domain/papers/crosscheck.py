"""Commercial documents against the declaration: totals, goods, parties, containers and seals.

All documents of one kind are taken together, because one declaration may cover several invoices.
If the declaration names an invoice that is not there, sums over invoices cannot tell. Everything
is judged as it is written; names over alphabets and words over languages are judged by the
functions that the caller brings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.domain.papers.arithmetic import check_arithmetic
from service.domain.papers.comparison import Comparison, NameJudge, Side, same_words
from service.domain.papers.consignment import Consignment, Money
from service.domain.papers.crosscheck_goods import compare_goods
from service.domain.papers.crosscheck_identity import compare_containers, compare_parties
from service.domain.papers.paper import Paper, PaperKind
from service.domain.papers.paper_finding import PaperFinding, Tolerance, near
from service.domain.verdict import Result, Severity

DOCUMENT_TYPES = {
    PaperKind.INVOICE: frozenset({"380", "N380", "N325", "N935"}),
    PaperKind.PACKING_LIST: frozenset({"271", "N271"}),
    PaperKind.BILL_OF_LADING: frozenset({"705", "N705", "714", "N714"}),
}
"""Document types by which declarations name them (EU code lists CL013 and CL754)."""


def cross_check(
    declaration: Paper,
    documents: Sequence[Paper],
    *,
    tolerance: Tolerance,
    names: NameJudge = same_words,
    words: NameJudge = same_words,
) -> tuple[PaperFinding, ...]:
    """Every document against itself, and all of each kind against the declaration.

    In findings against the declaration, `expected` is the declaration's side.

    Raises:
        ValueError: the declaration has no consignment.
    """
    declared = declaration.body
    if not isinstance(declared, Consignment):
        raise ValueError(  # noqa: TRY004 (a cancellation is a value, not a type)
            f"{declaration.kind.value} {declaration.reference} declares no goods"
        )
    found: list[PaperFinding] = []
    for paper in (declaration, *documents):
        found += check_arithmetic(paper, tolerance=tolerance)
    for kind in DOCUMENT_TYPES:
        papers = tuple(p for p in documents if p.kind is kind)
        bodies = tuple(p.body for p in papers if isinstance(p.body, Consignment))
        if not bodies:
            continue
        named = _named(declared, kind)
        pair = Comparison(
            declared=Side(papers=(declaration,), bodies=(declared,)),
            documents=Side(
                papers=papers, bodies=bodies, complete=named <= {p.reference for p in papers}
            ),
            tolerance=tolerance,
        )
        found += _references(pair, named)
        found += _quantities(pair)
        if kind is PaperKind.INVOICE:
            found.append(_value(pair))
        found += compare_goods(pair, words=words)
        found += compare_parties(pair, names=names)
        found += compare_containers(pair)
    return tuple(found)


def _named(declared: Consignment, kind: PaperKind) -> set[str]:
    """Numbers of documents of the kind that the declaration names."""
    pairs = (text.partition(" ") for text in declared.documents)
    return {number.strip() for code, _, number in pairs if code in DOCUMENT_TYPES[kind]}


def _references(pair: Comparison, named: set[str]) -> Iterator[PaperFinding]:
    for paper in pair.documents.papers:
        unknown = Result.MISMATCH if named else Result.CANNOT_TELL
        yield pair.finding(
            "reference",
            Result.MATCH if paper.reference in named else unknown,
            severity=Severity.NOTICE,
            subject=paper.reference,
            expected=", ".join(sorted(named)) or "none named",
            observed=paper.reference,
            paths=("documents", "reference"),
        )


def _quantities(pair: Comparison) -> Iterator[PaperFinding]:
    packages, gross, net = (
        [total(side) for side in (pair.declared, pair.documents)]
        for total in (_packages, _gross_mass, _net_mass)
    )
    tolerance = pair.tolerance
    yield pair.numbers("packages", *packages, path="goods.*.packages")
    for name, masses in (("gross", gross), ("net", net)):
        yield pair.numbers(
            f"{name} mass",
            *masses,
            unit=" kg",
            share=tolerance.mass_share,
            absolute=tolerance.mass_kg,
            path=f"goods.*.{name}_mass_kg",
        )


def _packages(side: Side) -> float | None:
    total = _sum([item.packages for item in side.goods])
    return _sum([b.total_packages for b in side.bodies]) if total is None else total


def _gross_mass(side: Side) -> float | None:
    total = _sum([item.gross_mass_kg for item in side.goods])
    return _sum([b.total_gross_mass_kg for b in side.bodies]) if total is None else total


def _net_mass(side: Side) -> float | None:
    return _sum([item.net_mass_kg for item in side.goods])


def _sum(values: Sequence[float | None]) -> float | None:
    """The sum of what everyone states; None if one of them does not, or there is none."""
    stated = [value for value in values if value is not None]
    return sum(stated) if stated and len(stated) == len(values) else None


def _value(pair: Comparison) -> PaperFinding:
    expected, observed = _total_value(pair.declared), _total_value(pair.documents)
    both = _in_one_currency(expected, observed, pair.tolerance)
    result, severity = Result.CANNOT_TELL, Severity.REVIEW
    if both is not None and pair.documents.complete:
        fits = near(*both, share=pair.tolerance.value_share)
        result = Result.MATCH if fits else Result.MISMATCH
        # Less declared than invoiced is what undervaluation looks like.
        severity = Severity.SERIOUS if both[0] < both[1] else Severity.REVIEW
    return pair.finding(
        "value",
        result,
        severity=severity,
        subject="value",
        expected=f"{expected.amount:f} {expected.currency}" if expected else "not stated",
        observed=f"{observed.amount:f} {observed.currency}" if observed else "not stated",
        paths=("total_value", "total_value"),
    )


def _total_value(side: Side) -> Money | None:
    """Stated totals, else the sum over the items, if all are in one currency."""
    totals = [body.total_value for body in side.bodies]
    values = totals if all(totals) else [item.value for item in side.goods]
    stated = [value for value in values if value is not None]
    if not stated or len(stated) != len(values) or len({v.currency for v in stated}) != 1:
        return None
    return Money(amount=sum((v.amount for v in stated), Decimal(0)), currency=stated[0].currency)


def _in_one_currency(
    one: Money | None, other: Money | None, tolerance: Tolerance
) -> tuple[float, float] | None:
    """Both amounts in one currency; None without rates for two different ones."""
    if one is None or other is None:
        return None
    if one.currency == other.currency:
        return float(one.amount), float(other.amount)
    first, second = tolerance.rates.get(one.currency), tolerance.rates.get(other.currency)
    if not first or not second:
        return None
    return float(one.amount / first), float(other.amount / second)
