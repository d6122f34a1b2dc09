"""Goods of commercial documents against those declared: codes, words, origin, quantity, danger."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.papers.comparison import Comparison, NameJudge, judged
from service.domain.papers.consignment import GoodsItem
from service.domain.papers.paper_finding import PaperFinding, Tolerance
from service.domain.verdict import Result, Severity

SHOWN = 200


def compare_goods(pair: Comparison, *, words: NameJudge) -> Iterator[PaperFinding]:
    """Each code of the documents is declared; where it is, words, origin and quantity fit."""
    declared = pair.declared.goods
    codes = sorted({g.hs_code for g in declared if g.hs_code})
    for place, item in enumerate(pair.documents.goods):
        if item.hs_code is None:
            continue
        same = [g for g in declared if same_heading(g.hs_code, item.hs_code, pair.tolerance)]
        found = sorted({g.hs_code or "" for g in same})
        missing = Result.MISMATCH if codes else Result.CANNOT_TELL
        yield pair.finding(
            "hs_code",
            Result.MATCH if same else missing,
            severity=Severity.REVIEW,
            subject=f"{item.hs_code} {item.description}".strip()[:SHOWN],
            expected=", ".join(found or codes) or "none",
            observed=item.hs_code,
            paths=("goods.*.hs_code", f"goods.{place}.hs_code"),
        )
        if same:
            yield from _details(pair, item, place, same=same, words=words)
    yield from _dangerous(pair)


def same_heading(one: str | None, other: str | None, tolerance: Tolerance) -> bool:
    """Whether two codes agree in as many digits as both have, at most `hs_digits`."""
    if not one or not other:
        return False
    digits = min(len(one), len(other), tolerance.hs_digits)
    return one[:digits] == other[:digits]


def _details(
    pair: Comparison, item: GoodsItem, place: int, *, same: list[GoodsItem], words: NameJudge
) -> Iterator[PaperFinding]:
    subject = item.hs_code or ""
    texts = [g.description for g in same if g.description]
    if texts and item.description:
        yield pair.finding(
            "description",
            judged([words(text, item.description) for text in texts]),
            severity=Severity.REVIEW,
            subject=subject,
            expected="; ".join(texts)[:SHOWN],
            observed=item.description[:SHOWN],
            paths=("goods.*.description", f"goods.{place}.description"),
        )
    origins = sorted({g.origin_country for g in same if g.origin_country})
    if origins and item.origin_country:
        yield pair.finding(
            "origin",
            Result.MATCH if item.origin_country in origins else Result.MISMATCH,
            severity=Severity.REVIEW,
            subject=subject,
            expected=", ".join(origins),
            observed=item.origin_country,
            paths=("goods.*.origin_country", f"goods.{place}.origin_country"),
        )
    alike = [
        g for g in pair.documents.goods if same_heading(g.hs_code, item.hs_code, pair.tolerance)
    ]
    one, other = same[0].quantity, item.quantity
    comparable = len(same) == len(alike) == 1 and same[0].quantity_unit == item.quantity_unit
    if comparable and one is not None and other is not None:
        yield pair.numbers(
            "quantity",
            one,
            other,
            unit=f" {item.quantity_unit}".rstrip(),
            share=pair.tolerance.quantity_share,
            path="goods.*.quantity",
        )


def _dangerous(pair: Comparison) -> Iterator[PaperFinding]:
    declared = {d.un_number for g in pair.declared.goods for d in g.dangerous}
    stated = {d.un_number for g in pair.documents.goods for d in g.dangerous}
    for number in sorted(stated):
        yield pair.finding(
            "dangerous_goods",
            Result.MATCH if number in declared else Result.MISMATCH,
            severity=Severity.SERIOUS,
            subject=f"UN {number}",
            expected=", ".join(sorted(declared)) or "none",
            observed=number,
            paths=("goods.*.dangerous", "goods.*.dangerous"),
        )
