"""`tallyman evaluate look`: can goods be told by what the load looks like?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out, progress_bar
from service.config import Settings
from vision.evaluation import cargo_look
from vision.models.shelf import Shelf
from vision.xray.look import MODEL


def evaluate_look(
    folder: Annotated[
        Path | None,
        typer.Argument(exists=True, file_okay=False, help="crops with labels.csv (image, ncm4)"),
    ] = None,
    each: Annotated[
        int, typer.Option(min=2, help="simulated references of a heading, without a folder")
    ] = 60,
    tests: Annotated[int, typer.Option(min=1, help="simulated tests of a heading")] = 12,
    seed: int = 1,
    as_json: JsonOption = False,
) -> None:
    """Leave one out over the crops of a folder; without one, a simulated site that has learnt.

    The simulated references and tests have seeds of their own.

    Example: tallyman evaluate look DIR/ajna_ncm

    Example: tallyman evaluate look --each 60 --tests 12
    """
    parameters = Shelf(Settings().weights_dir).parameters(MODEL)
    with progress_bar("loads") as progress:
        if folder is not None:
            figures = cargo_look.leave_one_out(cargo_look.crops(folder, parameters, progress))
        else:
            figures = cargo_look.learned(
                cargo_look.simulated(parameters, each=each, seed=2 * seed, progress=progress),
                cargo_look.simulated(parameters, each=tests, seed=2 * seed + 1, progress=progress),
            )
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
