"""What a load looks like: like loads are near, mirrored ones the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vision.errors import ModelUnavailable
from vision.findings import CargoEmbedding
from vision.models.shelf import Shelf
from vision.synthesis.blocks import side_view, stack
from vision.xray.calibration import NO_SCANNERS
from vision.xray.cargo_look import MODEL, numbers, open_model
from vision.xray.measurements import of_containers
from vision.xray.sight import sight_of

SHELF = Shelf(Path(__file__).parents[3] / "weights")


def vector(rows: int, columns: int, seed: int) -> tuple[float, ...]:
    scene = side_view(stack(rows, columns, areal_g_cm2=25), seed=seed, channels=1)
    sight = sight_of(scene.image, NO_SCANNERS)
    found = of_containers(sight, [scene.outline], shelf=SHELF)
    return next(f.vector for f in found if isinstance(f, CargoEmbedding))


def test_loads_of_one_kind_are_nearer_than_of_two() -> None:
    small, again, large = vector(6, 20, 1), vector(6, 20, 2), vector(2, 6, 3)
    assert np.linalg.norm(small) == pytest.approx(1)
    assert np.dot(small, again) > np.dot(small, large) + 0.2


def test_a_vehicle_may_come_either_way() -> None:
    rng = np.random.default_rng(3)
    path = rng.uniform(0.1, 2.0, (90, 300)).astype(np.float32)
    heat = rng.uniform(0, 1, (12, 40)).astype(np.float32)
    one = numbers(path, heat, load=0.4)
    assert numbers(path[:, ::-1], heat[:, ::-1], load=0.4) == pytest.approx(one, abs=0.05)


def test_a_model_that_is_no_table_is_refused() -> None:
    class Broken(Shelf):
        def read(self, name: str) -> bytes:
            assert name == MODEL
            return json.dumps({"mean": [1.0]}).encode()

    with pytest.raises(ModelUnavailable, match="scale"):
        open_model(Broken(Path(__file__).parents[3] / "weights"))
