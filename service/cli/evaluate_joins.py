"""`tallyman evaluate joins`: papers and visits whose truth is known, by the product's own code."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out, progress_bar
from service.domain.budget.binomial import exact_interval
from service.domain.papers.matching import JoinRules
from service.usecases.simulate_joins import Tally, simulate_joins


def evaluate_joins(
    days: Annotated[int, typer.Option(min=1)] = 4,
    visits: Annotated[int, typer.Option(min=10, max=2_000, help="a day, at one gate")] = 400,
    seed: int = 1,
    as_json: JsonOption = False,
) -> None:
    """How often a certain join is right, and how many true ones are found, on made-up days.

    Plates and codes are unread, guessed or misread, trucks come again within hours, papers have
    typing errors, tickets may name nothing; the rates are assumptions.

    Example: tallyman evaluate joins --days 10
    """
    with progress_bar("days") as progress:
        tallies = simulate_joins(
            days=days, visits=visits, seed=seed, rules=JoinRules(), progress=progress
        )
    figures = {slot: _figures(tally) for slot, tally in sorted(tallies.items())}
    if as_json:
        document = {"days": days, "visits": visits, "seed": seed, "slots": figures}
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
        return
    columns = ("papers", "certain", "right", "95 %", "of all found certain", "doubtful", "missed")
    table = Table("", *columns, box=None)
    for slot, row in figures.items():
        table.add_row(
            slot.replace("_", " "),
            f"{row['papers']:,}",
            f"{row['certain']:,}",
            f"{row['precision']:.4f}",
            f"{row['low']:.4f} to {row['high']:.4f}",
            f"{row['found_certain']:.3f}",
            f"{row['doubtful']:,} ({row['doubtful_right']:,} right)",
            f"{row['missed']:,}",
        )
    out.print(table)


def _figures(tally: Tally) -> dict[str, Any]:
    low, high = exact_interval(tally.certain_right, tally.certain)
    return {
        **asdict(tally),
        "precision": round(tally.certain_right / max(tally.certain, 1), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "found_certain": round(tally.certain_right / max(tally.papers, 1), 4),
    }
