"""The line reader resumes, and reads the same in torch, in ONNX Runtime and in EasyOCR."""

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
from vision.training.line_network import Model
from vision.training.line_reader import build, read_line_recipe, tensor_of

ROOT = Path(__file__).parents[3]
RECIPE = f"""
name = "line-reader"
characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
seed = 3
[network]
start = "{ROOT / "weights" / "line-reader" / "1" / "model.onnx"}"
[photographed]
share = 0.0
[training]
batch = 4
learning_rate = 0.0001
weight_decay = 0.0
"""
WORDS = ("AB12", "7C", "KXU", "305")


def word(text: str) -> LineCrop:
    grey = np.full((HEIGHT_PX, 32 * len(text) + 16), 40, np.uint8)
    cv2.putText(grey, text, (8, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 230, 2)
    return LineCrop(pixels=grey, text=text, group=text)


def run(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "vision.training.line_reader", str(root / "recipe.toml")]
    command += ["--out", str(root / "run"), "--threads", "2", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


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
def test_a_run_is_exported_into_the_graph_that_it_started_from(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(RECIPE)
    network = build(read_line_recipe(tmp_path / "recipe.toml"))
    with torch.no_grad():
        network.linear_8_b_0[0] += 100  # blanks everywhere
    (tmp_path / "run").mkdir()
    torch.save({"network": network.state_dict()}, tmp_path / "run" / "last.pt")
    run(tmp_path, "--export", str(tmp_path / "out"))
    changed = Model(str(tmp_path / "out" / "model.onnx"))
    with torch.no_grad():
        assert int(changed(tensor_of([word("AB12")])).argmax(2).max()) == 0


@pytest.mark.slow
def test_the_same_weights_read_alike_in_torch_onnx_and_easyocr() -> None:
    shelf = Shelf(ROOT / "weights")
    ours, theirs = LineReaderEngine(shelf), EasyOcrEngine(shelf)
    network = Model(str(shelf.folder("line-reader") / "model.onnx"))
    for text in WORDS:
        crop = word(text)
        (posteriors,) = ours.posteriors([crop.pixels])
        with torch.no_grad():
            expected = network(tensor_of([crop])).exp()[0].numpy()
        assert np.allclose(posteriors, expected, atol=1e-3)
        colour = np.repeat(crop.pixels[:, :, None], 3, axis=2)
        assert ours.read_line(colour)[0] == theirs.read_line(colour)[0] == text
