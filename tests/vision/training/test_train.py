"""The whole way from labelled pictures to a model that our own decoder reads."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from vision.synthesis import xray

RECIPE = """
name = "container-finder"
task = "detect"
sources = ["generated"]
split_rule = "none"
labels = ["container"]
seed = 1
[input]
width_px = 64
height_px = 64
layout = "stretch"
[network]
architecture = "yolo11n.yaml"
[training]
epochs = 1
batch = 4
optimizer = "AdamW"
lr0 = 0.002
"""
SOURCE = """
name = "generated"
folder = "generated"
kind = "xray"
origin = "vision.synthesis.xray"
licence = "AGPL-3.0-or-later"
usable_for_weights = {usable}
label_map = {{ container = "container" }}
splits = {{ train = "train", val = "val" }}
"""


def lay_out(root: Path, *, usable: bool = True) -> None:
    for split, count in (("train", 6), ("val", 2)):
        folder = root / "generated" / split
        (folder / "images").mkdir(parents=True)
        (folder / "labels").mkdir()
        for number in range(count):
            view = xray.side_view([bool(number % 2)], seed=number)
            box = view.containers[0]
            (folder / "images" / f"{number}.png").write_bytes(view.png)
            centre_x, centre_y = box.centre
            values = (
                centre_x / xray.WIDTH,
                centre_y / xray.HEIGHT,
                box.width_px / xray.WIDTH,
                box.height_px / xray.HEIGHT,
            )
            line = " ".join(f"{value:.6f}" for value in values)
            (folder / "labels" / f"{number}.txt").write_text(f"0 {line}\n")
    (root / "recipe.toml").write_text(RECIPE)
    (root / "sources").mkdir()
    (root / "sources" / "generated.toml").write_text(SOURCE.format(usable=str(usable).lower()))


def run(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vision.training", str(root / "recipe.toml")]
    command += ["--data", str(root), "--out", str(root / "run")]
    command += ["--sources", str(root / "sources")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_recipe_becomes_a_model_that_serving_can_read(tmp_path: Path) -> None:
    lay_out(tmp_path)
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    made = json.loads(done.stdout[done.stdout.index("{\n") :])
    session = onnxruntime.InferenceSession(made["file"], providers=["CPUExecutionProvider"])
    first = session.get_inputs()[0]
    assert first.shape == [1, 3, 64, 64]
    output = session.run(None, {first.name: np.zeros((1, 3, 64, 64), np.float32)})[0]
    # What vision.xray.containers decodes: four coordinates and one score per candidate.
    assert output.shape[:2] == (1, 5)


def test_a_source_whose_licence_forbids_weights_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path, usable=False)
    done = run(tmp_path)
    assert done.returncode == 2
    assert done.stderr == "generated: its licence does not allow shipped weights\n"
