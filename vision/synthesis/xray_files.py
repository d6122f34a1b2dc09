"""Simulated scans as files: 16-bit TIFF with the truth beside it, and contact sheets."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import tifffile

from vision.geometry import Box
from vision.synthesis.xray_detector import Window
from vision.synthesis.xray_scene import SimulatedScan

CELL_PX = 620
CAPTION_PX = 22
# Drawn in these colours, RGB.
CONTAINER_RGB, OBJECT_RGB, TEXT_RGB = (70, 130, 220), (220, 40, 40), (20, 20, 20)


def tiff(counts: npt.NDArray[np.uint16]) -> bytes:
    """(H, W, C) counts as a TIFF with one page for each energy."""
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        for channel in range(counts.shape[2]):
            writer.write(
                np.ascontiguousarray(counts[:, :, channel]), compression="zlib", contiguous=False
            )
    return out.getvalue()


def truth(scan: SimulatedScan) -> dict[str, Any]:
    """All that is true of the scan, ready for JSON."""
    return {
        "simulated": True,
        "beams": scan.beams,
        "air_counts": scan.air_counts,
        "dark_counts": scan.dark_counts,
        "doors": "right" if scan.doors_right else "left",
        "containers": [dataclasses.asdict(box) for box in scan.containers],
        "declared": [dataclasses.asdict(papers) for papers in scan.declared],
        "objects": [dataclasses.asdict(item) for item in scan.objects],
        "plan": dataclasses.asdict(scan.plan),
    }


def write(scan: SimulatedScan, folder: Path, *, name: str) -> None:
    """`name.tif`, its clean twin `name-clean.tif` where they differ, and `name.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.tif").write_bytes(tiff(scan.counts))
    if scan.objects:
        (folder / f"{name}-clean.tif").write_bytes(tiff(scan.clean_counts))
    (folder / f"{name}.json").write_text(json.dumps(truth(scan), indent=1), encoding="utf-8")


def contact_sheet(scans: Sequence[SimulatedScan], *, columns: int = 3) -> bytes:
    """The scans side by side as PNG, with outlines and labels, for judging them by eye.

    Raises:
        ValueError: there are no scans.
    """
    if not scans:
        raise ValueError("a contact sheet needs a scan")
    cells = [_cell(scan) for scan in scans]
    high = max(cell.shape[0] for cell in cells)
    rows = -(-len(cells) // columns)
    sheet = np.full((rows * (high + 6), columns * (CELL_PX + 6), 3), 190, dtype=np.uint8)
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        y, x = row * (high + 6), column * (CELL_PX + 6)
        sheet[y : y + cell.shape[0], x : x + CELL_PX] = cell
    ok, data = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    if not ok:
        raise ValueError("the contact sheet could not be encoded")
    return data.tobytes()


def _cell(scan: SimulatedScan) -> npt.NDArray[np.uint8]:
    counts = scan.counts[:, :, -1].astype(np.float32)
    grey = Window().applied((counts - np.float32(scan.dark_counts)) / np.float32(scan.air_counts))
    scale = CELL_PX / grey.shape[1]
    high = round(grey.shape[0] * scale)
    small = cv2.resize(grey, (CELL_PX, high), interpolation=cv2.INTER_AREA)
    cell = np.full((high + CAPTION_PX, CELL_PX, 3), 255, dtype=np.uint8)
    cell[CAPTION_PX:] = small[:, :, None]
    for box in scan.containers:
        _frame(cell, box, scale, CONTAINER_RGB)
    for item in scan.objects:
        _frame(cell, item.box, scale, OBJECT_RGB)
        words = f"{item.shape} {item.mass_kg:.0f} kg"
        place = (int(item.box.x1 * scale), int(item.box.y1 * scale) + CAPTION_PX - 3)
        cv2.putText(cell, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.35, OBJECT_RGB, 1, cv2.LINE_AA)
    papers = "; ".join(f"{d.heading} {d.name} {d.mass_kg / 1000:.1f} t" for d in scan.declared)
    caption = f"{papers}; {', '.join(scan.beams)}"
    cv2.putText(cell, caption, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.4, TEXT_RGB, 1, cv2.LINE_AA)
    return cell


def _frame(
    cell: npt.NDArray[np.uint8], box: Box, scale: float, colour: tuple[int, int, int]
) -> None:
    x1, y1, x2, y2 = (int(v * scale) for v in (box.x1, box.y1, box.x2, box.y2))
    cv2.rectangle(cell, (x1, y1 + CAPTION_PX), (x2, y2 + CAPTION_PX), colour, 1)
