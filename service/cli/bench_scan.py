"""`tallyman bench scan`: the whole X-ray analysis by the size of a scan."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out, progress_bar
from service.config import Settings
from vision.evaluation import scan_speed
from vision.models.shelf import Shelf


def bench_scan(
    rounds: Annotated[int, typer.Option(min=1, help="how often each size is done")] = 3,
    energies: Annotated[int, typer.Option(min=1, max=2, help="2: dual energy")] = 1,
    plot: Annotated[Path | None, typer.Option(dir_okay=False, help="an SVG of the cost")] = None,
    as_json: JsonOption = False,
) -> None:
    """All analyses of generated 16-bit scans, up to 8,000 x 2,500: seconds and peak memory."""
    shelf = Shelf(Settings().weights_dir, threads=0)
    with progress_bar("sizes") as progress:
        costs = scan_speed.measure(shelf, rounds=rounds, energies=energies, progress=progress)
    if plot is not None:
        plot.write_text(scan_speed.plot_svg(costs), encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps([asdict(cost) for cost in costs], indent=1) + "\n")
        return
    table = Table("Size", "Megapixels", "Seconds", "Per megapixel", "Peak memory", box=None)
    for cost in costs:
        table.add_row(
            f"{cost.width_px} x {cost.height_px}",
            f"{cost.megapixels:.1f}",
            f"{cost.seconds:.2f}",
            f"{cost.seconds / cost.megapixels:.3f}",
            f"{cost.peak_mb:.0f} MB",
        )
    out.print(table)
