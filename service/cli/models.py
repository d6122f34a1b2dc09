"""`tallyman models`: what the line-up names."""

from __future__ import annotations

import json
import sys

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, out
from service.config import Settings
from vision.models.shelf import Shelf

app = typer.Typer(no_args_is_help=True, help="The models of the line-up.")


@app.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Name, version, training data and thresholds of each model of the line-up."""
    shelf = Shelf(Settings().weights_dir)
    manifests = [shelf.manifest(name) for name in shelf.lineup]
    if as_json:
        sys.stdout.write(json.dumps([m.model_dump(mode="json") for m in manifests]) + "\n")
        return
    table = Table("Model", "Version", "sha256", "Thresholds", "Training data", box=None)
    for m in manifests:
        thresholds = ", ".join(f"{k} {v.value}" for k, v in m.thresholds.items())
        table.add_row(m.name, m.version, m.sha256[:12], thresholds, m.training.data)
    out.print(table)


@app.command("verify")
def verify_models() -> None:
    """Check every weight file against the sha256 of its manifest."""
    shelf = Shelf(Settings().weights_dir)
    for name in shelf.lineup:
        shelf.read(name)
        out.print(f"{name} {shelf.lineup[name]}: as its manifest says")
