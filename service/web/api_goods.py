"""`/v1/goods`: a goods description in any language to headings of the Harmonized System."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.nomenclature.goods_text import shipped_goods_index
from service.web.auth import Reader
from service.web.goods_schemas import GoodsOut, goods_out

MAX_DESCRIPTION = 2000
MOST_HEADINGS = 20

router = APIRouter(prefix="/v1", tags=["papers"])


@router.get("/goods", response_model=GoodsOut)
def read_goods(
    caller: Reader,
    text: Annotated[str, Query(min_length=1, max_length=MAX_DESCRIPTION)],
    limit: Annotated[int, Query(ge=1, le=MOST_HEADINGS)] = 5,
) -> GoodsOut:
    """Headings that the words may mean, with scores; an abstention says why."""
    del caller
    return goods_out(shipped_goods_index().match(text, limit=limit))
