"""`tallyman bench reading`: ours, RapidOCR alone and EasyOCR alone on the same photographs."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from importlib import util
from typing import Annotated

import typer
from rich.table import Table

from service.cli.evaluate import Split, SplitOption
from service.cli.terminal import FolderArgument, JsonOption, err, out, progress_bar
from service.config import Settings
from service.errors import InvalidInput
from vision.evaluation.reading_bench import alone, ours, side_by_side
from vision.findings import Subject
from vision.models.shelf import Shelf
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines.easyocr import EasyOcrEngine
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.engines.rapidocr import RapidOcrEngine


class Sought(StrEnum):
    """What the labels are of."""

    CODES = "codes"
    PLATES = "plates"


def bench_reading(
    folder: FolderArgument,
    sought: Annotated[Sought, typer.Option(help="what labels.csv has")] = Sought.CODES,
    split: SplitOption = Split.VAL,
    most: Annotated[int | None, typer.Option(min=1, help="pictures at most")] = None,
    as_json: JsonOption = False,
) -> None:
    """Exact, wrong, abstained and ms per photograph of each reader; one core each.

    EasyOCR runs our own weights as its custom network, where it is installed (extra `train`).

    Example: tallyman bench reading DIR/containers --most 20
    """
    subject = Subject.CONTAINER_CODE if sought is Sought.CODES else Subject.PLATE
    shelf = Shelf(Settings().weights_dir, threads=1)
    readers = {
        "tallyman": ours(PhotoAnalyser(LineReaderEngine(shelf), shelf=shelf), subject),
        "rapidocr alone": alone(RapidOcrEngine(threads=1), subject),
    }
    if util.find_spec("easyocr") is None:
        err.print("EasyOCR is not installed (extra `train`): it is left out.")
    else:
        readers["easyocr, our weights"] = alone(EasyOcrEngine(shelf), subject)
    try:
        with progress_bar("pictures") as progress:
            standings = side_by_side(
                folder, readers, subject=subject, split=split, most=most, progress=progress
            )
    except KeyError as problem:
        raise InvalidInput(f"its labels have no {problem}", field=str(folder)) from problem
    if as_json:
        sys.stdout.write(json.dumps([asdict(row) for row in standings], indent=1) + "\n")
        return
    table = Table("", "of", "exact", "wrong", "abstained", "extra", "median ms", "p95 ms", box=None)
    for row in standings:
        cells = (row.n, row.exact, row.wrong, row.abstained, row.extra, row.median_ms, row.p95_ms)
        table.add_row(row.name, *map(str, cells))
    out.print(table)
