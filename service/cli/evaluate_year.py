"""`tallyman evaluate year`: do false alarms keep to their budget while traffic changes?"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out, progress_bar
from service.domain.budget.binomial import exact_interval
from service.usecases.simulate_year import DAYS, RULES, SITES, Regime, simulate_year

QUARTERS = (1, 2, 3, 4)
WIDTH, ROW, LEFT = 760, 16, 190


def evaluate_year(  # noqa: PLR0917 - one parameter per option
    visits: Annotated[int, typer.Option(min=2_000, help="over all sites")] = 200_000,
    rate: Annotated[float, typer.Option(help="budget of each rule")] = 0.002,
    seed: int = 1,
    processes: Annotated[int, typer.Option(min=1)] = 2,
    report: Annotated[
        Path | None, typer.Option(help="an HTML page with plots", dir_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """A simulated year: three sites, drift, a rainy month, a new scanner, 1 in 500 loads bad.

    Limits and standings are set by the service's own code; beside it the same loads under fixed
    limits, and under budgets that never abstain.

    Example: tallyman evaluate year --report year.html
    """
    with progress_bar("sites and regimes") as progress:
        regimes = simulate_year(
            visits=visits, rate=rate, seed=seed, processes=processes, progress=progress
        )
    figures = {
        "visits": visits,
        "rate": rate,
        "seed": seed,
        "regimes": [_figures(regime, rate) for regime in regimes],
    }
    if report is not None:
        report.write_text(_page(regimes, figures, rate), encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        return
    _show(regimes, rate)


def _figures(regime: Regime, rate: float) -> dict[str, Any]:
    low, high = exact_interval(regime.detected, regime.bad)
    cells = regime.tallies.values()
    return {
        "regime": regime.name,
        "bad": regime.bad,
        "detected": regime.detected,
        "detected_interval": [round(low, 3), round(high, 3)],
        "clean": regime.clean,
        "clean_loads_raised": regime.clean_raised,
        "raised_per_day": round(statistics.mean(regime.raised_per_day), 2),
        "most_raised_on_a_day": max(regime.raised_per_day),
        "rule_quarters": len(regime.tallies),
        "surely_over_budget": sum(cell.interval()[0] > rate for cell in cells),
        "over_budget": sum(cell.raised > rate * cell.clean for cell in cells),
        "surely_over_while_active": sum(cell.interval_active()[0] > rate for cell in cells),
        "over_while_active": sum(cell.raised > rate * cell.clean_active for cell in cells),
        "advisory_days": sum(cell.advisory_days for cell in cells),
        "quarters": [
            {
                "site": site,
                "rule": rule,
                "quarter": quarter,
                "clean": cell.clean,
                "false_alarms": cell.raised,
                "interval": [round(bound, 5) for bound in cell.interval()],
                "clean_active": cell.clean_active,
                "interval_active": [round(bound, 5) for bound in cell.interval_active()],
                "advisory_days": cell.advisory_days,
            }
            for (site, rule, quarter), cell in sorted(regime.tallies.items())
        ],
    }


def _show(regimes: Sequence[Regime], rate: float) -> None:
    table = Table("", *(regime.name for regime in regimes), box=None)
    figures = [_figures(regime, rate) for regime in regimes]
    rows: dict[str, Callable[[dict[str, Any]], str]] = {
        "bad loads detected": lambda f: f"{f['detected']} of {f['bad']}",
        "clean loads raised": lambda f: f"{f['clean_loads_raised']} of {f['clean']}",
        "raised per day, mean": lambda f: f"{f['raised_per_day']}",
        "raised per day, most": lambda f: f"{f['most_raised_on_a_day']}",
        "quarters of a rule at a site surely over budget": lambda f: (
            f"{f['surely_over_budget']} of {f['rule_quarters']}"
        ),
        "the same, over by count": lambda f: f"{f['over_budget']}",
        "surely over on the days when it was active": lambda f: (
            f"{f['surely_over_while_active']} of {f['rule_quarters']}"
        ),
        "the same, over by count ": lambda f: f"{f['over_while_active']}",
        "days of a rule in advisory": lambda f: f"{f['advisory_days']}",
    }
    for name, cell in rows.items():
        table.add_row(name, *(cell(f) for f in figures))
    out.print(table)


def _page(regimes: Sequence[Regime], figures: dict[str, Any], rate: float) -> str:
    """Self-contained: rates by rule and quarter as intervals, and the workload of every day."""
    parts = [
        "<!doctype html><meta charset='utf-8'><title>A simulated year</title>",
        "<style>body{font:14px system-ui,sans-serif;margin:2rem;max-width:60rem;color:#222}",
        "svg{display:block;margin:.4rem 0 1.2rem}text{font-size:11px;fill:#444}",
        "table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right}</style>",
        f"<h1>A simulated year: {figures['visits']:,} visits, budget 1 in {1 / rate:,.0f}</h1>",
        "<p>Simulated traffic through the service's own budgets. Green: the interval of the "
        "observed false alarms reaches down to the budget; red: it lies wholly above. The dashed "
        "line is the budget.</p>",
    ]
    for regime, numbers in zip(regimes, figures["regimes"], strict=True):
        parts.append(
            f"<h2>{escape(regime.name)}</h2><p>Detected {numbers['detected']} of {numbers['bad']} "
            f"bad loads; raised {numbers['clean_loads_raised']:,} of {numbers['clean']:,} clean; "
            f"{numbers['surely_over_budget']} of {numbers['rule_quarters']} quarters surely over "
            f"budget, {numbers['surely_over_while_active']} counting only days when the rule was "
            f"active; {numbers['advisory_days']} rule-days in advisory.</p>"
        )
        parts.append(_intervals(regime, rate))
        parts.append(_workload(regime))
    return "\n".join(parts)


def _intervals(regime: Regime, rate: float) -> str:
    top = max(4 * rate, *(cell.interval()[1] for cell in regime.tallies.values()))
    scale = (WIDTH - LEFT) / top
    rows = [(rule, site.name) for rule in RULES for site in SITES]
    marks = []
    for number, (rule, site) in enumerate(rows):
        y = 20 + number * ROW
        if site == SITES[0].name:
            marks.append(f"<text x='0' y='{y + 4}'>{rule}</text>")
        marks.append(f"<text x='{LEFT - 48}' y='{y + 4}'>{site}</text>")
        for quarter in QUARTERS:
            cell = regime.tallies[site, rule, quarter]
            low, high = cell.interval()
            colour = "#c33" if low > rate else "#2a8f52"
            at = y - 5 + 3 * (quarter - 1)
            marks.append(
                f"<line x1='{LEFT + low * scale:.1f}' x2='{LEFT + high * scale:.1f}' y1='{at}' "
                f"y2='{at}' stroke='{colour}' stroke-width='2'><title>{rule} at {site}, quarter "
                f"{quarter}: {cell.raised} of {cell.clean}</title></line>"
            )
    height = 30 + len(rows) * ROW
    promised = LEFT + rate * scale
    return (
        f"<svg width='{WIDTH}' height='{height}' role='img' aria-label='false alarms by rule'>"
        f"<line x1='{promised:.1f}' x2='{promised:.1f}' y1='8' y2='{height}' stroke='#888' "
        f"stroke-dasharray='4 3'/>{''.join(marks)}</svg>"
    )


def _workload(regime: Regime) -> str:
    most = max(*regime.raised_per_day, 1)
    points = " ".join(
        f"{LEFT + day * (WIDTH - LEFT) / DAYS:.1f},{90 - 80 * count / most:.1f}"
        for day, count in enumerate(regime.raised_per_day)
    )
    return (
        f"<svg width='{WIDTH}' height='100' role='img' aria-label='raised per day'>"
        f"<text x='0' y='50'>raised per day (most {most})</text>"
        f"<polyline points='{points}' fill='none' stroke='#1f6fd0' stroke-width='1'/></svg>"
    )
