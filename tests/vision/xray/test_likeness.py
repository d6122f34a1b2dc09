"""How unusual a look is among others of its heading, and what the nearest others are."""

from __future__ import annotations

import numpy as np
import pytest

from vision.xray.likeness import p_value, votes


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
