"""`tallyman simulate`: scans whose truth is known, for tests, training and demonstrations."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from service.cli.terminal import JsonOption, out, progress_bar
from service.errors import InvalidInput
from vision.synthesis.xray_cargo import BY_HEADING
from vision.synthesis.xray_files import contact_sheet, truth, write
from vision.synthesis.xray_plan import Plan, random_plan
from vision.synthesis.xray_scene import SimulatedScan, simulate_many
from vision.synthesis.xray_threats import LABELS

app = typer.Typer(no_args_is_help=True, help="Make scans whose truth is known.")


@app.command("xray")
def simulate_xray(
    *,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="how many scans")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same scans")] = 1,
    heading: Annotated[
        list[str] | None, typer.Option(help="goods (HS heading), repeatable; default: any")
    ] = None,
    hide: Annotated[
        list[str] | None, typer.Option(help="class of object to hide, repeatable; default: none")
    ] = None,
    held_out: Annotated[
        bool, typer.Option(help="hide shapes that the detector's training never saw")
    ] = False,
    dual_energy: Annotated[bool, typer.Option(help="a second, lower energy")] = False,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help="16-bit TIFF, truth as JSON")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--contact-sheet", dir_okay=False, help="all scans as one PNG")
    ] = None,
    workers: Annotated[int, typer.Option(min=0, help="processes; 0: one per core")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Truck scans by physics: containers, loads by HS heading, hidden objects, clean twins.

    Example: tallyman simulate xray --hide vehicle --count 9 --contact-sheet sheet.png
    """
    _check(heading or [], BY_HEADING, "--heading")
    _check(hide or [], LABELS, "--hide")
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise InvalidInput("a contact sheet ends in .png", field="--contact-sheet")
    jobs = [
        (_plan(seed, number, heading, hide, held_out=held_out, dual=dual_energy), seed + number)
        for number in range(count)
    ]
    kept: list[SimulatedScan] = []
    truths: list[dict[str, Any]] = []
    with progress_bar("scans") as progress:
        for number, scan in enumerate(
            simulate_many(jobs, workers=workers or os.cpu_count() or 1, progress=progress)
        ):
            if folder is not None:
                write(scan, folder, name=f"{number:05d}")
            if sheet is not None:
                kept.append(scan)
            truths.append(truth(scan))
    if sheet is not None:
        sheet.write_bytes(contact_sheet(kept))
    if as_json:
        sys.stdout.write(json.dumps(truths, indent=1) + "\n")
        return
    hidden = sum(len(scan["objects"]) for scan in truths)
    out.print(f"{len(truths)} scans, {hidden} hidden objects")


def _check(given: list[str], known: Collection[str], field: str) -> None:
    for name in given:
        if name not in known:
            raise InvalidInput(f"{name} is none of {', '.join(sorted(known))}", field=field)


def _plan(
    seed: int,
    number: int,
    headings: list[str] | None,
    hide: list[str] | None,
    *,
    held_out: bool,
    dual: bool,
) -> Plan:
    rng = np.random.default_rng((seed, number))
    goods = BY_HEADING[headings[number % len(headings)]] if headings else None
    plan = random_plan(rng, objects=hide or (), held_out=held_out, goods=goods)
    if not dual:
        return plan
    # Interlaced accelerators pair about 4 with 6, or 6 with 9 MV.
    high = max(plan.megavolt, 6.0)
    low = {6.0: 3.5, 9.0: 6.0}[high]
    return replace(plan, megavolt=high, low_megavolt=low)
