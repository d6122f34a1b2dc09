"""What a load looks like, and how unusual a look is among others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vision.xray.likeness import p_value, votes
from vision.xray.look import embed, features

STORED = json.loads(Path("weights/cargo-look/1/model.json").read_text(encoding="utf-8"))


def a_load(kind: str, seed: int, *, scale: float = 1.0) -> np.ndarray:
    """(h, w) transmission of cartons in a stack, or of a heap of bulk."""
    rng = np.random.default_rng(seed)
    height, width = round(200 * scale), round(800 * scale)
    y, x = np.mgrid[0:height, 0:width] / scale
    if kind == "cartons":
        depth = 0.8 + 0.5 * ((x % 50 < 4) | (y % 40 < 4)) * -1.0
        depth = np.where(y > 40, depth, 0.05)
    else:
        depth = np.where(y > 90 + 25 * np.sin(x / 130 + seed), 2.2, 0.05)
    noise = rng.normal(0, 0.01, depth.shape)
    return np.exp(-depth + noise).clip(0, 1).astype(np.float32)


def look(kind: str, seed: int, **parts: float) -> np.ndarray:
    raw = features(a_load(kind, seed, **parts))
    assert raw is not None
    return np.array(embed(raw, STORED), dtype=np.float32)


def test_a_look_is_of_unit_length_and_the_same_at_any_scale() -> None:
    one, twice = look("cartons", 1), look("cartons", 1, scale=2.0)
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-3)
    assert float(one @ twice) > 0.9


def test_like_loads_look_more_alike_than_unlike_ones() -> None:
    boxes, heaps = [look("cartons", n) for n in range(3)], [look("bulk", n) for n in range(3)]
    within = min(float(boxes[0] @ boxes[1]), float(heaps[0] @ heaps[1]))
    across = max(float(a @ b) for a in boxes for b in heaps)
    assert within > across + 0.2


def test_what_is_too_small_has_no_look() -> None:
    assert features(np.ones((20, 400), dtype=np.float32)) is None


def test_an_even_picture_has_a_look_too() -> None:
    raw = features(np.full((200, 800), 0.5, dtype=np.float32))
    assert raw is not None
    assert np.isfinite(embed(raw, STORED)).all()


def unit(rng: np.random.Generator, middle: np.ndarray, count: int) -> np.ndarray:
    found = middle + rng.normal(0, 0.15, (count, middle.size))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_p_values_of_the_same_goods_are_as_frequent_as_they_say() -> None:
    rng = np.random.default_rng(4)
    middle = np.eye(1, 30)[0]
    small = sum(p_value(unit(rng, middle, 1)[0], unit(rng, middle, 60)) <= 0.1 for _ in range(300))
    assert 12 <= small <= 48  # 30 of 300 expected


def test_other_goods_are_strange_and_named() -> None:
    rng = np.random.default_rng(5)
    one, other = unit(rng, np.eye(1, 30)[0], 60), unit(rng, np.eye(1, 30, 1)[0], 20)
    own = unit(rng, np.eye(1, 30, 1)[0], 1)[0]
    assert p_value(own, one) == pytest.approx(1 / 61)
    (name, share), *_ = votes(own, np.vstack([one, other]), ["0803"] * 60 + ["2402"] * 20)
    assert (name, share) == ("2402", pytest.approx(1.0, abs=0.1))
    with pytest.raises(ValueError, match="nothing"):
        p_value(own, one[:0])
