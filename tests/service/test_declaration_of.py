import pytest

from service.domain.declaration import DeclaredContainer, DeclaredGoods, DeclaredLoad
from service.domain.papers.consignment import (
    Consignment,
    DangerousGoods,
    Equipment,
    GoodsItem,
    Transport,
)
from service.domain.papers.declaration_of import declaration_of
from service.domain.papers.paper import Body, Function, Origin, Paper, PaperKind, Revision
from service.domain.reconcile.case import Case
from service.domain.reconcile.policy_file import read_policy
from vision.findings import Analysis


def a_paper(
    body: Body | None,
    *,
    kind: PaperKind = PaperKind.IMPORT_DECLARATION,
    function: Function = Function.ORIGINAL,
) -> Paper:
    return Paper(
        kind=kind,
        reference="25DE1",
        site="gate-1",
        revision=Revision(function=function),
        origin=Origin(file_sha256="0" * 64, file_name="f", source="test"),
        body=body,
    )


def test_goods_go_where_they_say_and_the_container_is_loaded() -> None:
    body = Consignment(
        equipment=(
            Equipment(code="AAAU0000001", seals=("S1",), size_type="22G1"),
            Equipment(code="BBBU0000002"),
        ),
        goods=(GoodsItem(number=1, hs_code="8418", container_codes=("AAAU0000001",)),),
        transport=Transport(plates=("B 1",), seals=("T1",)),
        total_packages=3,
        total_gross_mass_kg=100.0,
    )
    found = declaration_of(a_paper(body))
    assert found.containers == (
        DeclaredContainer(
            code="AAAU0000001",
            size_type="22G1",
            load=DeclaredLoad.LOADED,
            goods=(DeclaredGoods(hs_code="8418"),),
            seals=("S1",),
        ),
        DeclaredContainer(code="BBBU0000002"),
    )
    assert (found.plates, found.seals) == (("B 1",), ("T1",))
    assert (found.total_packages, found.total_gross_mass_kg) == (3, 100.0)


def test_goods_without_a_container_are_in_the_only_one() -> None:
    goods = (GoodsItem(number=1, hs_code="8418"),)
    one = Consignment(equipment=(Equipment(code="AAAU0000001"),), goods=goods)
    found = declaration_of(a_paper(one))
    assert found.containers[0].goods == (DeclaredGoods(hs_code="8418"),)
    assert found.goods == ()


def test_goods_without_a_container_beside_several_are_in_none() -> None:
    goods = (GoodsItem(number=1, hs_code="8418"),)
    boxes = (Equipment(code="AAAU0000001"), Equipment(code="BBBU0000002"))
    found = declaration_of(a_paper(Consignment(equipment=boxes, goods=goods)))
    assert [box.goods for box in found.containers] == [(), ()]
    assert [box.load for box in found.containers] == [None, None]
    assert found.goods == found.all_goods == (DeclaredGoods(hs_code="8418"),)


def test_the_mass_of_goods_in_two_containers_belongs_to_neither() -> None:
    item = GoodsItem(
        number=1,
        hs_code="8418",
        gross_mass_kg=10.0,
        packages=2,
        container_codes=("AAAU0000001", "BBBU0000002"),
    )
    found = declaration_of(a_paper(Consignment(goods=(item,))))
    assert [box.code for box in found.containers] == ["AAAU0000001", "BBBU0000002"]
    assert all(box.goods == (DeclaredGoods(hs_code="8418"),) for box in found.containers)


def test_no_un_number_is_lost_and_no_mass_is_doubled() -> None:
    item = GoodsItem(
        number=1,
        gross_mass_kg=10.0,
        dangerous=(DangerousGoods(un_number="1203"), DangerousGoods(un_number="2910")),
    )
    found = declaration_of(a_paper(Consignment(goods=(item,))))
    assert [(g.un_number, g.gross_mass_kg) for g in found.goods] == [("1203", 10.0), ("2910", None)]


def test_a_container_declared_empty_stays_so_although_goods_are_in_it() -> None:
    body = Consignment(
        equipment=(Equipment(code="AAAU0000001", load=DeclaredLoad.EMPTY),),
        goods=(GoodsItem(number=1, hs_code="8418"),),
    )
    assert declaration_of(a_paper(body)).containers[0].load is DeclaredLoad.EMPTY


@pytest.mark.parametrize(
    "paper",
    [
        a_paper(Consignment(), kind=PaperKind.INVOICE),
        a_paper(None, function=Function.CANCELLATION),
    ],
    ids=["invoice", "cancellation"],
)
def test_what_declares_nothing_is_no_declaration(paper: Paper) -> None:
    with pytest.raises(ValueError, match="declares no goods"):
        declaration_of(paper)


def test_goods_outside_containers_count_for_the_rules() -> None:
    goods = (GoodsItem(number=1, hs_code="310420", dangerous=(DangerousGoods(un_number="2910"),)),)
    boxes = (Equipment(code="AAAU0000001"), Equipment(code="BBBU0000002"))
    case = Case(
        analysis=Analysis(findings=(), coverage=(), lineup=()),
        policy=read_policy(),
        declaration=declaration_of(a_paper(Consignment(equipment=boxes, goods=goods))),
    )
    assert list(case.hs_codes) == ["310420"]
    assert [g.un_number for g in case.goods] == ["2910"]
