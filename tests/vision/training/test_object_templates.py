"""Templates find what they were fitted to, either way round, also after the export."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
import torch

from vision.training.recipe import read_recipe
from vision.training.template_network import TemplateNetwork, export
from vision.training.templates import Strip, fit
from vision.xray.strip import CODE_PX

RECIPE = Path(__file__).parents[3] / "datasets" / "recipes" / "xray-vehicle.toml"
WIDTH_PX = 64


def a_strip(rng: np.random.Generator, *, vehicle: bool, mirrored: bool = False) -> Strip:
    """Clutter of boxes; the vehicle is a roof, two wheels, and an engine at one end."""
    depth = np.full((CODE_PX, 192), 30.0)
    for _ in range(8):
        x, y = rng.integers(0, 180), rng.integers(10, 70)
        depth[y : y + rng.integers(5, 25), x : x + rng.integers(5, 40)] += rng.uniform(5, 60)
    x = int(rng.integers(40, 150))
    if vehicle:
        left = x - WIDTH_PX // 2
        depth[40:42, left + 14 : left + 50] += 120
        depth[58:60, left : left + WIDTH_PX] += 120
        engine = left + (WIDTH_PX - 18 if mirrored else 4)
        depth[60:74, engine : engine + 14] += 160
        for wheel in (left + 12, left + 52):
            cv2.circle(depth, (wheel, 76), 6, 200.0, -1)
    code = np.zeros((CODE_PX, 192, 3), dtype=np.uint8)
    code[:, :, 0] = np.clip(depth + rng.normal(0, 3, depth.shape), 0, 255)
    code[:, :, 2] = 128
    return Strip(code=code, vehicles=((x, 60.0, WIDTH_PX, 44.0),) if vehicle else ())


@pytest.fixture(scope="module")
def network() -> TemplateNetwork:
    rng = np.random.default_rng(3)
    recipe = read_recipe(RECIPE)
    quick = recipe.model_copy(
        update={"training": {"weight_decay": 0.003, "rounds": 1, "negatives": 600}}
    )
    strips = [a_strip(rng, vehicle=n % 2 == 0, mirrored=n % 4 == 0) for n in range(60)]
    return TemplateNetwork([fit(strips, width_px=WIDTH_PX, recipe=quick, rng=rng)])


def picture(strip: Strip) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(strip.code.transpose(2, 0, 1)[None]).astype(np.float32) / 255


@pytest.mark.parametrize("mirrored", [False, True], ids=["engine left", "engine right"])
def test_a_vehicle_is_found_either_way_round(network: TemplateNetwork, mirrored: bool) -> None:
    rng = np.random.default_rng(11)
    for _ in range(5):
        strip = a_strip(rng, vehicle=True, mirrored=mirrored)
        rows = network(torch.from_numpy(picture(strip)))[0]
        best = rows[:, rows[4].argmax()]
        assert float(best[0]) == pytest.approx(strip.vehicles[0][0], abs=12)
        clean = network(torch.from_numpy(picture(a_strip(rng, vehicle=False))))[0]
        assert float(best[4]) > float(clean[4].max())


def test_the_exported_model_gives_the_same_for_other_sizes(
    network: TemplateNetwork, tmp_path: Path
) -> None:
    export(network, tmp_path / "model.onnx", height_px=CODE_PX)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    batch = np.random.default_rng(0).random((3, 3, CODE_PX, 352), dtype=np.float32)
    (given,) = session.run(None, {"images": batch})
    expected = network(torch.from_numpy(batch)).numpy()
    assert given.shape == (3, 5, 12 * 44)
    assert np.abs(given - expected).max() < 1e-4


def test_without_a_vehicle_there_is_nothing_to_fit() -> None:
    rng = np.random.default_rng(3)
    strips = [a_strip(rng, vehicle=False) for _ in range(3)]
    with pytest.raises(ValueError, match="no strip shows"):
        fit(strips, width_px=WIDTH_PX, recipe=read_recipe(RECIPE), rng=rng)
