"""Declared mass over declared number, beside what one unit of such goods weighs."""

from __future__ import annotations

from collections.abc import Iterator

from service.domain.papers.consignment import Consignment, GoodsItem
from service.domain.papers.paper import Paper
from service.domain.papers.paper_finding import FieldPlace, PaperFinding
from service.domain.verdict import Result, Severity
from service.nomenclature.mass_file import unit_of
from service.nomenclature.table import Level
from service.nomenclature.unit_mass import GoodsMass, MassPriors, Origin, Range


def check_masses(paper: Paper, *, priors: MassPriors) -> tuple[PaperFinding, ...]:
    """Items whose mass per unit is out of the range of their heading, and those that are within.

    A starting value, which nobody measured, and a history too short to know its ends never make
    a mismatch: then the answer is that it cannot be told.
    """
    if not isinstance(paper.body, Consignment):
        return ()
    return tuple(_findings(paper, paper.body, priors))


def _findings(paper: Paper, body: Consignment, priors: MassPriors) -> Iterator[PaperFinding]:
    for place, item in enumerate(body.goods):
        if not item.hs_code or len(item.hs_code) < Level.HEADING:
            continue
        goods = priors.find(item.hs_code)
        mass_kg = unit_mass_kg(item, goods)
        if goods.unit_kg is None or mass_kg is None:
            continue
        result, words = _opinion(mass_kg, goods.unit_kg)
        expected = f"{goods.unit_kg.p1:.3g} to {goods.unit_kg.p99:.3g} kg a {goods.unit}"
        observed = f"{mass_kg:.3g} kg"
        yield PaperFinding(
            check="unit_mass",
            result=result,
            severity=Severity.REVIEW,
            subject=f"item {item.number}",
            expected=expected,
            observed=observed,
            expected_at=FieldPlace(reference=paper.reference, path=f"goods.{place}.quantity"),
            observed_at=FieldPlace(reference=paper.reference, path=f"goods.{place}.net_mass_kg"),
            sentence=f"Item {item.number} of heading {goods.heading}: {observed} a {goods.unit},"
            f" {words} {expected} ({_origin(goods.unit_kg)}).",
        )


def unit_mass_kg(item: GoodsItem, goods: GoodsMass) -> float | None:
    """Net mass of one unit; None where the item does not say, or counts in another unit."""
    if not item.net_mass_kg or not item.quantity or unit_of(item.quantity_unit) != goods.unit:
        return None
    return item.net_mass_kg / item.quantity


def _opinion(mass_kg: float, known: Range) -> tuple[Result, str]:
    if known.p1 <= mass_kg <= known.p99:
        return Result.MATCH, "within"
    sure = known.origin is Origin.HISTORY and known.tails_seen
    return (Result.MISMATCH if sure else Result.CANNOT_TELL), "outside"


def _origin(known: Range) -> str:
    if known.origin is Origin.HISTORY:
        return f"{known.count} lines of history"
    return "a starting value, not measured"
