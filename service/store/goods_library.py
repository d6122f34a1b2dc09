"""The library of looks in the database."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    delete,
    insert,
    select,
)

from service.store.connections import Connections
from service.store.tables import Instant, metadata
from service.usecases.goods_library import HEADING, LookedLoad, LookTable, Shelfmark

SITE, SCANNER, MODEL, CODE, REFERENCE = 100, 100, 100, 70, 200

goods_looks = Table(
    "goods_looks",
    metadata,
    Column("site", String(SITE), primary_key=True),
    Column("scanner", String(SCANNER), primary_key=True),
    Column("model", String(MODEL), primary_key=True),
    Column("heading", String(HEADING), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("inspection_id", String(36), primary_key=True),
    Column("scan_sha256", String(64), nullable=False),
    Column("container_code", String(CODE), nullable=False),
    Column("reference", String(REFERENCE), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Index(None, "inspection_id"),
    sqlite_with_rowid=False,
)


class SqlGoodsLibrary(Connections):
    """See `service.usecases.goods_library.GoodsLibrary`."""

    def put(self, load: LookedLoad) -> None:
        with self._writing() as db:
            db.execute(delete(goods_looks).where(goods_looks.c.inspection_id == load.inspection_id))
            db.execute(
                insert(goods_looks).values(
                    site=load.mark.site,
                    scanner=load.mark.scanner[:SCANNER],
                    model=load.mark.model[:MODEL],
                    heading=load.heading,
                    at=load.at,
                    inspection_id=load.inspection_id,
                    scan_sha256=load.scan_sha256,
                    container_code=load.container_code[:CODE],
                    reference=load.reference[:REFERENCE],
                    vector=load.vector.astype("<f4").tobytes(),
                )
            )

    def take_out(self, inspection_id: str) -> None:
        own = goods_looks.c.inspection_id == inspection_id
        with self._reading() as db:
            if db.execute(select(goods_looks.c.inspection_id).where(own)).first() is None:
                return
        with self._writing() as db:
            db.execute(delete(goods_looks).where(own))

    def looks(self, mark: Shelfmark, *, heading: str | None, limit: int) -> LookTable:
        c = goods_looks.c
        query = _at(mark).with_only_columns(c.inspection_id, c.heading, c.vector)
        if heading is not None:
            query = query.where(c.heading == heading)
        with self._reading() as db:
            rows = db.execute(query.order_by(c.at.desc()).limit(limit)).all()
        joined = b"".join(row.vector for row in rows)
        return LookTable(
            inspection_ids=tuple(row.inspection_id for row in rows),
            headings=tuple(row.heading for row in rows),
            vectors=np.frombuffer(joined, dtype="<f4").reshape(len(rows), -1 if rows else 0),
        )

    def newest(self, mark: Shelfmark, *, limit: int) -> tuple[LookedLoad, ...]:
        return self._loads(_at(mark), limit)

    def _loads(self, query: Select[Any], limit: int) -> tuple[LookedLoad, ...]:
        newest = query.order_by(goods_looks.c.at.desc()).limit(limit)
        with self._reading() as db:
            return tuple(_load(row) for row in db.execute(newest))


def _at(mark: Shelfmark) -> Select[Any]:
    c = goods_looks.c
    return select(goods_looks).where(
        c.site == mark.site,
        c.scanner == mark.scanner[:SCANNER],
        c.model == mark.model[:MODEL],
    )


def _load(row: Row[Any]) -> LookedLoad:
    return LookedLoad(
        mark=Shelfmark(site=row.site, scanner=row.scanner, model=row.model),
        heading=row.heading,
        at=row.at,
        inspection_id=row.inspection_id,
        scan_sha256=row.scan_sha256,
        container_code=row.container_code,
        reference=row.reference,
        vector=np.frombuffer(row.vector, dtype="<f4"),
    )
