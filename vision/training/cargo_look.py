"""The common scale of what loads look like: mean and spread of each number over real containers.

Run as `python -m vision.training.cargo_look --data ROOT/ajna_container --out weights/cargo-look/1`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np

from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.scan import RawScan, ScanKind, XrayImage
from vision.training.load_state import labelled_boxes
from vision.xray.calibration import NO_SCANNERS
from vision.xray.cargo_look import numbers
from vision.xray.inside_view import look_inside
from vision.xray.sight import sight_of


def main() -> None:
    """Measure the `train` split and write `model.json`; prints its sha256."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder xray/ajna_container")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path("weights"))
    arguments = parser.parse_args()
    shelf = Shelf(arguments.weights)
    rows = []
    for path, boxes in labelled_boxes(arguments.data / "train"):
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY))
        assert isinstance(scan, XrayImage)  # noqa: S101 - narrowing; the kind was asked for
        sight = sight_of(scan, NO_SCANNERS)
        for box, _ in boxes:
            seen = look_inside(sight, box, shelf=shelf)
            rows.append(numbers(seen.path, seen.heat, load=seen.load))
    table = np.array(rows)
    scale = table.std(axis=0) + 1e-3
    fitted = {"mean": table.mean(axis=0).tolist(), "scale": scale.tolist()}
    model = json.dumps(fitted, indent=1).encode()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "model.json").write_bytes(model)
    print(hashlib.sha256(model).hexdigest())  # noqa: T201 - a command line tool


if __name__ == "__main__":
    main()
