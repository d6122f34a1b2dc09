"""Baggage benchmark: our training settings and Ultralytics' defaults on one split, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from vision.training.dataset import UnusableSource
from vision.training.recipe import Recipe
from vision.training.train import isolate_ultralytics


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one contestant reached on `val`; mean average precision in [0, 1]."""

    name: str
    map50: float
    map50_95: float
    epochs: int
    pictures: int


def data_yaml(folder: Path, *, out: Path) -> Path:
    """A data.yaml with absolute paths for a folder that has one, `train` and `val`.

    Raises:
        UnusableSource: the folder lacks one of them.
    """
    for needed in ("data.yaml", "train/images", "val/images"):
        if not (folder / needed).exists():
            raise UnusableSource(f"{folder}: expected {needed}")
    names = yaml.safe_load((folder / "data.yaml").read_text(encoding="utf-8"))["names"]
    made = out / "data.yaml"
    content = {
        "path": str(folder.resolve()),
        "train": "train/images",
        "val": "val/images",
        "names": names,
    }
    made.write_text(yaml.safe_dump(content), encoding="utf-8")
    return made


def compare(
    recipe: Recipe,
    folder: Path,
    *,
    epochs: int,
    share: float,
    say: Callable[[str], None],
) -> list[Score]:
    """Train both from random weights for the same epochs and measure both on `val`.

    Args:
        recipe: our settings.
        folder: pictures and labels in YOLO's layout.
        epochs: of each contestant.
        share: part of the training pictures that both use, in (0, 1].
        say: told who trains.

    Raises:
        UnusableSource: the folder is not laid out so.
    """
    with tempfile.TemporaryDirectory() as out:
        made = data_yaml(folder, out=Path(out))
        isolate_ultralytics(Path(out) / "ultralytics")
        from ultralytics import YOLO  # noqa: PLC0415 - see isolate_ultralytics

        scores = []
        for name, settings in (("our recipe", recipe.training), ("ultralytics defaults", {})):
            say(name)
            network = YOLO(recipe.network.architecture)
            network.train(
                data=str(made),
                imgsz=recipe.input.width_px,
                epochs=epochs,
                fraction=share,
                seed=recipe.seed,
                project=out,
                name=name.replace(" ", "-"),
                pretrained=False,
                device="cpu",
                workers=0,
                plots=False,
                val=False,
                verbose=False,
                **settings,
            )
            measured = network.val(
                data=str(made),
                imgsz=recipe.input.width_px,
                device="cpu",
                workers=0,
                plots=False,
                project=out,
                verbose=False,
            )
            scores.append(
                Score(
                    name=name,
                    map50=float(measured.box.map50),
                    map50_95=float(measured.box.map),
                    epochs=epochs,
                    pictures=int(len(list((folder / "train/images").iterdir())) * share),
                )
            )
    return scores
