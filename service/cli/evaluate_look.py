"""`tallyman evaluate look`: can goods be told by what the load looks like?"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out, progress_bar
from service.config import Settings
from vision.evaluation import cargo_look
from vision.models.shelf import Shelf


def evaluate_look(
    each: Annotated[int, typer.Option(min=2, help="references of a heading")] = 60,
    tests: Annotated[int, typer.Option(min=1, help="tests of a heading")] = 12,
    seed: int = 1,
    as_json: JsonOption = False,
) -> None:
    """A simulated site that has learnt from decided loads: are goods told by their look?

    References and tests have seeds of their own. Raised as the shipped policy does. For real crops
    with headings: tallyman evaluate xray DIR/ajna_ncm.

    Example: tallyman evaluate look --each 60 --tests 12
    """
    shelf = Shelf(Settings().weights_dir)
    with progress_bar("loads") as progress:
        references = cargo_look.simulated(each=each, seed=2 * seed, shelf=shelf, progress=progress)
        tested = cargo_look.simulated(each=tests, seed=2 * seed + 1, shelf=shelf, progress=progress)
    figures = cargo_look.learned(references, tested)
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        return
    _show(figures)


def _show(figures: dict[str, Any]) -> None:
    out.print(f"{figures['loads']} loads of {figures['headings']} headings")
    table = Table("", "", "95 %", box=None)
    for name, value in figures.items():
        if isinstance(value, dict):
            low, high = value["interval_95"] or (0.0, 1.0)
            table.add_row(
                name.replace("_", " "),
                f"{value['count']} of {value['total']}",
                f"{low:.3f} to {high:.3f}",
            )
    out.print(table)
