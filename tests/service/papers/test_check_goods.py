"""What descriptions and names say beside what is declared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.papers.consignment import Consignment, GoodsItem, Party, PartyRole
from service.domain.papers.paper import PaperKind
from service.domain.verdict import Result
from service.nomenclature.goods_text import GoodsMatch
from service.usecases.check_goods import (
    GoodsJudge,
    check_descriptions,
    check_numbers,
    check_visit,
    read_goods,
    same_party,
)
from tests.service.papers.desk import Desk
from tests.service.papers.paper_builders import CODE, a_consignment, a_paper


@pytest.mark.parametrize(
    ("description", "code", "result", "said"),
    [
        ("frozen chicken wings", "020714", Result.MATCH, "suggests heading 0207"),
        ("замороженные куриные крылья", "690721", Result.MISMATCH, "suggests heading 0207"),
        ("frozen chicken wings", None, Result.CANNOT_TELL, "declared no code"),
        ("frozen chicken wings", "02", Result.MATCH, "suggests heading 0207"),
        ("general cargo", "690721", Result.CANNOT_TELL, "cannot tell"),
        # Live poultry is among the candidates: nobody is accused over neighbours.
        ("frozen chicken wings", "010594", Result.CANNOT_TELL, "suggests heading 0207"),
    ],
)
def test_a_description_is_held_beside_the_declared_code(
    description: str, code: str | None, result: Result, said: str
) -> None:
    paper = a_paper(a_consignment(CODE, description=description, hs_code=code))
    (finding,) = check_descriptions(paper)
    assert finding.result is result
    assert said in finding.sentence
    assert finding.observed_at.path == "goods.0.description"


def test_items_without_words_and_papers_without_goods_say_nothing() -> None:
    assert check_descriptions(a_paper(a_consignment(CODE, description=""))) == ()
    assert check_descriptions(a_paper(is_a="cancellation")) == ()


def test_two_descriptions_are_compared_over_languages() -> None:
    judge = GoodsJudge()
    assert judge("frozen chicken wings", "куриные крылья замороженные") is True
    assert judge("ceramic tiles", "мясо куриное замороженное") is False
    assert judge("ceramic tiles", "разное") is None


def test_no_more_texts_are_read_than_a_page_can_wait_for() -> None:
    read: list[str] = []

    def reader(text: str) -> GoodsMatch:
        read.append(text)
        return read_goods(text)

    judge = GoodsJudge(reader, most=3)
    for number in range(50):
        judge(f"фарш {number}", "tiles")
    assert len(read) == 3


def test_names_over_alphabets_are_one_party() -> None:
    assert same_party("ООО Северный Ветер", "Severny Veter LLC") is True
    assert same_party("Alfa Shipping Ltd", "Alfa Trading Ltd") is False
    assert same_party("", "Alfa") is None


def test_an_unusual_eori_is_a_notice() -> None:
    party = Party(role=PartyRole.IMPORTER, identifier="FR123")
    usual = replace(party, identifier="DE1234567")
    paper = a_paper(Consignment(parties=(party, usual, replace(party, identifier="HRB 1 x"))))
    (finding,) = check_numbers(paper)
    assert (finding.result, finding.observed) == (Result.CANNOT_TELL, "FR123")


def test_a_visit_compares_its_papers_by_meaning(desk: Desk) -> None:
    goods = {"hs_code": "020714"}
    declared = Consignment(
        goods=(GoodsItem(number=1, description="замороженные куриные крылья", **goods),),
        equipment=a_consignment(CODE).equipment,
        parties=(Party(role=PartyRole.IMPORTER, name="ООО Северный Ветер"),),
    )
    billed = replace(
        declared,
        goods=(GoodsItem(number=1, description="frozen chicken wings", **goods),),
        parties=(Party(role=PartyRole.CONSIGNEE, name="Severny Veter LLC"),),
    )
    desk.file(
        a_paper(declared, reference="25DE1"),
        a_paper(billed, kind=PaperKind.BILL_OF_LADING, reference="BL1"),
    )
    found = check_visit(desk.assembled(desk.see(CODE)))
    results = {finding.check: finding.result for finding in found}
    assert results["description_heading"] is Result.MATCH
    assert results["description"] is Result.MATCH
    assert results["party"] is Result.MATCH
