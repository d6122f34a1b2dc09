"""Turn labelled sources into the folder that Ultralytics trains on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import yaml

from vision.training.recipe import Recipe, Source

_IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff"})


class UnusableSource(ValueError):
    """The source is missing, empty, or its licence forbids shipped weights."""


def build_detection_folder(
    recipe: Recipe, sources: dict[str, Source], *, data_root: Path, out: Path
) -> str:
    """Write stretched pictures and labels of each split below `out`, and `data.yaml`.

    Stretching to the network's input once, here, makes every epoch cheaper and the
    training picture identical to the serving picture.

    Returns:
        sha256 over names, label bytes and picture bytes of the training split.

    Raises:
        UnusableSource: a source cannot be used, with the reason.
    """
    digest = hashlib.sha256()
    for name in recipe.sources:
        source = sources[name]
        if not source.usable_for_weights:
            raise UnusableSource(f"{name}: its licence does not allow shipped weights")
        for split, folder in source.splits.items():
            images = data_root / source.folder / folder / "images"
            files = sorted(p for p in images.glob("*") if p.suffix.lower() in _IMAGE_SUFFIXES)
            if not files:
                raise UnusableSource(f"{name}: no pictures in {source.folder}/{folder}/images")
            for file in files:
                label = images.parent / "labels" / f"{file.stem}.txt"
                text = label.read_text(encoding="utf-8") if label.exists() else ""
                if split == "train":
                    digest.update(file.name.encode() + text.encode() + file.read_bytes())
                _write_pair(recipe, file, text, out=out / split, stem=f"{name}_{file.stem}")
    (out / "data.yaml").write_text(
        yaml.safe_dump(
            {
                "path": str(out.resolve()),
                "train": "train/images",
                "val": "val/images",
                "names": dict(enumerate(recipe.labels)),
            }
        ),
        encoding="utf-8",
    )
    return digest.hexdigest()


def _write_pair(recipe: Recipe, file: Path, label: str, *, out: Path, stem: str) -> None:
    picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if picture is None:
        raise UnusableSource(f"{file.name}: not a readable picture")
    if recipe.input.layout == "stretch":
        picture = cv2.resize(
            picture, (recipe.input.width_px, recipe.input.height_px), interpolation=cv2.INTER_AREA
        )
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "labels").mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out / "images" / f"{stem}.png"), picture)
    (out / "labels" / f"{stem}.txt").write_text(label, encoding="utf-8")
