"""`tallyman evaluate`: the shipped models on labelled folders."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.terminal import FolderArgument, JsonOption, out, progress_bar
from service.config import Settings
from service.errors import InvalidInput
from vision.evaluation import cargo as cargo_evaluation
from vision.evaluation import measures
from vision.evaluation import radiation as radiation_evaluation
from vision.evaluation import reading as reading_evaluation
from vision.evaluation import xray as xray_evaluation
from vision.findings import Subject
from vision.models.shelf import Shelf
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.engines.rapidocr import RapidOcrEngine

app = typer.Typer(no_args_is_help=True, help="Measure the shipped models on labelled folders.")


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


BesideOption = Annotated[bool, typer.Option(help="RapidOCR alone on the same pictures, too")]
SplitOption = Annotated[Split | None, typer.Option(help="without it: everything")]


@app.command("containers")
def evaluate_containers(
    folder: FolderArgument,
    split: SplitOption = None,
    crops: Annotated[bool, typer.Option(help="read from the labelled boxes")] = False,
    beside: BesideOption = False,
    as_json: JsonOption = False,
) -> None:
    """Container codes against labels.csv.

    Example: tallyman evaluate containers FOLDER --split val --json > containers.json
    """
    _evaluate_reading(
        folder, Subject.CONTAINER_CODE, split=split, crops=crops, beside=beside, as_json=as_json
    )


@app.command("plates")
def evaluate_plates(
    folder: FolderArgument,
    split: SplitOption = None,
    crops: Annotated[bool, typer.Option(help="read from the labelled boxes")] = False,
    beside: BesideOption = False,
    as_json: JsonOption = False,
) -> None:
    """Licence plates against labels.csv."""
    _evaluate_reading(
        folder, Subject.PLATE, split=split, crops=crops, beside=beside, as_json=as_json
    )


def _evaluate_reading(
    folder: Path,
    subject: Subject,
    *,
    split: Split | None,
    crops: bool,
    beside: bool,
    as_json: bool,
) -> None:
    shelf = Shelf(Settings().weights_dir, threads=1)
    with _measuring(folder, "pictures") as progress:
        figures = reading_evaluation.evaluate(
            folder,
            subject=subject,
            split=split,
            engine=LineReaderEngine(shelf),
            shelf=shelf,
            peer=RapidOcrEngine(threads=1) if beside else None,
            crops=crops,
            progress=progress,
        )
    show(figures, as_json=as_json)


@app.command("xray")
def evaluate_xray(
    folder: FolderArgument, split: SplitOption = None, as_json: JsonOption = False
) -> None:
    """Container outlines and load states against SPLIT/{images,labels,labels.csv}.

    A folder whose labels are goods headings: leave-one-out by what the loads look like.
    """
    shelf = Shelf(Settings().weights_dir, threads=1)
    if cargo_evaluation.has_headings(folder):
        with _measuring(folder, "crops") as progress:
            figures = cargo_evaluation.evaluate(folder, shelf=shelf, progress=progress)
        show(figures, as_json=as_json)
        return
    with _measuring(folder, "scans") as progress:
        figures = xray_evaluation.evaluate(folder, split=split, shelf=shelf, progress=progress)
    show(figures, as_json=as_json)


@app.command("measures")
def evaluate_measures(
    scans: Annotated[int, typer.Option(min=1, help="generated views")] = 200,
    as_json: JsonOption = False,
) -> None:
    """What is measured in X-ray views, against generated boxes whose load is known."""
    with progress_bar("views") as progress:
        figures = measures.evaluate(
            scans=scans, shelf=Shelf(Settings().weights_dir, threads=1), progress=progress
        )
    if as_json:
        show(figures, as_json=True)
        return
    for name, value in figures.items():
        for line, result in value.items() if isinstance(value, dict) else [("", value)]:
            out.print(f"{name} {line}: {result}", highlight=False, markup=False)


@app.command("radiation")
def evaluate_radiation(
    folder: FolderArgument, split: SplitOption = None, as_json: JsonOption = False
) -> None:
    """Nuclides against manifest.json; simulated spectra are groups of their own."""
    with _measuring(folder, "spectra"):
        figures = radiation_evaluation.evaluate(folder, split=split)
    show(figures, as_json=as_json)


@contextmanager
def _measuring(folder: Path, what: str) -> Iterator[Callable[[int, int], None]]:
    """Progress; labels that lack a column are a mistake of the caller, not ours."""
    try:
        with progress_bar(what) as progress:
            yield progress
    except KeyError as problem:
        raise InvalidInput(f"its labels have no {problem}", field=str(folder)) from problem


def show(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
        return
    for name, value in figures.items():
        if name == "misses":
            out.print(f"misses: {len(value)}")
            for miss in value:
                words = f"  {miss['file']}: {miss['expected']} read as {miss['read']}"
                out.print(words, highlight=False, markup=False)
        elif name == "groups":
            for group, own in value.items():
                out.print(f"  {group}: {own}", highlight=False, markup=False)
        else:
            out.print(f"{name}: {value}", highlight=False, markup=False)
