from dataclasses import replace
from decimal import Decimal

import pytest

from service.domain.papers.arithmetic import check_arithmetic
from service.domain.papers.consignment import (
    Consignment,
    DangerousGoods,
    Equipment,
    GoodsItem,
    InvoiceAmounts,
    Money,
    Party,
    PartyRole,
    TaxLine,
)
from service.domain.papers.crosscheck import cross_check
from service.domain.papers.paper import Function, Origin, Paper, PaperKind, Revision
from service.domain.papers.paper_finding import PaperFinding, Tolerance
from service.domain.verdict import Result, Severity

TOLERANCE = Tolerance()


def eur(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


def a_paper(
    body: Consignment | None,
    *,
    kind: PaperKind = PaperKind.INVOICE,
    reference: str = "INV-77",
    function: Function = Function.ORIGINAL,
) -> Paper:
    return Paper(
        kind=kind,
        reference=reference,
        site="gate-1",
        revision=Revision(function=function),
        origin=Origin(file_sha256="0" * 64, file_name="f", source="test"),
        body=body,
    )


ITEM = GoodsItem(
    number=1,
    description="Fridges, no frost",
    hs_code="841810",
    quantity=5.0,
    quantity_unit="C62",
    packages=20,
    gross_mass_kg=300.0,
    net_mass_kg=280.0,
    value=eur("1000"),
    origin_country="TR",
    unit_price=eur("208"),
    line_charges=eur("-40"),
)
AMOUNTS = InvoiceAmounts(
    currency="EUR",
    lines=Decimal(1000),
    allowances=Decimal(100),
    charges=Decimal(20),
    net=Decimal(920),
    tax=Decimal("174.80"),
    gross=Decimal("1094.80"),
    prepaid=Decimal(94),
    payable=Decimal("1000.80"),
    tax_lines=(
        TaxLine(
            taxable=Decimal(920), tax=Decimal("174.80"), rate_percent=Decimal(19), category="S"
        ),
    ),
)
INVOICE = Consignment(
    goods=(ITEM,),
    amounts=AMOUNTS,
    total_value=eur("1000"),
    parties=(
        Party(role=PartyRole.SELLER, name="Kühl GmbH"),
        Party(role=PartyRole.BUYER, name="Shop", identifier="DE1"),
    ),
)
DECLARED = Consignment(
    goods=(replace(ITEM, hs_code="8418102080", description="FRIDGES", unit_price=None),),
    equipment=(Equipment(code="CSQU3054383", seals=("S-1",)),),
    parties=(
        Party(role=PartyRole.CONSIGNOR, name="KÜHL GMBH"),
        Party(role=PartyRole.IMPORTER, name="Shop Ltd", identifier="DE1"),
    ),
    documents=("N380 INV-77",),
    total_value=eur("1000"),
)


def check(
    *documents: Paper, declared: Consignment = DECLARED, tolerance: Tolerance = TOLERANCE
) -> dict[str, PaperFinding]:
    """Findings against the declaration by check and subject."""
    paper = a_paper(declared, kind=PaperKind.IMPORT_DECLARATION, reference="25DE1")
    found = cross_check(paper, documents, tolerance=tolerance)
    return {f"{f.check} {f.subject}": f for f in found if f.check != "arithmetic"}


def wrong(body: Consignment) -> list[str]:
    found = check_arithmetic(a_paper(body), tolerance=TOLERANCE)
    return [f.subject for f in found if f.result is Result.MISMATCH]


def test_an_invoice_that_adds_up_has_only_matches() -> None:
    found = check_arithmetic(a_paper(INVOICE), tolerance=TOLERANCE)
    assert {f.subject for f in found} == {
        "line 1",
        "item 1",
        "sum of lines",
        "net amount",
        "sum of taxes",
        "gross amount",
        "amount due",
        "tax S",
    }
    assert all(f.result is Result.MATCH for f in found)


@pytest.mark.parametrize(
    ("amounts", "subject"),
    [
        ({"lines": Decimal("1000.02")}, "sum of lines"),
        ({"net": Decimal("920.02")}, "net amount"),
        ({"tax": Decimal("174.00")}, "sum of taxes"),
        ({"gross": Decimal("1095.00")}, "gross amount"),
        ({"payable": Decimal("1000.00")}, "amount due"),
        ({"tax_lines": (replace(AMOUNTS.tax_lines[0], tax=Decimal(0)),)}, "tax S"),
    ],
)
def test_each_sum_that_is_wrong_is_found(amounts: dict[str, object], subject: str) -> None:
    assert subject in wrong(replace(INVOICE, amounts=replace(AMOUNTS, **amounts)))  # type: ignore[arg-type]


def test_a_line_that_is_not_quantity_times_price_is_found() -> None:
    assert "line 1" in wrong(replace(INVOICE, goods=(replace(ITEM, value=eur("999.90")),)))
    assert wrong(replace(INVOICE, goods=(replace(ITEM, value=eur("1000.01")),))) == []
    per_hundred = replace(ITEM, price_quantity=100.0, unit_price=eur("20800"))
    assert wrong(replace(INVOICE, goods=(per_hundred,))) == []


def test_a_line_may_differ_by_what_the_price_was_rounded() -> None:
    rounded = replace(
        ITEM, quantity=20.0, unit_price=eur("4.10"), line_charges=None, value=eur("81.90")
    )
    assert "line 1" not in wrong(replace(INVOICE, goods=(rounded,)))
    fewer = replace(rounded, value=eur("81.80"))
    assert "line 1" in wrong(replace(INVOICE, goods=(fewer,)))


def test_an_invoice_without_lines_or_prepayment_is_not_judged_by_them() -> None:
    assert wrong(replace(INVOICE, goods=())) == []
    short = InvoiceAmounts(currency="EUR", gross=Decimal(100), payable=Decimal(50))
    assert wrong(Consignment(amounts=short)) == []
    assert wrong(Consignment(amounts=replace(short, prepaid=Decimal(20)))) == ["amount due"]


def test_a_net_mass_above_gross_and_wrong_totals_are_found() -> None:
    heavy = replace(INVOICE, goods=(replace(ITEM, net_mass_kg=301.0),))
    assert wrong(heavy) == ["item 1"]
    totals = replace(INVOICE, total_packages=21, total_gross_mass_kg=400.0)
    assert wrong(totals) == ["packages", "gross mass"]


def test_what_is_not_stated_is_not_judged() -> None:
    bare = Consignment(goods=(GoodsItem(number=1),), amounts=InvoiceAmounts(currency="EUR"))
    assert check_arithmetic(a_paper(bare), tolerance=TOLERANCE) == ()


def test_amounts_of_many_digits_are_not_rounded_into_a_match() -> None:
    huge = Decimal("99999999999999999999.99")
    amounts = InvoiceAmounts(currency="EUR", net=huge, tax=Decimal("0.01"), gross=huge)
    exact = replace(amounts, gross=huge + Decimal("0.01"))
    body = Consignment(amounts=replace(amounts, gross=huge + 1))
    assert wrong(body) == ["gross amount"]
    assert wrong(Consignment(amounts=exact)) == []


def test_a_document_that_agrees_has_only_matches() -> None:
    found = check(a_paper(INVOICE))
    assert {key: f.result for key, f in found.items()} == dict.fromkeys(
        [
            "reference INV-77",
            "packages packages",
            "gross mass gross mass",
            "net mass net mass",
            "value value",
            "hs_code 841810 Fridges, no frost",
            "description 841810",
            "origin 841810",
            "quantity quantity",
            "party buyer",
            "party seller",
        ],
        Result.MATCH,
    )


def test_a_finding_names_both_fields() -> None:
    value = check(a_paper(INVOICE))["value value"]
    assert (value.expected_at.reference, value.expected_at.path) == ("25DE1", "total_value")
    assert (value.observed_at.reference, value.observed_at.path) == ("INV-77", "total_value")
    assert value.sentence == "value value: declared 1000 EUR agrees with 1000 EUR of INV-77."


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"packages": 21}, "packages packages"),
        ({"gross_mass_kg": 310.0}, "gross mass gross mass"),
        ({"net_mass_kg": 270.0}, "net mass net mass"),
        ({"quantity": 6.0}, "quantity quantity"),
        ({"origin_country": "CN"}, "origin 841810"),
        ({"hs_code": "950300"}, "hs_code 950300 Fridges, no frost"),
        ({"dangerous": (DangerousGoods(un_number="3358"),)}, "dangerous_goods UN 3358"),
    ],
)
def test_each_difference_is_a_mismatch(item: dict[str, object], key: str) -> None:
    body = replace(INVOICE, goods=(replace(ITEM, **item),))  # type: ignore[arg-type]
    assert check(a_paper(body))[key].result is Result.MISMATCH


