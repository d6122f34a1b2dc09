"""The usual spread of each measure of a load's look, from real containers.

Run as `python -m vision.training.cargo_look --data ROOT --out weights/cargo-look/1`. No labels are
used: which goods look how is learnt on site.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from vision.formats import read_scan
from vision.scan import RawScan, ScanKind, XrayImage
from vision.training.load_state import labelled_boxes
from vision.xray.look import features
from vision.xray.normalise import transmission_like
from vision.xray.outline import tighten
from vision.xray.sight import interior_of

LEAST_SPREAD = 1e-3


def interiors(split: Path) -> npt.NDArray[np.float64]:
    """(N, F) measures of every labelled container of a split."""
    rows = []
    for path, boxes in labelled_boxes(split):
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.XRAY))
        assert isinstance(scan, XrayImage)  # noqa: S101 - narrowing; the kind was asked for
        view = transmission_like(scan)
        for box, _ in boxes:
            inside = interior_of(view, tighten(view, box))
            row = features(inside.part(view))
            if row is not None:
                rows.append(row)
    return np.array(rows)


def fit(rows: npt.NDArray[np.float64]) -> dict[str, float]:
    """Mean and standard deviation of each measure, as the shelf reads them."""
    mean, spread = rows.mean(axis=0), np.maximum(rows.std(axis=0), LEAST_SPREAD)
    return {
        **{f"mean_{n}": round(float(v), 6) for n, v in enumerate(mean)},
        **{f"spread_{n}": round(float(v), 6) for n, v in enumerate(spread)},
    }


def main() -> None:
    """Fit on the `train` split and write `model.json`; prints its sha256."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder xray/ajna_container")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows = interiors(arguments.data / "train")
    model = json.dumps(fit(rows), indent=1).encode()
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "model.json").write_bytes(model)
    print(len(rows), hashlib.sha256(model).hexdigest())  # noqa: T201 - a command line tool


if __name__ == "__main__":
    main()
