"""`tallyman evaluate placards` and `tallyman simulate placards`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from service.cli.evaluate import show
from service.cli.terminal import JsonOption, out, progress_bar
from service.config import Settings
from service.errors import InvalidInput
from vision.evaluation import placards
from vision.evaluation.progress import Progress
from vision.models.shelf import Shelf
from vision.reading.danger_signs import DangerSigns
from vision.reading.engines.line_reader import LineReaderEngine
from vision.synthesis.markings import upright_fonts
from vision.synthesis.placards import as_jpeg, contact_sheet, draw_scene

FontsOption = Annotated[
    list[Path] | None,
    typer.Option("--fonts", exists=True, file_okay=False, help="folder of fonts, repeatable"),
]


def evaluate_placards(
    *,
    count: Annotated[int, typer.Option(min=1, help="generated pictures")] = 400,
    seed: Annotated[int, typer.Option(min=0)] = placards.FIRST_SEED,
    fonts: FontsOption = None,
    real: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="instead: pictures without danger signs"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Orange plates and placards on generated pictures, or false finds on real ones.

    Example: tallyman evaluate placards --count 800

    Example: tallyman evaluate placards --real FOLDER
    """
    shelf = Shelf(Settings().weights_dir, threads=1)
    signs = DangerSigns(LineReaderEngine(shelf), shelf)
    with progress_bar("pictures") as progress:
        if real is not None:
            figures = placards.evaluate_folder(real, signs=signs, progress=progress)
        else:
            figures = placards.evaluate_generated(
                count=count,
                seed=seed,
                signs=signs,
                fonts=upright_fonts(fonts or []),
                progress=progress,
            )
    show(figures, as_json=as_json)


def simulate_placards(
    *,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="how many pictures")] = 12,
    seed: Annotated[int, typer.Option(min=0, help="the same seed, the same pictures")] = 1,
    fonts: FontsOption = None,
    folder: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help="JPEG, truth as labels.csv")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--contact-sheet", dir_okay=False, help="16 of them as one PNG")
    ] = None,
) -> None:
    """Lorries and containers with orange plates and danger placards, and some without.

    Example: tallyman simulate placards --contact-sheet sheet.png
    """
    if sheet is None and folder is None:
        raise InvalidInput("say where to: --out FOLDER or --contact-sheet FILE.png", field="--out")
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise InvalidInput("a contact sheet ends in .png", field="--contact-sheet")
    faces = upright_fonts(fonts or [])
    with progress_bar("pictures") as progress:
        if sheet is not None:
            page = contact_sheet(seed, fonts=faces, progress=progress)
            Image.fromarray(page).save(sheet, format="PNG")
            out.print(f"{sheet}: the last row shows no danger signs", highlight=False, markup=False)
        if folder is not None:
            _write(folder, count=count, seed=seed, fonts=faces, progress=progress)


def _write(
    folder: Path, *, count: int, seed: int, fonts: Sequence[Path], progress: Progress
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = ["file,subject,text,x1,y1,x2,y2"]
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        negative = number % placards.NEGATIVE_EVERY == placards.NEGATIVE_EVERY - 1
        picture = draw_scene(rng, with_signs=not negative, fonts=fonts)
        name = f"{number:05d}.jpg"
        (folder / name).write_bytes(as_jpeg(picture))
        for sign in picture.shown:
            box = sign.quad.bounds()
            place = ",".join(f"{v:.0f}" for v in (box.x1, box.y1, box.x2, box.y2))
            rows.append(f"{name},{sign.subject.value},{sign.text},{place}")
        progress(number + 1, count)
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    out.print(f"{folder}: {count} pictures, labels.csv", highlight=False, markup=False)