def test_masses_within_the_tolerance_agree_and_the_tolerance_is_the_callers() -> None:
    body = replace(INVOICE, goods=(replace(ITEM, gross_mass_kg=305.0),))
    key = "gross mass gross mass"
    assert check(a_paper(body))[key].result is Result.MATCH
    strict = Tolerance(mass_share=0.01, mass_kg=0.0)
    assert check(a_paper(body), tolerance=strict)[key].result is Result.MISMATCH


def test_less_declared_than_invoiced_weighs_more_than_the_reverse() -> None:
    low = replace(DECLARED, total_value=eur("500"))
    high = replace(DECLARED, total_value=eur("2000"))
    under, over = (check(a_paper(INVOICE), declared=d)["value value"] for d in (low, high))
    assert (under.result, under.severity) == (Result.MISMATCH, Severity.SERIOUS)
    assert (over.result, over.severity) == (Result.MISMATCH, Severity.REVIEW)


def test_two_currencies_are_compared_only_with_rates() -> None:
    dollars = replace(DECLARED, total_value=Money(amount=Decimal(1100), currency="USD"))
    key = "value value"
    assert check(a_paper(INVOICE), declared=dollars)[key].result is Result.CANNOT_TELL
    rates = Tolerance(rates={"EUR": Decimal(1), "USD": Decimal("1.1")})
    found = check(a_paper(INVOICE), declared=dollars, tolerance=rates)[key]
    assert found.result is Result.MATCH


