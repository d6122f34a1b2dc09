"""Draw the object detector's training pictures, train it, and export it.

    python -m vision.training.xray_objects --out RUN [--recipe FILE] [--workers N]

A run that was cut off goes on where it stopped when the command is repeated. Promotion is a
person's step, as with `python -m vision.training`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

from vision.training.object_tiles import build_folder
from vision.training.recipe import NetworkSpec, read_recipe
from vision.training.train import isolate_ultralytics, train_detector
from vision.xray.strip import CODE_PX

RECIPE = Path(__file__).parents[2] / "datasets" / "recipes" / "xray-objects.toml"


def train(recipe_file: Path, *, out: Path, workers: int) -> dict[str, str]:
    """Pictures, training, export; returns file and sha256 of model and training data."""
    recipe = read_recipe(recipe_file)
    network = recipe_file.parent / recipe.network.architecture
    if network.exists():
        recipe = recipe.model_copy(update={"network": NetworkSpec(architecture=str(network))})
    data_sha256 = build_folder(recipe, out=out / "pictures", workers=workers)
    checkpoint = train_detector(recipe, data_yaml=out / "pictures" / "data.yaml", out=out)
    model = export(checkpoint, out=out)
    trained = {"recipe": f"datasets/recipes/{recipe_file.name}", "labels": list(recipe.labels)}
    (out / "trained.json").write_text(json.dumps(trained), encoding="utf-8")
    return {
        "recipe": recipe.name,
        "file": str(model),
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "data_sha256": data_sha256,
    }


def export(checkpoint: Path, *, out: Path) -> Path:
    """The checkpoint as ONNX for any batch and any width that is a multiple of 32."""
    isolate_ultralytics(out / "ultralytics")
    from ultralytics import YOLO  # noqa: PLC0415 - see isolate_ultralytics

    made = YOLO(str(checkpoint)).export(
        format="onnx", imgsz=(CODE_PX, 2 * CODE_PX), opset=17, simplify=False, dynamic=True
    )
    model = out / "model.onnx"
    shutil.copyfile(made, model)
    return model


def main() -> int:
    """Exit code 2 and one line on stderr if the recipe is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.training.xray_objects",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw pictures")
    arguments = parser.parse_args()
    try:
        made = train(arguments.recipe, out=arguments.out, workers=arguments.workers)
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(json.dumps(made, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
