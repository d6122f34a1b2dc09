"""`tallyman bench papers`: how fast papers are taken in beside the service, and found again."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypedDict

import numpy as np
import typer
from rich.table import Table
from sqlalchemy import Engine

from service.cli.bench_service import SITE, beside_the_service
from service.cli.terminal import JsonOption, err, out
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.keys import KeyKind
from service.domain.papers.matching import JoinRules
from service.domain.papers.movement import BayPlan, StowedContainer
from service.papers_wiring import open_papers
from service.sources.edifact.writing import Sending, write_bay_plan
from service.store import paper_filling as filled
from service.store.engine import migrate, open_engine
from service.store.paper_archive import SqlPaperArchive
from service.store.visit_store import SqlVisitStore
from service.usecases.paper_ports import Span

WARM, MEASURED = 50, 1000
A_MINUTE_S = 60.0
TARGETS = {"declarations": 1000.0, "bay_plan": 20.0, "look_up": 10.0}
"""Declarations a minute, seconds for a plan of 20,000, milliseconds among 1,000,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table; milliseconds are those of one request or look-up."""

    what: str
    database: str
    value: float
    unit: str
    target: float
    median_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    worst_ms: float | None = None
    note: str = ""


class _Times(TypedDict):
    database: str
    median_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float


def bench_papers(
    papers: Annotated[
        int, typer.Option(min=5, help="papers in the archive that look-ups search")
    ] = 1_000_000,
    declarations: Annotated[
        int, typer.Option(min=0, help="sent to a service of its own; 0: none")
    ] = 1_000,
    containers: Annotated[int, typer.Option(min=1, help="of the bay plan")] = 20_000,
    database_url: Annotated[
        str | None, typer.Option(help="an EMPTY database of its own; default: a new SQLite file")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look-ups among a million papers, then a bay plan, and declarations a minute beside them.

    The declarations go to a service of its own, which analyses a scan every ten seconds meanwhile.

    Example: tallyman bench papers --papers 1000000 --declarations 1000
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = database_url or f"sqlite:///{folder / 'papers.sqlite'}"
        figures = [_look_ups(papers // filled.PER_VISIT, url)]
        figures.append(_bay_plan(containers, folder, url))
        if declarations:
            err.print(f"sending {declarations:,} declarations to a service", style="dim")
            figures.append(_declarations(declarations, folder, url))
    if as_json:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")
        return
    table = Table("", "database", "", "target", "median ms", "p95", "p99", "worst", "", box=None)
    for figure in figures:
        table.add_row(*_cells(figure))
    out.print(table)


def _cells(figure: Figure) -> tuple[str, ...]:
    times = (figure.median_ms, figure.p95_ms, figure.p99_ms, figure.worst_ms)
    return (
        figure.what,
        figure.database,
        f"{figure.value:,.2f} {figure.unit}",
        f"{figure.target:g}",
        *("" if ms is None else f"{ms:.2f}" for ms in times),
        figure.note,
    )


def _declarations(count: int, folder: Path, url: str) -> Figure:
    sent = beside_the_service(count, folder, database_url=url)
    return Figure(
        what=f"{count:,} declarations",
        value=round(A_MINUTE_S * sent.declarations / sent.seconds, 1),
        unit="a minute",
        target=TARGETS["declarations"],
        note=f"{sent.scans} scans sent meanwhile",
        **_times(sent.milliseconds, url),
    )


def _bay_plan(containers: int, folder: Path, url: str) -> Figure:
    """By the same door as `tallyman papers import`: read, filed, its effect followed."""
    data = write_bay_plan(_a_plan(containers), Sending(prepared_at=filled.NOON))
    settings = Settings(data_dir=folder / "plan", database_url=url)
    settings.data_dir.mkdir(exist_ok=True)
    me = Caller(name="bench", role=Role.ADMIN)
    with open_papers(settings) as papers:
        began, began_cpu = time.perf_counter(), time.process_time()
        papers.desk.take_in("plan.edi", data, site=SITE, caller=me)
        papers.desk.follower.follow()
        seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    return Figure(
        what=f"BAPLIE of {containers:,} containers",
        database=_name(url),
        value=round(seconds, 2),
        unit="s",
        target=TARGETS["bay_plan"],
        note=f"{len(data) / 1e6:.1f} MB, {cpu:.1f} s of processor time",
    )


def _a_plan(containers: int) -> BayPlan:
    return BayPlan(
        transport=Transport(vessel="EXAMPLE STAR", vessel_imo="9321483", voyage="118E"),
        containers=tuple(
            StowedContainer(
                equipment=Equipment(
                    code=filled.code_of(number), load=DeclaredLoad.LOADED, gross_mass_kg=21500.0
                ),
                slot=f"{number % 800:03d}0{number % 20:02d}82",
                place_of_loading="NLRTM",
                place_of_discharge="USNYC",
                operator="EXL",
            )
            for number in range(containers)
        ),
    )


def _look_ups(visits: int, url: str) -> Figure:
    engine = open_engine(url)
    try:
        migrate(engine)
        err.print(f"filling in {visits * filled.PER_VISIT:,} papers", style="dim")
        began = time.perf_counter()
        filled.fill(engine, visits)
        filled_s = time.perf_counter() - began
        SqlVisitStore(engine, rules=JoinRules()).followed(visits * filled.PER_VISIT)
        times = _times(_each_look_up(engine, visits), url)
    finally:
        engine.dispose()
    return Figure(
        what=f"a visit's papers among {visits * filled.PER_VISIT:,}",
        value=times["median_ms"],
        unit="ms",
        target=TARGETS["look_up"],
        note=f"{MEASURED} look-ups; filled in {filled_s:.0f} s",
        **times,
    )


def _each_look_up(engine: Engine, visits: int) -> list[float]:
    archive, rng = SqlPaperArchive(engine), np.random.default_rng(20261124)
    taken = []
    for number, visit in enumerate(rng.integers(0, visits, size=WARM + MEASURED)):
        at = filled.when(int(visit))
        near = Span.around(at, timedelta(hours=12))
        weeks = Span.around(at, timedelta(days=45))
        began = time.perf_counter()
        archive.find(
            {
                KeyKind.CONTAINER: frozenset({filled.code_of(int(visit))}),
                KeyKind.PLATE: frozenset({filled.plate_of(int(visit))}),
                KeyKind.DOCUMENT: frozenset({filled.mrn_of(int(visit))}),
            },
            site=filled.SITE,
            spans={KeyKind.CONTAINER: weeks, KeyKind.PLATE: near, KeyKind.DOCUMENT: weeks},
        )
        if number >= WARM:
            taken.append(1000 * (time.perf_counter() - began))
    return taken


def _times(milliseconds: Sequence[float], url: str) -> _Times:
    median, p95, p99, worst = (
        round(float(np.quantile(milliseconds, q)), 2) for q in (0.5, 0.95, 0.99, 1.0)
    )
    return {
        "database": _name(url),
        "median_ms": median,
        "p95_ms": p95,
        "p99_ms": p99,
        "worst_ms": worst,
    }


def _name(url: str) -> str:
    return "postgresql" if url.startswith("postgresql") else "sqlite"
