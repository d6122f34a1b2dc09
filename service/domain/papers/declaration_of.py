"""A customs paper as the declaration that the rules judge."""

from __future__ import annotations

from dataclasses import replace

from service.domain.declaration import (
    Declaration,
    DeclaredContainer,
    DeclaredGoods,
    DeclaredLoad,
)
from service.domain.papers.consignment import Consignment, Equipment, GoodsItem
from service.domain.papers.paper import Paper, PaperKind

DECLARING = frozenset(
    {
        PaperKind.IMPORT_DECLARATION,
        PaperKind.EXPORT_DECLARATION,
        PaperKind.TRANSIT_DECLARATION,
        PaperKind.ENTRY_SUMMARY,
    }
)


def declaration_of(paper: Paper) -> Declaration:
    """What the paper declares, container by container.

    A container with goods is declared loaded even if its indicator is not stated. Goods that name
    several containers are listed in each without mass and packages, which belong to none alone;
    goods that name none are in the only container, or, if there are several, in none.

    Raises:
        ValueError: the paper declares nothing: another kind, or a cancellation.
    """
    body = paper.body
    if paper.kind not in DECLARING or not isinstance(body, Consignment):
        raise ValueError(f"{paper.kind.value} {paper.reference} declares no goods")
    boxes = {box.code: box for box in body.equipment if box.code}
    for item in body.goods:
        for code in item.container_codes:
            boxes.setdefault(code, Equipment(code=code))
    only = next(iter(boxes)) if len(boxes) == 1 else None
    within: dict[str, list[DeclaredGoods]] = {code: [] for code in boxes}
    outside: list[DeclaredGoods] = []
    for item in body.goods:
        codes = item.container_codes or ((only,) if only else ())
        goods = _goods(item)
        if len(codes) > 1:
            goods = [replace(g, gross_mass_kg=None, packages=None) for g in goods]
        for code in codes:
            within[code] += goods
        if not codes:
            outside += goods
    return Declaration(
        reference=paper.reference,
        site=paper.site,
        containers=tuple(_container(box, within[code]) for code, box in boxes.items()),
        plates=body.transport.plates,
        goods=tuple(outside),
        seals=body.transport.seals,
        total_packages=body.total_packages,
        total_gross_mass_kg=body.total_gross_mass_kg,
    )


def _container(box: Equipment, goods: list[DeclaredGoods]) -> DeclaredContainer:
    return DeclaredContainer(
        code=box.code,
        size_type=box.size_type,
        load=box.load or (DeclaredLoad.LOADED if goods else None),
        goods=tuple(goods),
        seals=box.seals,
        gross_mass_kg=box.verified_gross_mass_kg or box.gross_mass_kg,
    )


def _goods(item: GoodsItem) -> list[DeclaredGoods]:
    """The item, and once more without mass for every further UN number."""
    numbers = [dangerous.un_number for dangerous in item.dangerous]
    first = DeclaredGoods(
        hs_code=item.hs_code or "",
        description=item.description,
        gross_mass_kg=item.gross_mass_kg,
        un_number=numbers[0] if numbers else None,
        packages=item.packages,
    )
    return [
        first,
        *(
            replace(first, gross_mass_kg=None, packages=None, un_number=number)
            for number in numbers[1:]
        ),
    ]
