"""`tallyman bench xray-objects`: the object detector beside Ultralytics' own `predict`."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import redirect_stdout
from importlib import util
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer

from service.cli.bench import RoundsOption, show_timings
from service.cli.terminal import JsonOption, err
from service.config import Settings
from vision.evaluation.bench import Contestant
from vision.evaluation.xray_objects import a_clean_view
from vision.models.shelf import Shelf
from vision.xray import objects
from vision.xray.strip import cut, encode

ITEMS, LOWEST = 6, 0.25


def bench_objects(
    *,
    scans: Annotated[int, typer.Option(min=1, help="how many simulated scans")] = ITEMS,
    rounds: RoundsOption = 5,
    threads: Annotated[int, typer.Option(min=1, help="of our runtime; theirs decides")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Hidden objects: our pieces, network and merge, and `predict` on the same exported model.

    Both get the same encoded strips. Example: tallyman bench xray-objects --rounds 10
    """
    shelf = Shelf(Settings().weights_dir, threads=threads)
    views = [a_clean_view(seed) for seed in range(scans)]
    strips = [cut(view, outline) for view, outline in views]
    codes = [encode(strip.transmission) for strip in strips]
    contestants = [
        Contestant(
            name="tallyman: find objects in a strip",
            job=lambda i: objects.look_at(
                codes[i : i + 1], strips[i : i + 1], shelf=shelf, lowest=LOWEST
            ),
            note=f"{threads} thread(s)",
        ),
        Contestant(
            name="tallyman: cut, encode, find",
            job=lambda i: objects.look(views[i][0], [views[i][1]], shelf=shelf, lowest=LOWEST),
            note="from the scan on",
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        contestants += _ultralytics(shelf, codes, Path(folder))
        show_timings(contestants, items=len(codes), rounds=rounds, as_json=as_json)


def _ultralytics(
    shelf: Shelf, codes: list[npt.NDArray[np.uint8]], folder: Path
) -> list[Contestant]:
    if util.find_spec("ultralytics") is None:
        err.print("Ultralytics is not installed (extra `train`): only our own figures.")
        return []
    from vision.training.train import isolate_ultralytics  # noqa: PLC0415 - of the train extra

    os.environ["YOLO_VERBOSE"] = "false"
    isolate_ultralytics(folder / "ultralytics")
    from ultralytics import YOLO  # noqa: PLC0415 - see isolate_ultralytics

    model = folder / "model.onnx"
    model.write_bytes(shelf.read(objects.MODEL))
    pictures = [np.ascontiguousarray(code[:, :, ::-1]) for code in codes]
    sizes = [(code.shape[0], -(-code.shape[1] // 32) * 32) for code in codes]
    # It talks on stdout, which belongs to --json.
    with redirect_stdout(sys.stderr):
        network = YOLO(str(model), task="detect")
        network.predict(pictures[0], imgsz=sizes[0], device="cpu", verbose=False)
    return [
        Contestant(
            name="ultralytics: predict",
            job=lambda i: network.predict(pictures[i], imgsz=sizes[i], device="cpu", verbose=False),
            note="the same ONNX file and strips; its threads are its own choice",
        )
    ]
