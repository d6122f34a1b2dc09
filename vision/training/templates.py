"""Fit the vehicle templates to simulated strips by logistic regression, and export them.

    python -m vision.training.templates --out RUN [--recipe FILE] [--workers N]

Convex, with a few rounds of hard negatives; a minute on one core once the pictures are drawn. Each
vehicle is stretched to each template's width and turned so that its engine is on the left.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from vision.training.object_tiles import build_folder
from vision.training.recipe import Recipe, read_recipe
from vision.training.template_network import (
    CELL_PX,
    FEATURES,
    ROWS,
    Template,
    TemplateNetwork,
    columns_of,
    export,
    features,
    gradient_kernels,
    logits,
)
from vision.xray.strip import CODE_PX

RECIPE = Path(__file__).parents[2] / "datasets" / "recipes" / "xray-vehicle.toml"
WIDTHS_PX = (64, 84, 108)
LEAST_WIDTH_PX = 50
COPIES = 2
STRETCH = (0.88, 1.13)
# Hard negatives of each picture and round, and the answer at which one is hard.
HARDEST, HARD = 2, -2.0
BATCH = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A training tile: `code` (CODE_PX, W, 3) and the vehicles in it as (x, y, width, height)."""

    code: npt.NDArray[np.uint8]
    vehicles: tuple[tuple[float, float, float, float], ...]

    def is_clear(self, x: float) -> bool:
        """No vehicle is near that column."""
        return all(abs(x - vehicle[0]) >= 0.7 * vehicle[2] for vehicle in self.vehicles)


def read_strips(folder: Path, *, label: int) -> list[Strip]:
    """Both tiles of every picture in `folder/images`, with the boxes of that label."""
    strips = []
    for path in sorted((folder / "images").glob("*.png")):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{path.name}: not a readable picture")
        size = picture.shape[1]
        text = (folder / "labels" / f"{path.stem}.txt").read_text(encoding="ascii")
        rows = [line.split() for line in text.splitlines()]
        boxes = [tuple(float(v) * size for v in row[1:]) for row in rows if int(row[0]) == label]
        for top in (0, CODE_PX):
            own = [(x, y - top, w, h) for x, y, w, h in boxes if top <= y < top + CODE_PX]
            part = picture[top : top + CODE_PX, :, ::-1]
            code = np.ascontiguousarray(part, dtype=np.uint8)
            strips.append(Strip(code=code, vehicles=tuple(own)))
    return strips


def fit(
    strips: list[Strip], *, width_px: int, recipe: Recipe, rng: np.random.Generator
) -> Template:
    """One template, from its positives and from negatives that get harder.

    Raises:
        ValueError: no strip has a vehicle that can be seen whole.
    """
    positives = _positives(strips, width_px, rng)
    cells = [_cells(strips, mirrored=flag) for flag in (False, True)]
    negatives = _random(strips, cells, width_px, int(recipe.training["negatives"]), rng)
    weight_decay = float(recipe.training["weight_decay"])
    template = _regress(positives, negatives, width_px, weight_decay=weight_decay)
    for _ in range(int(recipe.training["rounds"])):
        hard = _hard(strips, cells, template)
        if hard is None:
            break
        negatives = torch.cat([negatives, hard])
        template = _regress(positives, negatives, width_px, weight_decay=weight_decay)
    return template


