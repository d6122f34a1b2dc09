"""`tallyman bench reconcile`: what one visit costs with a short and with a long history."""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table
from sqlalchemy import Engine

from service.cli.terminal import JsonOption, err, out, progress_bar
from service.domain.reconcile.case import Case
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.policy_file import read_policy
from service.domain.scenarios.run import case_of
from service.domain.scenarios.scenario import visits as clean_visits
from service.store.engine import migrate, open_engine
from service.store.goods_library import SqlGoodsLibrary
from service.store.history import SqlHistoryStore
from service.store.history_filling import SCANNER, SITE, at_of, box_of, fill
from service.store.scan_orders import SqlScanOrders
from service.usecases.goods_library import LookedLoad, Shelfmark, look_among
from service.usecases.history import VisitRecord
from vision.findings import Evidence, Provenance, ScanFingerprint

VISIT = "tiles"
WARM, MEASURED = 30, 300
LIMIT_MS = 15.0
LOOKS, HEADINGS, LOOK_SIZE = 200, 5, 36
SIZES = (1_000, 10_000, 100_000, 1_000_000)
METHOD = Provenance(model="bench", version="1", sha256="0" * 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds for one visit: history, orders and decided looks looked up, and all rules."""

    database: str
    visits: int
    rules_median_ms: float
    median_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    cpu_median_ms: float
    filled_s: float


def bench_reconcile(
    visits: Annotated[
        list[int] | None, typer.Option(help="repeatable; default: 1,000 to 1,000,000")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="an EMPTY database of its own; default: a new SQLite file")
    ] = None,
    plot: Annotated[Path | None, typer.Option(dir_okay=False, help="an SVG of the cost")] = None,
    as_json: JsonOption = False,
) -> None:
    """One visit through its history and all rules, for histories of growing length.

    The cost should not grow with the history. A million visits take some minutes to fill in.

    Example: tallyman bench reconcile --visits 1000 --visits 1000000
    """
    costs = [_measured(size, database_url) for size in visits or SIZES]
    if plot is not None:
        plot.write_text(_plot(costs), encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps([asdict(cost) for cost in costs], indent=1) + "\n")
        return
    table = Table(
        "database", "past visits", "rules ms", "median ms", "p95", "p99", "worst", box=None
    )
    for cost in costs:
        table.add_row(
            cost.database,
            f"{cost.visits:,}",
            f"{cost.rules_median_ms:.2f}",
            f"{cost.median_ms:.2f}",
            f"{cost.p95_ms:.2f}",
            f"{cost.p99_ms:.2f}",
            f"{cost.worst_ms:.2f}",
        )
    out.print(table)


def _plot(costs: Sequence[Cost]) -> str:
    """Median and 95 % of the cost over the length of the history, which is on a log scale."""
    top = max(20.0, *(cost.p95_ms for cost in costs))

    def at(cost: Cost, ms: float) -> tuple[float, float]:
        return 60 + 90 * math.log10(max(cost.visits, 1)), 250 - 220 * ms / top

    marks = [
        f"<text x='{at(cost, 0)[0]:.0f}' y='270' text-anchor='middle'>{cost.visits:,}</text>"
        for cost in costs
    ]
    for colour, pick in (("#1f6fd0", "median_ms"), ("#d2691e", "p95_ms")):
        places = [at(cost, getattr(cost, pick)) for cost in costs]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        marks.append(f"<polyline points='{line}' fill='none' stroke='{colour}' stroke-width='2'/>")
        marks += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>" for x, y in places]
    limit = at(costs[0], LIMIT_MS)[1]
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' width='680' height='310' "
        "font-family='system-ui, sans-serif' font-size='11'>"
        f"<line x1='60' x2='660' y1='{limit:.1f}' y2='{limit:.1f}' stroke='#888' "
        f"stroke-dasharray='4 3'/><text x='20' y='{limit + 4:.1f}'>{LIMIT_MS:.0f} ms</text>"
        f"{''.join(marks)}<text x='60' y='295'>past visits; blue: median, orange: 95 %</text></svg>"
    )


def _measured(visits: int, database_url: str | None) -> Cost:
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{Path(folder) / 'history.db'}"
        engine = open_engine(url)
        migrate(engine)
        try:
            begun = time.perf_counter()
            err.print(f"{engine.dialect.name}: filling in {visits:,} visits", style="dim")
            with progress_bar("rows") as progress:
                fill(engine, visits, progress=progress)
            return _cost(engine, visits, filled_s=time.perf_counter() - begun)
        finally:
            engine.dispose()


def _cost(engine: Engine, visits: int, *, filled_s: float) -> Cost:
    store, orders, library = SqlHistoryStore(engine), SqlScanOrders(engine), SqlGoodsLibrary(engine)
    looks = _fill_library(library)
    case = case_of(clean_visits()[VISIT], read_policy())
    rng = np.random.default_rng(2)
    whole, rules, cpu = [], [], []
    for number in range(WARM + MEASURED):
        record = _record(number, visits, rng)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        store.remember(record)
        history = replace(
            store.before(record),
            selections=orders.concerning(
                {text for text, _ in record.subjects}, site=SITE, at=record.at
            ),
            look=look_among(looks[number % len(looks)], library),
        )
        looked_up = time.perf_counter()
        _judge(replace(case, history=history))
        ended = time.perf_counter()
        if number >= WARM:
            whole.append(1000 * (ended - begun))
            rules.append(1000 * (ended - looked_up))
            cpu.append(1000 * (time.process_time() - begun_cpu))
    return Cost(
        database=engine.dialect.name,
        visits=visits,
        rules_median_ms=round(statistics.median(rules), 2),
        median_ms=round(statistics.median(whole), 2),
        p95_ms=round(_percentile(whole, 95), 2),
        p99_ms=round(_percentile(whole, 99), 2),
        worst_ms=round(max(whole), 2),
        cpu_median_ms=round(statistics.median(cpu), 2),
        filled_s=round(filled_s, 1),
    )


def _fill_library(library: SqlGoodsLibrary) -> list[LookedLoad]:
    """Decided loads of a few headings; those of one are looked at again."""
    rng = np.random.default_rng(3)
    mark = Shelfmark(site=SITE, scanner=SCANNER, model="bench 1")
    loads = []
    for number in range(LOOKS * HEADINGS):
        vector = rng.normal(0, 0.3, LOOK_SIZE) + np.eye(1, LOOK_SIZE, number % HEADINGS)[0]
        load = LookedLoad(
            mark=mark,
            heading=f"{1000 + number % HEADINGS}",
            at=at_of(number),
            inspection_id=f"look-{number:06d}",
            scan_sha256=f"{number:064x}",
            container_code="",
            reference="",
            vector=(vector / np.linalg.norm(vector)).astype(np.float32),
        )
        library.put(load)
        loads.append(load)
    return [replace(load, inspection_id="bench") for load in loads[::HEADINGS]]


def _percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent))


def _judge(case: Case) -> None:
    reach_verdict(case)


def _record(number: int, visits: int, rng: np.random.Generator) -> VisitRecord:
    """A new visit of a box, two lorries and a look that were there before."""
    look = "".join(f"{int(part):04x}" for part in rng.integers(0, 1 << 16, 4))
    scan = ScanFingerprint(
        evidence=Evidence(scan_sha256=f"{number:064x}"),
        provenance=METHOD,
        look=look,
        noise=f"{number:064x}",
        scanner=SCANNER,
    )
    return VisitRecord(
        inspection_id=f"bench-{number:06d}",
        site=SITE,
        lane=str(number % 8),
        at=at_of(visits + number),
        subjects=(
            (box_of(int(rng.integers(0, max(visits // 10, 1)))), True),
            (f"B{int(rng.integers(0, max(visits // 40, 1))):06d}", True),
            (f"H{int(rng.integers(0, max(visits // 40, 1))):06d}", True),
        ),
        position=(53.5, 10.0),
        prints=(scan,),
        dwell_minutes=30.0,
    )
