"""`tallyman evaluate xray-simulated` and `xray-projected`: the detector of hidden objects."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.evaluate import SplitOption
from service.cli.terminal import FolderArgument, JsonOption, out, progress_bar
from service.config import Settings
from vision.evaluation import xray_objects
from vision.evaluation.object_trial import FALSE_ALARMS
from vision.models.shelf import Shelf

TrainedOption = Annotated[
    bool, typer.Option("--trained-shapes", help="shapes that training saw, to compare")
]


def evaluate_simulated(
    *,
    clean: Annotated[int, typer.Option(min=1, help="scans without objects")] = 2000,
    each: Annotated[int, typer.Option(min=1, help="scans with an object, for each class")] = 200,
    display: Annotated[bool, typer.Option(help="8 bits through random display curves")] = False,
    trained_shapes: TrainedOption = False,
    seed: Annotated[int, typer.Option(min=0)] = xray_objects.FIRST_SEED,
    workers: Annotated[int, typer.Option(min=1, help="processes that simulate")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Detection against false alarms per scan, on simulated scans with shapes never seen before.

    Example: tallyman evaluate xray-simulated --clean 500 --each 100
    """
    with progress_bar("scans") as progress:
        figures = xray_objects.evaluate_simulated(
            clean=clean,
            each=each,
            shelf=Shelf(Settings().weights_dir, threads=1),
            display=display,
            seed=seed,
            held_out=not trained_shapes,
            workers=workers,
            progress=progress,
        )
    _show(figures, as_json=as_json)


def evaluate_projected(
    *,
    folder: FolderArgument,
    split: SplitOption = None,
    trained_shapes: TrainedOption = False,
    seed: Annotated[int, typer.Option(min=0)] = xray_objects.FIRST_SEED,
    as_json: JsonOption = False,
) -> None:
    """The same, on real scans in SPLIT/images with simulated objects projected into them.

    Example: tallyman evaluate xray-projected FOLDER --split val
    """
    with progress_bar("scans") as progress:
        figures = xray_objects.evaluate_projected(
            folder,
            split=split,
            shelf=Shelf(Settings().weights_dir, threads=1),
            seed=seed,
            held_out=not trained_shapes,
            progress=progress,
        )
    _show(figures, as_json=as_json)


def _show(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        return
    classes = figures.pop("classes")
    for name, value in figures.items():
        out.print(f"{name}: {value}", highlight=False, markup=False)
    columns = [f"at {level:g}" for level in FALSE_ALARMS]
    table = Table("class", *columns, "served", "clean scans alarmed", box=None)
    for label, own in classes.items():
        found = [_share(cell) for cell in own["by_false_alarms_per_scan"].values()]
        serving = own["serving"]
        if isinstance(serving, str):
            table.add_row(label, *found, serving, "")
            continue
        alarmed = _share(serving["clean_scans_alarmed"])
        table.add_row(label, *found, _share(serving["detected"]), alarmed)
    out.print("detected, at false alarms per clean scan:")
    out.print(table)
    for label, own in classes.items():
        if isinstance(own["serving"], str):
            continue
        for key in ("by_shape", "by_size_m", "by_cover", "by_contrast"):
            parts = "; ".join(f"{k}: {_share(v)}" for k, v in own["serving"][key].items())
            out.print(f"{label} {key}: {parts}", highlight=False, markup=False)


def _share(cell: dict[str, Any]) -> str:
    if not cell["total"]:
        return "-"
    return f"{cell['share']:.3f} ({cell['count']}/{cell['total']})"
