"""Live passages in the database: one row each, one row for each record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Integer, String, Table, Text, insert, select
from sqlalchemy import update as sql_update

from service.domain.access import Caller
from service.domain.passage import OpenPassage, PassageRecord
from service.errors import Conflict, NotFound
from service.store.connections import Connections
from service.store.stored_json import Codec
from service.store.tables import Instant, metadata

passages = Table(
    "passages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("inspection_id", String(36)),
    Column("body", Text, nullable=False),
)

passage_records = Table(
    "passage_records",
    metadata,
    Column("passage_id", String(36), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

_PASSAGE = Codec(OpenPassage)
_RECORD = Codec(PassageRecord)


class SqlPassages(Connections):
    """The `PassageStore` of both databases."""

    def add_passage(self, passage: OpenPassage) -> None:
        with self._writing() as db:
            db.execute(
                insert(passages).values(
                    id=passage.id,
                    site=passage.site,
                    opened_at=passage.opened_at,
                    inspection_id=None,
                    body=_PASSAGE.dump(passage),
                )
            )

    def passage(self, passage_id: str, *, caller: Caller) -> OpenPassage:
        with self._reading() as db:
            row = db.execute(select(passages).where(passages.c.id == passage_id)).one_or_none()
        if row is None or not caller.sees(row.site):
            raise NotFound(f"no passage {passage_id}")
        stored = _PASSAGE.load(row.body)
        return OpenPassage(
            id=stored.id,
            site=stored.site,
            lane=stored.lane,
            panels=stored.panels,
            opened_at=stored.opened_at,
            declaration_ref=stored.declaration_ref,
            registration_refs=stored.registration_refs,
            inspection_id=row.inspection_id,
        )

    def add_records(self, passage_id: str, records: Sequence[PassageRecord]) -> None:
        with self._writing() as db:
            # The row is locked, so that two requests with the same number come one by one.
            row = db.execute(
                select(passages.c.inspection_id)
                .where(passages.c.id == passage_id)
                .with_for_update()
            ).one()
            if row.inspection_id is not None:
                raise Conflict(f"passage {passage_id} is closed")
            numbers = [record.sequence for record in records]
            before = {
                entry.sequence: entry.body
                for entry in db.execute(
                    select(passage_records).where(
                        passage_records.c.passage_id == passage_id,
                        passage_records.c.sequence.in_(numbers),
                    )
                )
            }
            for record in records:
                body = _RECORD.dump(record)
                stored = before.setdefault(record.sequence, "")
                if stored and stored != body:
                    raise Conflict(f"record {record.sequence} came with other counts before")
                if not stored:
                    db.execute(
                        insert(passage_records).values(
                            passage_id=passage_id, sequence=record.sequence, body=body
                        )
                    )
                    before[record.sequence] = body

    def records(self, passage_id: str) -> tuple[PassageRecord, ...]:
        with self._reading() as db:
            rows = db.execute(
                select(passage_records.c.body)
                .where(passage_records.c.passage_id == passage_id)
                .order_by(passage_records.c.sequence)
            ).all()
        return tuple(_RECORD.load(row.body) for row in rows)

    def close_passage(self, passage_id: str, *, inspection_id: str) -> None:
        with self._writing() as db:
            db.execute(
                sql_update(passages)
                .where(passages.c.id == passage_id)
                .values(inspection_id=inspection_id)
            )
