"""A document against itself: do its lines, taxes and totals add up?

Formulas of EN 16931-1 (BR-CO-10 to BR-CO-17) for invoices; sums of items for every goods document.
What is not stated is not judged: it is neither a match nor a mismatch.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext

from service.domain.papers.consignment import Consignment, GoodsItem, InvoiceAmounts
from service.domain.papers.paper import Paper
from service.domain.papers.paper_finding import FieldPlace, PaperFinding, Tolerance, near
from service.domain.verdict import Result, Severity

CHECK = "arithmetic"
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
DIGITS = 60


def check_arithmetic(paper: Paper, *, tolerance: Tolerance) -> tuple[PaperFinding, ...]:
    """Every sum that the document states, against what it is the sum of."""
    body = paper.body
    if not isinstance(body, Consignment):
        return ()
    # The default context of 28 digits would round hostile amounts and call that a match.
    with localcontext() as context:
        context.prec = DIGITS
        return tuple(
            [
                *_lines(paper.reference, body, tolerance),
                *(_foot(paper.reference, body, body.amounts, tolerance) if body.amounts else ()),
                *_totals(paper.reference, body, tolerance),
            ]
        )


def _lines(reference: str, body: Consignment, tolerance: Tolerance) -> Iterator[PaperFinding]:
    for index, item in enumerate(body.goods):
        expected = line_value(item)
        if expected is None or item.value is None:
            continue
        yield _finding(
            reference,
            name="line total",
            subject=f"line {item.number}",
            expected=expected.quantize(CENT, rounding=ROUND_HALF_UP),
            observed=item.value.amount,
            slack=tolerance.amount + _rounded_away(item),
            paths=(f"goods.{index}.unit_price", f"goods.{index}.value"),
        )
    for index, item in enumerate(body.goods):
        gross, net = item.gross_mass_kg, item.net_mass_kg
        if gross is None or net is None:
            continue
        heavier = net > gross and not near(net, gross, share=0.0, absolute=0.001)
        yield PaperFinding(
            check=CHECK,
            result=Result.MISMATCH if heavier else Result.MATCH,
            severity=Severity.REVIEW,
            subject=f"item {item.number}",
            expected=f"at most {gross:g} kg",
            observed=f"{net:g} kg net",
            expected_at=FieldPlace(reference=reference, path=f"goods.{index}.gross_mass_kg"),
            observed_at=FieldPlace(reference=reference, path=f"goods.{index}.net_mass_kg"),
            sentence=f"Item {item.number}: net mass is {'above' if heavier else 'within'} gross.",
        )


def line_value(item: GoodsItem) -> Decimal | None:
    """Quantity times price, plus charges less allowances; None if not stated."""
    if item.unit_price is None or item.quantity is None:
        return None
    per = Decimal(str(item.price_quantity)) if item.price_quantity else Decimal(1)
    charges = item.line_charges.amount if item.line_charges else Decimal(0)
    return Decimal(str(item.quantity)) * item.unit_price.amount / per + charges


def _rounded_away(item: GoodsItem) -> Decimal:
    """What the rounding of the stated unit price, to a cent or finer, can make of the line."""
    if item.unit_price is None or item.quantity is None:
        return Decimal(0)
    exponent = item.unit_price.amount.as_tuple().exponent
    digit = min(CENT, Decimal(1).scaleb(exponent)) if isinstance(exponent, int) else CENT
    per = Decimal(str(item.price_quantity)) if item.price_quantity else Decimal(1)
    return abs(Decimal(str(item.quantity)) / per) * digit / 2


def _foot(
    reference: str, body: Consignment, amounts: InvoiceAmounts, tolerance: Tolerance
) -> Iterator[PaperFinding]:
    values = [item.value for item in body.goods]
    own = [v.amount for v in values if v is not None and v.currency == amounts.currency]
    zero = Decimal(0)
    sums: list[tuple[str, Decimal | None, Decimal | None, str]] = []
    if own and len(own) == len(values):
        sums.append(("sum of lines", sum(own, zero), amounts.lines, "goods.*.value lines"))
    if amounts.lines is not None:
        net = amounts.lines - (amounts.allowances or zero) + (amounts.charges or zero)
        sums.append(("net amount", net, amounts.net, "lines net"))
    taxes = [line.tax for line in amounts.tax_lines]
    if taxes and None not in taxes:
        sums.append(
            ("sum of taxes", sum((t for t in taxes if t is not None), zero), amounts.tax, "tax tax")
        )
    if amounts.net is not None and amounts.tax is not None:
        sums.append(("gross amount", amounts.net + amounts.tax, amounts.gross, "net gross"))
    if amounts.gross is not None:
        due = amounts.gross - (amounts.prepaid or zero) + (amounts.rounding or zero)
        # Short profiles leave out what was prepaid; without it less may be due than the gross.
        told = amounts.prepaid is not None or amounts.payable == amounts.gross
        sums.append(("amount due", due if told else None, amounts.payable, "gross payable"))
    for name, expected, observed, places in sums:
        if expected is None or observed is None:
            continue
        left, right = places.split()
        yield _finding(
            reference,
            name=name,
            subject=name,
            expected=expected,
            observed=observed,
            slack=tolerance.amount,
            paths=(left if "." in left else f"amounts.{left}", f"amounts.{right}"),
        )
    for index, line in enumerate(amounts.tax_lines):
        if line.taxable is None or line.tax is None or line.rate_percent is None:
            continue
        due = (line.taxable * line.rate_percent / HUNDRED).quantize(CENT, rounding=ROUND_HALF_UP)
        yield _finding(
            reference,
            name=f"tax at {line.rate_percent} %",
            subject=f"tax {line.category}".strip(),
            expected=due,
            observed=line.tax,
            # The tax may be rounded per invoice line and then summed.
            slack=tolerance.amount * max(1, len(body.goods)),
            paths=(f"amounts.tax_lines.{index}.taxable", f"amounts.tax_lines.{index}.tax"),
        )


def _totals(reference: str, body: Consignment, tolerance: Tolerance) -> Iterator[PaperFinding]:
    packages = [item.packages for item in body.goods]
    if body.total_packages is not None and packages and None not in packages:
        yield _finding(
            reference,
            name="sum of packages",
            subject="packages",
            expected=Decimal(sum(p for p in packages if p is not None)),
            observed=Decimal(body.total_packages),
            slack=Decimal(0),
            paths=("goods.*.packages", "total_packages"),
            severity=Severity.REVIEW,
        )
    masses = [item.gross_mass_kg for item in body.goods]
    if body.total_gross_mass_kg is not None and masses and None not in masses:
        total = sum(m for m in masses if m is not None)
        fits = near(total, body.total_gross_mass_kg, share=tolerance.mass_share, absolute=0.5)
        yield PaperFinding(
            check=CHECK,
            result=Result.MATCH if fits else Result.MISMATCH,
            severity=Severity.REVIEW,
            subject="gross mass",
            expected=f"{total:g} kg",
            observed=f"{body.total_gross_mass_kg:g} kg",
            expected_at=FieldPlace(reference=reference, path="goods.*.gross_mass_kg"),
            observed_at=FieldPlace(reference=reference, path="total_gross_mass_kg"),
            sentence=f"{reference}: the items weigh {total:g} kg, and"
            f" {body.total_gross_mass_kg:g} kg are stated in all.",
        )


def _finding(
    reference: str,
    *,
    name: str,
    subject: str,
    expected: Decimal,
    observed: Decimal,
    slack: Decimal,
    paths: tuple[str, str],
    severity: Severity = Severity.NOTICE,
) -> PaperFinding:
    fits = abs(expected - observed) <= slack
    return PaperFinding(
        check=CHECK,
        result=Result.MATCH if fits else Result.MISMATCH,
        severity=severity,
        subject=subject,
        expected=f"{expected:f}",
        observed=f"{observed:f}",
        expected_at=FieldPlace(reference=reference, path=paths[0]),
        observed_at=FieldPlace(reference=reference, path=paths[1]),
        sentence=f"{reference}: {name} should be {expected:f} and is {observed:f}.",
    )
