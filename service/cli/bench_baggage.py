"""`tallyman bench baggage`: our training settings beside Ultralytics' defaults."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib import util
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.terminal import FolderArgument, JsonOption, err, out
from service.errors import InvalidInput
from vision.training.recipe import read_recipe

RECIPE = Path(__file__).parents[2] / "datasets" / "recipes" / "baggage.toml"


def bench_baggage(
    *,
    folder: FolderArgument,
    epochs: Annotated[int, typer.Option(min=1, help="of both contestants")] = 30,
    share: Annotated[
        float, typer.Option(min=0.01, max=1, help="part of the training pictures, for both")
    ] = 1.0,
    recipe: Annotated[Path, typer.Option(exists=True, dir_okay=False)] = RECIPE,
    as_json: JsonOption = False,
) -> None:
    """Train both from random weights on one baggage set; needs the extra `train`, takes hours.

    The weights are thrown away: such sets are for academic use.

    Example: tallyman bench baggage sixray_gkw --epochs 30
    """
    if util.find_spec("ultralytics") is None:
        raise InvalidInput("needs Ultralytics: install the extra `train`", field="bench baggage")
    from vision.training.baggage import compare  # noqa: PLC0415 - of the train extra

    # Ultralytics talks on stdout, which belongs to --json.
    with redirect_stdout(sys.stderr):
        scores = compare(read_recipe(recipe), folder, epochs=epochs, share=share, say=err.print)
    if as_json:
        sys.stdout.write(json.dumps([asdict(score) for score in scores], indent=1) + "\n")
        return
    table = Table("", "mAP50", "mAP50-95", "epochs", "pictures", box=None)
    for score in scores:
        cells = (f"{score.map50:.3f}", f"{score.map50_95:.3f}", f"{score.epochs}")
        table.add_row(score.name, *cells, f"{score.pictures}")
    out.print(table)