def _tensor(codes: list[npt.NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.stack(codes)).permute(0, 3, 1, 2).float() / 255


def _cells(strips: list[Strip], *, mirrored: bool) -> Tensor:
    """(N, FEATURES, h, w) of all strips."""
    kernels, parts = gradient_kernels(), []
    for begin in range(0, len(strips), BATCH):
        pictures = _tensor([strip.code for strip in strips[begin : begin + BATCH]])
        parts.append(features(pictures.flip(3) if mirrored else pictures, kernels))
    return torch.cat(parts)


def _window(cells: Tensor, x: float, y: float, columns: int) -> Tensor:
    """The template's features around a place, (FEATURES * ROWS * columns,)."""
    half = columns // 2
    padded = functional.pad(cells, (half, half, ROWS // 2, ROWS // 2))
    row, column = int(y // CELL_PX), int(x // CELL_PX)
    return padded[:, row : row + ROWS, column : column + columns].reshape(-1)


def _positives(strips: list[Strip], width_px: int, rng: np.random.Generator) -> Tensor:
    kernels, columns, found = gradient_kernels(), columns_of(width_px), []
    for strip in strips:
        for x, y, w, h in strip.vehicles:
            whole = x - w / 2 > -2 and x + w / 2 < strip.code.shape[1] + 2 and w > LEAST_WIDTH_PX
            for _ in range(COPIES if whole else 0):
                stretch = width_px * rng.uniform(*STRETCH) / w
                size = (max(CELL_PX, round(strip.code.shape[1] * stretch)), CODE_PX)
                code = np.asarray(cv2.resize(strip.code, size), dtype=np.uint8)
                code, middle = _engine_left(code, x * stretch, y, w * stretch, h)
                shift = int(rng.integers(0, CELL_PX))
                code = np.asarray(
                    cv2.copyMakeBorder(code, 0, 0, shift, CELL_PX - shift, cv2.BORDER_REPLICATE),
                    dtype=np.uint8,
                )
                cells = features(_tensor([code]), kernels)[0]
                found.append(_window(cells, middle + shift, y, columns))
    if not found:
        raise ValueError("no strip shows a whole vehicle")
    return torch.stack(found)


def _engine_left(
    code: npt.NDArray[np.uint8], x: float, y: float, w: float, h: float
) -> tuple[npt.NDArray[np.uint8], float]:
    """Mirrored where the right half of the vehicle is darker below; and where its middle is."""
    low = code[int(y) : int(y + h / 2) + 1, :, 0].astype(np.float32)
    left, right = low[:, max(0, int(x - w / 2)) : int(x)], low[:, int(x) : int(x + w / 2)]
    if left.size and right.size and right.mean() > left.mean():
        return np.ascontiguousarray(code[:, ::-1]), code.shape[1] - x
    return code, x


def _random(
    strips: list[Strip],
    cells: list[Tensor],
    width_px: int,
    count: int,
    rng: np.random.Generator,
) -> Tensor:
    columns = columns_of(width_px)
    found: list[Tensor] = []
    while len(found) < count:
        number, side = int(rng.integers(len(strips))), int(rng.integers(2))
        size = strips[number].code.shape[1]
        x, y = rng.uniform(20, size - 20), rng.uniform(44, 76)
        if strips[number].is_clear(size - x if side else x):
            found.append(_window(cells[side][number], x, y, columns))
    return torch.stack(found)


def _hard(strips: list[Strip], cells: list[Tensor], template: Template) -> Tensor | None:
    """Windows without a vehicle that the template likes best."""
    columns, found = columns_of(template.width_px), []
    for side, own in enumerate(cells):
        answers = torch.cat(
            [
                logits(own[n : n + BATCH], template.weights, template.bias)
                for n in range(0, len(own), BATCH)
            ]
        )
        for number, answer in enumerate(answers):
            size = strips[number].code.shape[1]
            best, places = answer.flatten().topk(3 * HARDEST)
            kept = 0
            for score, place in zip(best.tolist(), places.tolist(), strict=True):
                row, column = divmod(place, answer.shape[2])
                x, y = (column + 0.5) * CELL_PX, (row + 0.5) * CELL_PX
                clear = strips[number].is_clear(size - x if side else x)
                if score > HARD and kept < HARDEST and clear:
                    found.append(_window(own[number], x, y, columns))
                    kept += 1
    return torch.stack(found) if found else None


def _regress(
    positives: Tensor, negatives: Tensor, width_px: int, *, weight_decay: float
) -> Template:
    """Logistic regression on standardised features, both classes with the same weight."""
    rows = torch.cat([positives, negatives])
    truth = torch.cat([torch.ones(len(positives)), torch.zeros(len(negatives))])
    mean, spread = rows.mean(dim=0), rows.std(dim=0) + 0.05
    scaled = (rows - mean) / spread
    share = torch.where(truth > 0, 0.5 / len(positives), 0.5 / len(negatives))
    weights = torch.zeros(rows.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    search = torch.optim.LBFGS(
        [weights, bias], max_iter=30, history_size=8, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        search.zero_grad()
        each = functional.binary_cross_entropy_with_logits(
            scaled @ weights + bias, truth, reduction="none"
        )
        total = (each * share).sum() + weight_decay * (weights**2).sum()
        total.backward()
        return total

    search.step(loss)
    plain = weights.detach() / spread
    return Template(
        width_px=width_px,
        weights=plain.reshape(FEATURES, ROWS, columns_of(width_px)),
        bias=bias.detach() - (plain * mean).sum(),
    )


def train(recipe: Recipe, *, out: Path, workers: int) -> dict[str, str]:
    """Pictures, templates, export; returns file and sha256 of model and training data."""
    data_sha256 = build_folder(recipe, out=out / "pictures", workers=workers)
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    strips = read_strips(out / "pictures" / "train", label=0)
    templates = [fit(strips, width_px=w, recipe=recipe, rng=rng) for w in WIDTHS_PX]
    model = out / "model.onnx"
    export(TemplateNetwork(templates), model, height_px=CODE_PX)
    trained = {"recipe": f"datasets/recipes/{RECIPE.name}", "labels": list(recipe.labels)}
    (out / "trained.json").write_text(json.dumps(trained), encoding="utf-8")
    return {
        "recipe": recipe.name,
        "file": str(model),
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "data_sha256": data_sha256,
    }


def main() -> int:
    """Exit code 2 and one line on stderr if the recipe is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m vision.training.templates",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw pictures")
    arguments = parser.parse_args()
    try:
        made = train(read_recipe(arguments.recipe), out=arguments.out, workers=arguments.workers)
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(json.dumps(made, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
