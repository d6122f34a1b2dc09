"""Fill a history with made-up visits, quickly: for measuring what a long one costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Engine, Table, insert

from service.store.history import BANDS, dwells, scan_prints, sightings

SITE, SCANNER, LANES = "main", "scanner-1", 8
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
BETWEEN = timedelta(seconds=30)
# A box comes back some ten times in a million visits; a lorry more often.
VISITS_PER_BOX, VISITS_PER_PLATE = 10, 40
CHUNK = 20_000
_Ints = npt.NDArray[np.int64]


def fill(
    engine: Engine, visits: int, *, seed: int = 1, progress: Callable[[int, int], None]
) -> None:
    """So many visits, each with a box, two plates, a scan and a time on the way.

    Rows come in the order of their key, which is what a database takes fastest.
    """
    rng = np.random.default_rng(seed)
    boxes = rng.integers(0, max(visits // VISITS_PER_BOX, 1), visits)
    plates = rng.integers(0, max(visits // VISITS_PER_PLATE, 1), (2, visits))
    looks = rng.integers(0, 1 << 16, (BANDS, visits))
    minutes = rng.gamma(4.0, 8.0, visits)
    parts: list[tuple[Table, int, Iterator[dict[str, Any]]]] = [
        (sightings, 3 * visits, _sightings(boxes, plates)),
        (scan_prints, BANDS * visits, _prints(looks)),
        (dwells, visits, _dwells(minutes)),
    ]
    total, done = sum(rows for _, rows, _ in parts), 0
    for table, _, rows in parts:
        indexes = list(table.indexes)
        for index in indexes:
            index.drop(engine)
        chunk: list[dict[str, Any]] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) == CHUNK:
                done = _write(engine, table, chunk, done)
                progress(done, total)
        done = _write(engine, table, chunk, done)
        progress(done, total)
        for index in indexes:
            index.create(engine)


def box_of(number: int) -> str:
    """The code of a made-up box."""
    return f"TALU{number:07d}"


def at_of(visit: int) -> datetime:
    return FIRST + visit * BETWEEN


def _write(engine: Engine, table: Table, chunk: list[dict[str, Any]], done: int) -> int:
    written = len(chunk)
    if chunk:
        with engine.begin() as db:
            db.execute(insert(table), chunk)
        chunk.clear()
    return done + written


def _visit(number: int) -> dict[str, Any]:
    return {"inspection_id": f"made-{number:09d}", "site": SITE, "at": at_of(number)}


def _sightings(boxes: _Ints, plates: _Ints) -> Iterator[dict[str, Any]]:
    for letters, subjects in (("B", plates[0]), ("H", plates[1]), ("T", boxes)):
        for number in np.argsort(subjects, kind="stable"):
            subject = int(subjects[number])
            yield {
                **_visit(int(number)),
                "subject": box_of(subject) if letters == "T" else f"{letters}{subject:06d}",
                "latitude_deg": 53.5,
                "longitude_deg": 10.0,
                "certain": True,
            }


def _prints(looks: _Ints) -> Iterator[dict[str, Any]]:
    whole = ["".join(f"{int(part):04x}" for part in look) for look in looks.T]
    for band in range(BANDS):
        for number in np.argsort(looks[band], kind="stable"):
            visit = _visit(int(number))
            yield {
                **visit,
                "scanner": SCANNER,
                "band": band,
                "bits": f"{int(looks[band, number]):04x}",
                "sha256": f"{int(number):064x}",
                "look": whole[number],
                "noise": f"{int(number) * 0x9E3779B97F4A7C15:064x}",
            }


def _dwells(minutes: npt.NDArray[np.float64]) -> Iterator[dict[str, Any]]:
    numbers = np.arange(minutes.size)
    hours = np.array([at_of(int(n)).hour for n in numbers])
    for number in np.lexsort((numbers, hours, numbers % LANES)):
        yield {
            **_visit(int(number)),
            "lane": str(int(number) % LANES),
            "hour": int(hours[number]),
            "minutes": float(minutes[number]),
        }
