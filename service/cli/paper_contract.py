"""`tallyman papers contract`: what a paper source of a third party does not keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from service.cli.terminal import EXIT_BAD_INPUT, out
from service.sources import PaperFile
from service.sources.catalogue import CATALOGUE
from service.sources.contract import MUTATIONS, broken_promises
from service.sources.plugins import load_plugins

MOST_SHOWN = 50


def contract(
    name: Annotated[str, typer.Argument(help="in the entry-point group tallyman.paper_sources")],
    samples: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, help="whole files of its format"),
    ],
    mutated: Annotated[int, typer.Option(min=0, help="damaged copies of each sample")] = MUTATIONS,
    seed: Annotated[int, typer.Option(help="of the damage")] = 20261,
) -> None:
    """Check a paper source on samples of its format. Exit code 2 if it breaks a promise.

    Recognised by its own source only, cut files never taken in silence, and whatever is done to a
    file: papers, refusals with reasons, or the one error, nothing else.

    Example: tallyman papers contract manifest_xy samples/one.xy samples/two.xy
    """
    ours = next((source for source in CATALOGUE if source.name == name), None)
    source = ours or load_plugins([name])[0]
    files = [PaperFile(name=p.name, data=p.read_bytes(), site="contract") for p in samples]
    others = [other for other in CATALOGUE if other is not source]
    broken = list(broken_promises(source, files, others=others, mutated=mutated, seed=seed))
    for problem in broken[:MOST_SHOWN]:
        out.print(f"[red]broken[/] {escape(problem)}", highlight=False, soft_wrap=True)
    if broken:
        out.print(f"{len(broken)} broken promises")
        raise typer.Exit(EXIT_BAD_INPUT)
    out.print(f"[green]kept[/] {escape(source.name)} on {len(files)} samples", highlight=False)
