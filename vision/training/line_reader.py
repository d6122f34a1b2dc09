"""Train the reader of lines further, with checkpoints that resume.

    python -m vision.training.line_reader RECIPE --crops DIR --out RUN --minutes 90
    python -m vision.training.line_reader RECIPE --out RUN --export weights/line-reader/2

`--crops` holds shards of `vision.training.line_crops`. The learning rate follows the part of
`--minutes` that has passed, over all resumed runs together. The export writes `model.onnx`, which
serves, and which `vision.reading.engines.easyocr` runs inside EasyOCR as its custom network.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from vision.reading.line import HEIGHT_PX
from vision.training.line_crops import LineCrop, read_shard
from vision.training.line_network import Model

BLANK = 0
CHECKPOINT_S = 240.0
CLIP = 5.0
POOL = 24
HELD_OUT = 10
Tensor: TypeAlias = torch.Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRecipe:
    """The TOML, flat."""

    characters: str
    seed: int
    start: str
    share: float
    batch: int
    learning_rate: float
    weight_decay: float


def read_line_recipe(path: Path) -> LineRecipe:
    """Raises: KeyError, ValueError: a part is missing or malformed."""
    stored = tomllib.loads(path.read_text(encoding="utf-8"))
    training = stored["training"]
    return LineRecipe(
        characters=stored["characters"],
        seed=stored["seed"],
        start=stored["network"]["start"],
        share=stored["photographed"]["share"],
        batch=training["batch"],
        learning_rate=training["learning_rate"],
        weight_decay=training["weight_decay"],
    )


def build(recipe: LineRecipe) -> Model:
    """The network of the graph that the recipe starts from; class 0 is the blank."""
    return Model(recipe.start, num_class=len(recipe.characters) + 1)


def held_out(crop: LineCrop) -> bool:
    """A tenth of the real containers and plates, by their text: for looking, never for training."""
    return sum(crop.group.encode()) % HELD_OUT == 0


class Crops:
    """Batches of like widths, `share` of them real; endless."""

    def __init__(
        self,
        generated: Sequence[LineCrop],
        real: Sequence[LineCrop],
        *,
        share: float,
        batch: int,
        rng: np.random.Generator,
    ) -> None:
        self._generated, self._real = generated, real
        self._share, self._batch, self._rng = share if real else 0.0, batch, rng

    def __iter__(self) -> Iterator[list[LineCrop]]:
        while True:
            pool = [self._one() for _ in range(POOL * self._batch)]
            pool.sort(key=lambda crop: crop.pixels.shape[1])
            for start in self._rng.permutation(POOL) * self._batch:
                yield [self._changed(crop) for crop in pool[start : start + self._batch]]

    def _one(self) -> LineCrop:
        source = self._real if self._rng.random() < self._share else self._generated
        return source[int(self._rng.integers(len(source)))]

    def _changed(self, crop: LineCrop) -> LineCrop:
        """Another width, another contrast: cheap variety over stored crops."""
        rng = self._rng
        pixels: npt.NDArray[np.float64] = crop.pixels.astype(np.float64)
        if rng.random() < 0.7:
            columns = max(8, round(pixels.shape[1] * rng.uniform(0.82, 1.2)))
            at = np.linspace(0, pixels.shape[1] - 1, columns)
            left = np.floor(at).astype(int)
            right = np.minimum(left + 1, pixels.shape[1] - 1)
            part = at - left
            pixels = pixels[:, left] * (1 - part) + pixels[:, right] * part
        if rng.random() < 0.2:
            pixels = 255 - pixels
        pixels = (pixels - 128) * rng.uniform(0.7, 1.25) + 128 + rng.normal(0, 14)
        if rng.random() < 0.4:
            pixels = pixels + rng.normal(0, rng.uniform(1, 9), pixels.shape)
        grey = np.clip(pixels, 0, 255).astype(np.uint8)
        return LineCrop(pixels=grey, text=crop.text, group=crop.group)


def tensor_of(crops: Sequence[LineCrop]) -> Tensor:
    """(B, 1, height, W) in [-1, 1]; shorter crops are continued by their last column."""
    width = max(crop.pixels.shape[1] for crop in crops)
    batch = np.empty((len(crops), 1, HEIGHT_PX, width), np.float32)
    for index, crop in enumerate(crops):
        grey = crop.pixels.astype(np.float32) / 127.5 - 1
        batch[index, 0, :, : grey.shape[1]] = grey
        batch[index, 0, :, grey.shape[1] :] = grey[:, -1:]
    return torch.from_numpy(batch)


def loss_of(network: nn.Module, crops: Sequence[LineCrop], recipe: LineRecipe) -> Tensor:
    """CTC loss of one batch."""
    device = next(network.parameters()).device
    scores = network(tensor_of(crops).to(device)).permute(1, 0, 2)
    codes = [recipe.characters.index(char) + 1 for crop in crops for char in crop.text]
    lengths = torch.tensor([len(crop.text) for crop in crops])
    steps = torch.full((len(crops),), scores.shape[0])
    result: Tensor = nn.functional.ctc_loss(
        scores.cpu(), torch.tensor(codes), steps, lengths, blank=BLANK, zero_infinity=True
    )
    return result


def exact_share(network: nn.Module, crops: Sequence[LineCrop], recipe: LineRecipe) -> float:
    """Share of crops that are read exactly, greedily."""
    if not crops:
        return math.nan
    network.eval()
    device = next(network.parameters()).device
    right = 0
    with torch.no_grad():
        for start in range(0, len(crops), 32):
            part = sorted(crops[start : start + 32], key=lambda crop: crop.pixels.shape[1])
            best = network(tensor_of(part).to(device), None).argmax(2).cpu().numpy()
            right += sum(
                greedy(row, recipe.characters) == crop.text
                for row, crop in zip(best, part, strict=True)
            )
    network.train()
    return right / len(crops)


def greedy(best: npt.NDArray[np.int64], characters: str) -> str:
    """Classes per step, (T,), to text: repeats and blanks fall away."""
    kept = best[np.flatnonzero(np.diff(best, prepend=-1))]
    return "".join(characters[code - 1] for code in kept if code != BLANK)


def train(recipe: LineRecipe, *, crops_dir: Path, out: Path, minutes: float) -> None:
    """Train until `minutes` have been spent on this run, resumed ones counted in."""
    torch.manual_seed(recipe.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network = build(recipe).to(device)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    checkpoint = out / "last.pt"
    out.mkdir(parents=True, exist_ok=True)
    spent, steps = 0.0, 0
    if checkpoint.exists():
        stored: dict[str, Any] = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(stored["network"])
        optimizer.load_state_dict(stored["optimizer"])
        spent, steps = stored["spent_s"], stored["steps"]
    generated, real, look = _load(crops_dir)
    rng = np.random.default_rng([recipe.seed, steps])
    began, saved, mean = time.monotonic() - spent, time.monotonic(), 0.0
    for batch in Crops(generated, real, share=recipe.share, batch=recipe.batch, rng=rng):
        spent = time.monotonic() - began
        progress = spent / (60 * minutes)
        if progress >= 1:
            break
        warm = min(1.0, (steps + 1) / 300)
        for group in optimizer.param_groups:
            falling = 0.5 * (1 + math.cos(math.pi * progress))
            group["lr"] = recipe.learning_rate * warm * (0.02 + 0.98 * falling)
        optimizer.zero_grad()
        loss = loss_of(network, batch, recipe)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimizer.step()
        steps += 1
        mean = 0.98 * mean + 0.02 * float(loss.detach()) if steps > 1 else float(loss.detach())
        if time.monotonic() - saved > CHECKPOINT_S:
            saved = time.monotonic()
            _save(checkpoint, network, optimizer, spent_s=spent, steps=steps)
            shares = {name: exact_share(network, part, recipe) for name, part in look.items()}
            words = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
            sys.stderr.write(f"{progress:4.0%} step {steps} loss {mean:.3f} exact: {words}\n")
            sys.stderr.flush()
    _save(checkpoint, network, optimizer, spent_s=spent, steps=steps)


def _load(crops_dir: Path) -> tuple[list[LineCrop], list[LineCrop], dict[str, list[LineCrop]]]:
    generated: list[LineCrop] = []
    real: list[LineCrop] = []
    for path in sorted(crops_dir.glob("*.npz")):
        crops = [crop for crop in read_shard(path) if crop.text]
        (generated if path.name.startswith("generated") else real).extend(crops)
    if not generated:
        raise FileNotFoundError(f"{crops_dir}: no shard generated-*.npz")
    look = {
        "generated": generated[:160],
        "real, held out": [crop for crop in real if held_out(crop)][::3],
    }
    return generated[160:], [crop for crop in real if not held_out(crop)], look


def _save(
    path: Path,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    spent_s: float,
    steps: int,
) -> None:
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "spent_s": spent_s,
            "steps": steps,
        },
        partial,
    )
    partial.replace(path)


def export(recipe: LineRecipe, *, run: Path, out: Path) -> None:
    """Write `model.onnx`: the graph that the recipe started from, with the weights of the run."""
    network = build(recipe)
    stored = torch.load(run / "last.pt", map_location="cpu", weights_only=True)
    network.load_state_dict(stored["network"])
    proto = onnx.load(recipe.start)
    own = dict(network.named_parameters())
    for tensor in proto.graph.initializer:
        if tensor.name in network.names:
            value = own[network.names[tensor.name]].detach().numpy()
            tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(proto.SerializeToString())


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--crops", type=Path, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--threads", type=int, default=0, help="0: torch decides")
    parser.add_argument("--export", type=Path, help="write the models here instead of training")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    recipe = read_line_recipe(arguments.recipe)
    if arguments.export:
        export(recipe, run=arguments.out, out=arguments.export)
    else:
        train(recipe, crops_dir=arguments.crops, out=arguments.out, minutes=arguments.minutes)


if __name__ == "__main__":
    main()