def test_two_invoices_are_added_up() -> None:
    half = replace(
        INVOICE,
        goods=(replace(ITEM, packages=10, gross_mass_kg=150.0, net_mass_kg=140.0),),
        total_value=eur("500"),
    )
    declared = replace(DECLARED, documents=("N380 INV-1", "N380 INV-2"))
    papers = [a_paper(half, reference=r) for r in ("INV-1", "INV-2")]
    both = check(*papers, declared=declared)
    assert both["packages packages"].result is Result.MATCH
    assert both["value value"].result is Result.MATCH
    one = check(papers[0], declared=declared)
    assert one["packages packages"].result is Result.CANNOT_TELL
    assert one["value value"].result is Result.CANNOT_TELL


def test_an_invoice_that_the_declaration_does_not_name_is_noticed() -> None:
    found = check(a_paper(INVOICE, reference="INV-99"))
    assert found["reference INV-99"].result is Result.MISMATCH
    none = check(a_paper(INVOICE), declared=replace(DECLARED, documents=()))
    assert none["reference INV-77"].result is Result.CANNOT_TELL


def test_containers_and_seals_are_compared_as_sets() -> None:
    boxes = (Equipment(code="CSQU3054383", seals=("S-9",)), Equipment(code="MSCU6639870"))
    lading = a_paper(Consignment(equipment=boxes), kind=PaperKind.BILL_OF_LADING, reference="MBL-1")
    found = check(lading)
    assert found["container CSQU3054383"].result is Result.MATCH
    assert found["seals CSQU3054383"].result is Result.MISMATCH
    assert found["container MSCU6639870"].result is Result.MISMATCH
    empty = a_paper(Consignment(), kind=PaperKind.BILL_OF_LADING, reference="MBL-1")
    assert not any(key.startswith("container") for key in check(empty))


def test_other_names_and_words_cannot_be_told_unless_the_caller_can() -> None:
    other = replace(
        INVOICE,
        goods=(replace(ITEM, description="Холодильники"),),
        parties=(Party(role=PartyRole.SELLER, name="Кюль"),),
    )
    found = check(a_paper(other))
    assert found["description 841810"].result is Result.CANNOT_TELL
    assert found["party seller"].result is Result.CANNOT_TELL
    paper = a_paper(DECLARED, kind=PaperKind.IMPORT_DECLARATION, reference="25DE1")
    judged = cross_check(
        paper,
        [a_paper(other)],
        tolerance=TOLERANCE,
        names=lambda one, two: False,
        words=lambda one, two: True,
    )
    results = {f.check: f.result for f in judged}
    assert results["description"] is Result.MATCH
    assert results["party"] is Result.MISMATCH


def test_what_declares_nothing_cannot_be_checked_against() -> None:
    gone = a_paper(None, kind=PaperKind.IMPORT_DECLARATION, function=Function.CANCELLATION)
    with pytest.raises(ValueError, match="declares no goods"):
        cross_check(gone, [], tolerance=TOLERANCE)
