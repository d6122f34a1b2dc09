"""Train a detector by its recipe and put it where the shelf looks for it.

    python -m vision.training datasets/recipes/container-finder.toml --data DIR --out RUN

DIR holds the folders that `datasets/sources/*.toml` name. RUN takes the training pictures, the
checkpoints and `model.onnx`; a run that was cut off goes on from its last checkpoint when the
command is repeated. Promotion is a person's step: copy `model.onnx` into `weights/NAME/VERSION/`,
write its manifest with the sha256 printed here, measure it, and name it in `lineup.toml`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
from pathlib import Path

from vision.training.dataset import UnusableSource, build_detection_folder
from vision.training.recipe import read_recipe, read_source
from vision.training.train import export_onnx, train_detector

SOURCES = Path(__file__).parents[2] / "datasets" / "sources"


def train(recipe_file: Path, *, data_root: Path, out: Path, sources_dir: Path) -> dict[str, str]:
    """Build the folder, train, export; returns file and sha256 of model and training data.

    Raises:
        UnusableSource: a source is missing, or its licence forbids shipped weights.
    """
    recipe = read_recipe(recipe_file)
    sources = {name: read_source(sources_dir / f"{name}.toml") for name in recipe.sources}
    data_sha256 = build_detection_folder(recipe, sources, data_root=data_root, out=out / "pictures")
    checkpoint = train_detector(recipe, data_yaml=out / "pictures" / "data.yaml", out=out)
    model = out / "model.onnx"
    shutil.copyfile(export_onnx(checkpoint, recipe=recipe), model)
    return {
        "recipe": recipe.name,
        "file": str(model),
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "data_sha256": data_sha256,
    }


def main() -> int:
    """Exit code 2 and one line on stderr if a source cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="root of the sources' folders")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--sources", type=Path, default=SOURCES, help="folder of the source files")
    arguments = parser.parse_args()
    try:
        made = train(
            arguments.recipe,
            data_root=arguments.data,
            out=arguments.out,
            sources_dir=arguments.sources,
        )
    except (UnusableSource, OSError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(json.dumps(made, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
