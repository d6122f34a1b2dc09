"""What visits leave for later ones: sightings, prints of scans, loads of a lot, times on the way.

Every look-up is by an index and reads at most a fixed number of rows, so that a visit costs the
same however long the history is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from statistics import quantiles
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from service.domain.reconcile.history import Dwell, History, LotMember, PastScan, Sighting
from service.store.connections import Connections
from service.store.tables import Instant, metadata
from service.usecases.history import VisitRecord

SITE, LANE, SUBJECT, LOT, SCANNER = 100, 100, 70, 200, 100
# The look of a scan is cut into bands of 16 bits: two that differ in at most three bits share one.
BANDS, BAND_DIGITS = 4, 4
SIGHTINGS_EACH_SIDE, PRINTS_OF_A_BAND, LOADS_OF_A_LOT, DWELLS = 4, 40, 40, 400
QUARTERS = 4
OTHER_SITE = "another site"

sightings = Table(
    "sightings",
    metadata,
    Column("subject", String(SUBJECT), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("inspection_id", String(36), primary_key=True),
    Column("site", String(SITE), nullable=False),
    Column("latitude_deg", Float),
    Column("longitude_deg", Float),
    Column("certain", Boolean, nullable=False),
    Index(None, "inspection_id"),
    sqlite_with_rowid=False,
)
scan_prints = Table(
    "scan_prints",
    metadata,
    Column("scanner", String(SCANNER), primary_key=True),
    Column("band", Integer, primary_key=True, autoincrement=False),
    Column("bits", String(BAND_DIGITS), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("inspection_id", String(36), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("look", String(16), nullable=False),
    Column("noise", String(256), nullable=False),
    Column("site", String(SITE), nullable=False),
    Index(None, "inspection_id"),
    sqlite_with_rowid=False,
)
lot_loads = Table(
    "lot_loads",
    metadata,
    Column("site", String(SITE), primary_key=True),
    Column("lot", String(LOT), primary_key=True),
    Column("scanner", String(SCANNER), primary_key=True),
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("vector", Text, nullable=False),
    Index(None, "inspection_id"),
    sqlite_with_rowid=False,
)
dwells = Table(
    "dwells",
    metadata,
    Column("site", String(SITE), primary_key=True),
    Column("lane", String(LANE), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, primary_key=True),
    Column("inspection_id", String(36), primary_key=True),
    Column("minutes", Float, nullable=False),
    Index(None, "inspection_id"),
    sqlite_with_rowid=False,
)
TABLES = (sightings, scan_prints, lot_loads, dwells)


class SqlHistoryStore(Connections):
    """See `service.usecases.history.HistoryStore`."""

    def remember(self, record: VisitRecord) -> None:
        rows = rows_of(record)
        with self._reading() as db:
            kept = {table.name: _kept(db, table, record) for table in TABLES}
        changed = [table for table in TABLES if kept[table.name] != _compared(rows[table.name])]
        if not changed:
            return
        try:
            # A new visit has nothing to take away: half of the statements are spared.
            self._put(record, rows, [t for t in changed if kept[t.name]], changed)
        except IntegrityError:
            # Someone else has judged the same inspection in between.
            self._put(record, rows, changed, changed)

    def _put(
        self,
        record: VisitRecord,
        rows: dict[str, list[dict[str, Any]]],
        old: Sequence[Table],
        changed: Sequence[Table],
    ) -> None:
        with self._writing() as db:
            for table in old:
                db.execute(delete(table).where(table.c.inspection_id == record.inspection_id))
            for table in changed:
                if rows[table.name]:
                    db.execute(insert(table), rows[table.name])

    def before(self, record: VisitRecord) -> History:
        with self._reading() as db:
            return History(
                sightings=tuple(
                    seen for text, _ in record.subjects for seen in _sightings(db, text, record)
                ),
                scans=tuple(_scans(db, record)),
                lot=tuple(_lot(db, record)),
                dwell=_dwell(db, record),
            )


def rows_of(record: VisitRecord) -> dict[str, list[dict[str, Any]]]:
    """Rows of a record by table, without doubles."""
    own = {"inspection_id": record.inspection_id, "site": record.site}
    latitude, longitude = record.position or (None, None)
    prints = {
        (p.scanner[:SCANNER], band, bits, p.evidence.scan_sha256): {
            **own,
            "scanner": p.scanner[:SCANNER],
            "band": band,
            "bits": bits,
            "at": record.at,
            "sha256": p.evidence.scan_sha256,
            "look": p.look,
            "noise": p.noise,
        }
        for p in record.prints
        for band, bits in bands(p.look)
    }
    return {
        "sightings": [
            {
                **own,
                "subject": text[:SUBJECT],
                "at": record.at,
                "latitude_deg": latitude,
                "longitude_deg": longitude,
                "certain": certain,
            }
            for text, certain in record.subjects
        ],
        "scan_prints": list(prints.values()),
        "lot_loads": [
            {
                **own,
                "lot": record.lot[:LOT],
                "scanner": scanner[:SCANNER],
                "number": number,
                "vector": json.dumps(vector),
            }
            for number, (scanner, vector) in enumerate(record.vectors)
            if record.lot
        ],
        "dwells": [
            {
                **own,
                "lane": record.lane,
                "hour": record.at.hour,
                "at": record.at,
                "minutes": record.dwell_minutes,
            }
            for _ in range(record.dwell_minutes is not None)
        ],
    }


def bands(look: str) -> list[tuple[int, str]]:
    """The hash of a look in numbered parts; none of a hash that is not 64 bits."""
    if len(look) != BANDS * BAND_DIGITS:
        return []
    return [(n, look[n * BAND_DIGITS : (n + 1) * BAND_DIGITS]) for n in range(BANDS)]


def _kept(db: Connection, table: Table, record: VisitRecord) -> set[tuple[Any, ...]]:
    found = db.execute(_own(table.name), {"inspection": record.inspection_id}).all()
    return _compared([row._asdict() for row in found])


def _compared(rows: Sequence[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {tuple(sorted(row.items())) for row in rows}


@cache
def _own(name: str) -> Select[Any]:
    table = metadata.tables[name]
    return select(table).where(table.c.inspection_id == bindparam("inspection"))


def _sightings(db: Connection, text: str, record: VisitRecord) -> list[Sighting]:
    asked = {"subject": text[:SUBJECT], "at": record.at, "inspection": record.inspection_id}
    rows = [row for query in _nearest() for row in db.execute(query, asked)]
    rows.sort(key=lambda row: abs(row.at - record.at))
    return [_sighting(row, record) for row in rows]


def _sighting(row: Row[Any], record: VisitRecord) -> Sighting:
    own = row.site == record.site
    return Sighting(
        subject=row.subject,
        at=row.at,
        place=row.site,
        reference=row.inspection_id if own else OTHER_SITE,
        latitude_deg=row.latitude_deg,
        longitude_deg=row.longitude_deg,
        mode="road",
        certain=row.certain,
    )


@cache
def _nearest() -> tuple[Select[Any], Select[Any]]:
    c = sightings.c
    mine = (c.subject == bindparam("subject"), c.inspection_id != bindparam("inspection"))
    before = select(sightings).where(*mine, c.at <= bindparam("at", type_=Instant))
    after = select(sightings).where(*mine, c.at > bindparam("at", type_=Instant))
    return (
        before.order_by(c.at.desc()).limit(SIGHTINGS_EACH_SIDE),
        after.order_by(c.at).limit(SIGHTINGS_EACH_SIDE),
    )


def _scans(db: Connection, record: VisitRecord) -> list[PastScan]:
    """Of this site: scans that share a band of the look, the newest first."""
    found: dict[tuple[str, str], PastScan] = {}
    for own in record.prints:
        for band, bits in bands(own.look):
            asked = {
                "scanner": own.scanner[:SCANNER],
                "band": band,
                "bits": bits,
                "site": record.site,
                "inspection": record.inspection_id,
            }
            for row in db.execute(_alike(), asked):
                found[row.inspection_id, row.sha256] = PastScan(
                    inspection_id=row.inspection_id,
                    at=row.at,
                    scanner=row.scanner,
                    look=row.look,
                    noise=row.noise,
                    sha256=row.sha256,
                )
    return sorted(found.values(), key=lambda scan: scan.at, reverse=True)


@cache
def _alike() -> Select[Any]:
    c = scan_prints.c
    return (
        select(scan_prints)
        .where(
            c.scanner == bindparam("scanner"),
            c.band == bindparam("band"),
            c.bits == bindparam("bits"),
            c.site == bindparam("site"),
            c.inspection_id != bindparam("inspection"),
        )
        .order_by(c.at.desc())
        .limit(PRINTS_OF_A_BAND)
    )


def _lot(db: Connection, record: VisitRecord) -> list[LotMember]:
    if not record.lot:
        return []
    return [
        LotMember(
            reference=row.inspection_id,
            scanner=row.scanner,
            vector=tuple(json.loads(row.vector)),
        )
        for scanner in dict.fromkeys(scanner for scanner, _ in record.vectors)
        for row in db.execute(
            _loads(),
            {
                "site": record.site,
                "lot": record.lot[:LOT],
                "scanner": scanner[:SCANNER],
                "inspection": record.inspection_id,
            },
        )
    ]


@cache
def _loads() -> Select[Any]:
    c = lot_loads.c
    return (
        select(lot_loads)
        .where(
            c.site == bindparam("site"),
            c.lot == bindparam("lot"),
            c.scanner == bindparam("scanner"),
            c.inspection_id != bindparam("inspection"),
        )
        .limit(LOADS_OF_A_LOT)
    )


def _dwell(db: Connection, record: VisitRecord) -> Dwell | None:
    """Against the last visits of the lane in this hour of the day, before this one."""
    if record.dwell_minutes is None:
        return None
    asked = {"site": record.site, "lane": record.lane, "hour": record.at.hour, "at": record.at}
    others = list(db.execute(_of_the_hour(), asked).scalars())
    lower, _, upper = quantiles(others, n=QUARTERS) if len(others) > 1 else (0.0, 0.0, 0.0)
    return Dwell(
        minutes=record.dwell_minutes,
        lower_quartile=lower,
        upper_quartile=upper,
        count=len(others),
    )


@cache
def _of_the_hour() -> Select[Any]:
    c = dwells.c
    return (
        select(c.minutes)
        .where(
            c.site == bindparam("site"),
            c.lane == bindparam("lane"),
            c.hour == bindparam("hour"),
            c.at < bindparam("at", type_=Instant),
        )
        .order_by(c.at.desc())
        .limit(DWELLS)
    )
