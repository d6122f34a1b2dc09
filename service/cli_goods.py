"""`tallyman evaluate goods` and `tallyman evaluate names`: how well words and names are matched.

Commands for the lead application to mount; each prints a table, or one JSON document with `--json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from service.nomenclature.confidence import shipped_calibration
from service.nomenclature.evaluation import (
    cases_of,
    fit_calibration,
    measure,
    read_hard_cases,
    spelt_out,
    split,
)
from service.nomenclature.goods_text import GoodsIndex, shipped_goods_index
from service.nomenclature.trade_words import heading_terms, shipped_terms, word_lists

SEED = 6
HARD_CASES = Path("tests/service/nomenclature/hard_cases.csv")

out = Console()

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
SeedOption = Annotated[int, typer.Option(help="of the split and of everything generated")]


def evaluate_goods(
    cases: Annotated[Path, typer.Option(help="written cases; left out if missing")] = HARD_CASES,
    seed: SeedOption = SEED,
    calibrate: Annotated[
        Path | None, typer.Option(help="fit the calibration anew and write it here; minutes")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Goods descriptions to HS headings: on words held out of the tables, and on hard cases."""
    terms, words = shipped_terms(), word_lists()
    if calibrate is not None:
        fitted = fit_calibration(terms, words, seed=seed)
        calibrate.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    kept, held = split(terms, seed=seed)
    partial = GoodsIndex((*kept, *heading_terms()), words, shipped_calibration())
    report: dict[str, Any] = {
        "terms": len(terms),
        "languages": len({term.language for term in terms}),
        "seed": seed,
        "held_out": measure(partial, cases_of(held)),
    }
    if cases.exists():
        written = read_hard_cases(cases)
        index = shipped_goods_index()
        everything = [case for case, _ in written]
        there, elsewhere = spelt_out(everything, (*terms, *heading_terms()), words)
        report["hard_cases"] = {
            **measure(index, everything),
            "term_in_tables": measure(index, there),
            "term_not_in_tables": measure(index, elsewhere),
            "kinds": {
                kind: measure(index, [case for case, of in written if of == kind])
                for kind in sorted({kind for _, kind in written})
            },
        }
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    _show_goods("Held-out words of the tables", report["held_out"])
    if "hard_cases" in report:
        hard = report["hard_cases"]
        _show_goods("Hard cases", hard)
        parts = {"a term is in the tables": hard["term_in_tables"]}
        parts["no term is in the tables"] = hard["term_not_in_tables"]
        _show_goods("Hard cases by kind", {**hard, "groups": {**parts, **hard["kinds"]}})


def _show_goods(title: str, figures: dict[str, Any]) -> None:
    table = Table(title=title)
    columns = ("n", "top1", "top5", "abstained", "right_when_answered", "abstained_rightly")
    for column in ("group", *columns):
        table.add_column(column.replace("_", " "), justify="right" if column != "group" else "left")
    for name, row in {**figures["groups"], "all": figures}.items():
        table.add_row(name, *(_cell(row[column]) for column in columns))
    out.print(table)
    out.print(
        f"calibration error {_cell(figures['calibration_error'])}; "
        f"{figures['latency_ms']['p50']} ms (p95 {figures['latency_ms']['p95']} ms) each",
        highlight=False,
    )


def _cell(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
