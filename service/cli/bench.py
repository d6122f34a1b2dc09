"""`tallyman bench`: our speed beside a peer's on the same work in the same run."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from importlib import util
from pathlib import Path
from typing import Annotated, Any

import cv2
import numpy as np
import typer
from rich.table import Table

from service.cli.terminal import JsonOption, err, out, progress_bar
from service.config import Settings
from vision.evaluation.bench import Contestant, Timing, side_by_side
from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.engines.rapidocr import RapidOcrEngine
from vision.reading.photo_parts import photo_parts
from vision.scan import Photo, RadiationScan, RawScan, ScanKind, XrayImage
from vision.synthesis import photo, radiation, xray
from vision.xray import containers
from vision.xray.analyser import XrayAnalyser
from vision.xray.normalise import transmission_like

app = typer.Typer(
    no_args_is_help=True,
    help="Speed side by side with a peer, on generated data or on files of yours.",
)
ITEMS = 6
FilesArgument = Annotated[
    list[Path] | None, typer.Argument(help="files to work on; without: generated ones")
]
RoundsOption = Annotated[int, typer.Option(min=1, help="how often each file is done")]


@app.command("xray")
def bench_xray(
    files: FilesArgument = None, rounds: RoundsOption = 3, as_json: JsonOption = False
) -> None:
    """Container finding: ours, and Ultralytics' own `predict` on the same exported model."""
    shelf = Shelf(Settings().weights_dir, threads=1)
    made = [RawScan(name=f"{n}.png", data=xray.side_view([True], seed=n).png) for n in range(ITEMS)]
    scans = [scan for scan in _scans(files, made, ScanKind.XRAY) if isinstance(scan, XrayImage)]
    views = [transmission_like(scan) for scan in scans]
    analyser = XrayAnalyser(shelf)
    contestants = [
        Contestant(
            name="tallyman: find containers",
            job=lambda i: containers.detect(views[i], shelf=shelf),
            note="resize, network, decode",
        ),
        Contestant(
            name="tallyman: whole X-ray analysis",
            job=lambda i: analyser.analyse(scans[i], name="bench"),
            note="quality, containers, load, all that is measured",
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        contestants += _ultralytics(shelf, views, Path(folder))
        show_timings(contestants, items=len(scans), rounds=rounds, as_json=as_json)


@app.command("photo")
def bench_photo(
    files: FilesArgument = None, rounds: RoundsOption = 2, as_json: JsonOption = False
) -> None:
    """Our whole analysis of a photograph, as it serves, beside RapidOCR alone."""
    shelf = Shelf(Settings().weights_dir, threads=1)
    peer, own = RapidOcrEngine(threads=1), LineReaderEngine(shelf, threads=1)
    analyser = PhotoAnalyser(own, shelf=shelf, parts=photo_parts(own, shelf))
    made = [
        RawScan(name=f"{n}.jpg", data=photo.container_side("CSQU3054383", "22G1", seed=n))
        for n in range(ITEMS)
    ]
    photos = [s for s in _scans(files, made, ScanKind.PHOTO) if isinstance(s, Photo)]
    contestants = [
        Contestant(name="rapidocr alone", job=lambda i: peer.read(photos[i].pixels)),
        Contestant(
            name="tallyman: whole photograph analysis",
            job=lambda i: analyser.analyse(photos[i], name="bench"),
            note="codes, plates, signs and colour",
        ),
    ]
    show_timings(contestants, items=len(photos), rounds=rounds, as_json=as_json)


@app.command("radiation")
def bench_radiation(
    files: FilesArgument = None, rounds: RoundsOption = 3, as_json: JsonOption = False
) -> None:
    """Passages: reading alone (SpecUtils), and reading with alarms and nuclides."""
    from vision.radiation.analyser import RadiationAnalyser  # noqa: PLC0415 - not for the others

    analyser = RadiationAnalyser()
    raw = [
        RawScan(name=f"{n}.n42", data=radiation.passage({"Cs-137": 300.0}, seed=n))
        for n in range(ITEMS)
    ]
    if files:
        raw = [RawScan(name=path.name, data=path.read_bytes()) for path in files]

    def whole(index: int) -> None:
        scan = read_scan(raw[index])
        if isinstance(scan, RadiationScan):
            analyser.analyse(scan, name=raw[index].name)

    contestants = [
        Contestant(name="read the file", job=lambda i: read_scan(raw[i]), note="SpecUtils"),
        Contestant(name="tallyman: read, alarms, nuclides", job=whole),
    ]
    show_timings(contestants, items=len(raw), rounds=rounds, as_json=as_json)


def _scans(files: Sequence[Path] | None, made: Sequence[RawScan], kind: ScanKind) -> list[Any]:
    raw = [RawScan(name=p.name, data=p.read_bytes(), kind=kind) for p in files or ()]
    return [
        read_scan(scan)
        for scan in raw or [RawScan(name=m.name, data=m.data, kind=kind) for m in made]
    ]


def _ultralytics(shelf: Shelf, views: Sequence[Any], folder: Path) -> list[Contestant]:
    if util.find_spec("ultralytics") is None:
        err.print("Ultralytics is not installed (extra `train`): only our own figures.")
        return []
    from vision.training.train import isolate_ultralytics  # noqa: PLC0415 - of the train extra

    os.environ["YOLO_VERBOSE"] = "false"
    isolate_ultralytics(folder / "ultralytics")
    from ultralytics import YOLO  # noqa: PLC0415 - see isolate_ultralytics

    model = folder / "model.onnx"
    model.write_bytes(shelf.read(containers.MODEL))
    # It talks on stdout, which belongs to --json.
    with redirect_stdout(sys.stderr):
        network = YOLO(str(model), task="detect")
        network.predict(np.zeros((320, 320, 3), np.uint8), imgsz=320, device="cpu", verbose=False)
    pictures = [cv2.cvtColor(np.rint(v * 255).astype(np.uint8), cv2.COLOR_GRAY2BGR) for v in views]
    return [
        Contestant(
            name="ultralytics: predict",
            job=lambda i: network.predict(pictures[i], imgsz=320, device="cpu", verbose=False),
            note="the same ONNX file; its threads are its own choice",
        )
    ]


def show_timings(
    contestants: Sequence[Contestant], *, items: int, rounds: int, as_json: bool
) -> None:
    """Run them side by side and print a table, or JSON."""
    with progress_bar("bench") as progress:
        timings = side_by_side(contestants, items=items, rounds=rounds, progress=progress)
    if as_json:
        sys.stdout.write(json.dumps([asdict(timing) for timing in timings], indent=1) + "\n")
        return
    table = Table("", "median ms", "p95 ms", "per second", "ratio", "", box=None)
    for timing in timings:
        table.add_row(*_cells(timing))
    out.print(table)


def _cells(timing: Timing) -> tuple[str, ...]:
    return (
        timing.name,
        f"{timing.median_ms}",
        f"{timing.p95_ms}",
        f"{timing.per_second}",
        f"{timing.ratio} x",
        timing.note,
    )
