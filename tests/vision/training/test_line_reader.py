"""The line reader resumes, and reads the same in torch, in ONNX Runtime and in EasyOCR."""

import hashlib
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from vision.models.shelf import Shelf
from vision.reading.engines.easyocr import EasyOcrEngine
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.line import HEIGHT_PX
from vision.training.line_crops import LineCrop, write_shard
from vision.training.line_reader import build, read_line_recipe, tensor_of

RECIPE = """
name = "line-reader"
characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
seed = 3
[network]
input_channel = 1
output_channel = 32
hidden_size = 32
[photographed]
share = 0.0
[training]
batch = 16
learning_rate = 0.004
weight_decay = 0.0
"""
MANIFEST = """
name = "line-reader"
version = "1"
file = "model.onnx"
sha256 = "{sha256}"
licence = "AGPL-3.0-or-later"
labels = ["line"]
metrics = []
[thresholds.line]
value = 0.5
operating_point = "none: a test"
[training]
recipe = "a test"
data = "generated"
data_sha256 = ""
data_licence = "AGPL-3.0-or-later"
real = false
[extra_files]
"line_reader.pth" = "{weights}"
"line_reader.py" = "{code}"
"line_reader.yaml" = "{settings}"
"""
WORDS = ("AB12", "7C", "KXU", "305")


def word(text: str) -> LineCrop:
    grey = np.full((HEIGHT_PX, 24 * len(text) + 12), 40, np.uint8)
    cv2.putText(grey, text, (6, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 230, 2)
    return LineCrop(pixels=grey, text=text, group=text)


def run(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "vision.training.line_reader", str(root / "recipe.toml")]
    command += ["--out", str(root / "run"), "--threads", "2", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def steps_of(checkpoint: Path) -> int:
    return int(torch.load(checkpoint, weights_only=True)["steps"])


@pytest.mark.slow
def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    (tmp_path / "crops").mkdir()
    crops = [word(WORDS[n % len(WORDS)]) for n in range(400)]
    write_shard(tmp_path / "crops" / "generated-0.npz", crops)
    run(tmp_path, "--crops", str(tmp_path / "crops"), "--minutes", "0.1")
    first = steps_of(tmp_path / "run" / "last.pt")
    run(tmp_path, "--crops", str(tmp_path / "crops"), "--minutes", "0.3")
    assert steps_of(tmp_path / "run" / "last.pt") > first > 0


@pytest.mark.slow
def test_the_same_weights_read_alike_in_torch_onnx_and_easyocr(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    recipe = read_line_recipe(tmp_path / "recipe.toml")
    torch.manual_seed(5)
    network = build(recipe)
    with torch.no_grad():
        # Untrained, but decided: no blanks, and clear differences between the classes.
        network.Prediction.weight.mul_(200)
        network.Prediction.bias[0] = -50
    (tmp_path / "run").mkdir()
    torch.save({"network": network.state_dict()}, tmp_path / "run" / "last.pt")
    folder = tmp_path / "weights" / "line-reader" / "1"
    run(tmp_path, "--export", str(folder))
    (tmp_path / "weights" / "lineup.toml").write_text('[serving]\nline-reader = "1"\n')
    (folder / "model.toml").write_text(
        MANIFEST.format(
            sha256=sha(folder / "model.onnx"),
            weights=sha(folder / "line_reader.pth"),
            code=sha(folder / "line_reader.py"),
            settings=sha(folder / "line_reader.yaml"),
        )
    )
    shelf = Shelf(tmp_path / "weights")
    ours, theirs = LineReaderEngine(shelf), EasyOcrEngine(shelf)
    network.eval()
    for text in WORDS:
        crop = word(text)
        (posteriors,) = ours.posteriors([crop.pixels])
        with torch.no_grad():
            expected = network(tensor_of([crop]), None).softmax(2)[0].numpy()
        assert np.allclose(posteriors, expected, atol=1e-3)
        colour = np.repeat(crop.pixels[:, :, None], 3, axis=2)
        assert ours.read_line(colour)[0] == theirs.read_line(colour)[0] != ""
