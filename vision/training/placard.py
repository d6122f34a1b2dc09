"""Train the classifier of danger placards on generated patches, on one core in minutes.

    python -m vision.training.placard --patches 30000 --minutes 6 --out RUN/model.onnx

Only generated pictures are used; how it does on whole pictures, `tallyman evaluate placards` says.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from vision.reading.placard import network_input
from vision.synthesis.markings import upright_fonts
from vision.synthesis.placard_patches import LABELS, PATCH_PX, draw_patch

SEED = 52_000
BATCH = 64
HELD_OUT = 10
LEARNING_RATE = 2e-3


def network() -> nn.Sequential:
    """Three halvings and two dense layers."""
    layers: list[nn.Module] = []
    channels = 3
    for width in (16, 32, 48):
        layers += [
            nn.Conv2d(channels, width, 3, stride=2, padding=1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
        ]
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        channels = width
    layers += [nn.Conv2d(channels, 24, 1), nn.BatchNorm2d(24), nn.ReLU(), nn.Flatten()]
    side = PATCH_PX // 8
    layers += [nn.Dropout(0.3), nn.Linear(24 * side * side, 64), nn.ReLU()]
    layers += [nn.Dropout(0.2), nn.Linear(64, len(LABELS))]
    return nn.Sequential(*layers)


def patches(
    count: int, *, fonts: Sequence[Path]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """(N, 3, PATCH_PX, PATCH_PX) and (N,), each from its own seed."""
    pictures = np.empty((count, 3, PATCH_PX, PATCH_PX), np.float32)
    labels = np.empty(count, np.int64)
    for number in range(count):
        patch, label = draw_patch(np.random.default_rng([SEED, number]), fonts=fonts)
        pictures[number], labels[number] = network_input(patch)[0], LABELS.index(label)
        if number % 1000 == 999:
            sys.stderr.write(f"\r{number + 1} of {count} patches")
    return pictures, labels


def train(
    pictures: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], *, minutes: float
) -> nn.Sequential:
    """A tenth is held out and its accuracy told after each round."""
    torch.manual_seed(SEED)
    net = network()
    x, y = torch.from_numpy(pictures), torch.from_numpy(labels)
    held = torch.arange(len(y)) % HELD_OUT == 0
    x_train, y_train = x[~held], y[~held]
    optimiser = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.02)
    began = time.monotonic()
    passed = 0.0
    while passed < 1:
        net.train()
        for rows in torch.randperm(len(y_train)).split(BATCH):
            passed = (time.monotonic() - began) / (60 * minutes)
            if passed >= 1:
                break
            for group in optimiser.param_groups:
                group["lr"] = LEARNING_RATE * (1 - passed) + 1e-5
            loss = loss_of(net(x_train[rows]), y_train[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        net.eval()
        with torch.no_grad():
            right = (net(x[held]).argmax(dim=1) == y[held]).float().mean()
        sys.stderr.write(f"\r{passed:.0%} of the time, held out {float(right):.4f}\n")
    return net


def export(net: nn.Sequential, path: Path) -> str:
    """ONNX that gives probabilities in the order of `LABELS`; returns its sha256."""
    whole = nn.Sequential(net, nn.Softmax(dim=1)).eval()
    example = torch.zeros(1, 3, PATCH_PX, PATCH_PX)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        whole,
        (example,),
        str(path),
        input_names=["patch"],
        output_names=["probability"],
        dynamic_axes={"patch": {0: "count"}, "probability": {0: "count"}},
        dynamo=False,
    )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patches", type=int, default=30_000)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--fonts", type=Path, action="append", default=[])
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    torch.set_num_threads(1)
    pictures, labels = patches(given.patches, fonts=upright_fonts(given.fonts))
    digest = hashlib.sha256(pictures.tobytes()).hexdigest()
    sys.stderr.write(f"\rsha256 of the patches: {digest}\n")
    net = train(pictures, labels, minutes=given.minutes)
    sys.stderr.write(f"{given.out}: sha256 {export(net, given.out)}\n")


if __name__ == "__main__":
    main()
