"""Train a detector by its recipe with Ultralytics, offline, with checkpoints that resume."""

from __future__ import annotations

import os
from pathlib import Path

from vision.training.recipe import Recipe


def isolate_ultralytics(home: Path) -> None:
    """Point Ultralytics at `home` and forbid what it does by default.

    Left alone it writes weights into the working folder, sends analytics and installs
    packages while it runs. Call this before `ultralytics` is first imported.
    """
    home.mkdir(parents=True, exist_ok=True)
    os.environ["YOLO_CONFIG_DIR"] = str(home)
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ["YOLO_OFFLINE"] = "true"
    from ultralytics import settings  # noqa: PLC0415 - only after the environment is set

    settings.update(
        {
            "sync": False,
            "weights_dir": str(home / "weights"),
            "runs_dir": str(home / "runs"),
            "datasets_dir": str(home / "datasets"),
        }
    )


def train_detector(recipe: Recipe, *, data_yaml: Path, out: Path) -> Path:
    """Train from random weights; go on from `last.pt` if an earlier run was cut off.

    Returns:
        Path of the checkpoint with the weights of the last epoch. The best epoch is not
        used, because it is chosen on the `val` split that figures are reported on.
    """
    isolate_ultralytics(out / "ultralytics")
    from ultralytics import YOLO  # noqa: PLC0415 - see isolate_ultralytics

    last = out / "run" / "weights" / "last.pt"
    if last.exists():
        YOLO(str(last)).train(resume=True)
        return last
    YOLO(recipe.network.architecture).train(
        data=str(data_yaml),
        imgsz=recipe.input.width_px,
        seed=recipe.seed,
        deterministic=True,
        project=str(out),
        name="run",
        exist_ok=True,
        pretrained=False,
        device="cpu",
        workers=2,
        plots=False,
        val=False,
        amp=False,
        **recipe.training,
    )
    return last


def export_onnx(checkpoint: Path, *, recipe: Recipe, opset: int = 17) -> Path:
    """Export `checkpoint` to ONNX, raw head output, and return the file's path."""
    from ultralytics import YOLO  # noqa: PLC0415 - see isolate_ultralytics

    size = (recipe.input.height_px, recipe.input.width_px)
    return Path(
        YOLO(str(checkpoint)).export(format="onnx", imgsz=size, opset=opset, simplify=False)
    )
