"""Crops survive their shards; parts of labels are found and noise is not taken for one."""

from pathlib import Path

import numpy as np
import pytest

from vision.training.line_crops import (
    LineCrop,
    _part_of,
    generate_shards,
    read_shard,
    write_shard,
)


def test_a_shard_gives_back_what_was_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    crops = [
        LineCrop(
            pixels=rng.integers(0, 255, (32, 20 + 7 * number), dtype=np.uint8),
            text=f"T{number}",
            group="g",
        )
        for number in range(5)
    ]
    write_shard(tmp_path / "a.npz", crops)
    back = read_shard(tmp_path / "a.npz")
    assert [crop.text for crop in back] == [crop.text for crop in crops]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(crops, back, strict=True))
    assert not list(tmp_path.glob("*.partial*"))


@pytest.mark.slow
def test_generation_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    assert list(generate_shards(tmp_path, count=4000, seed=1, fonts=())) == [4000]
    made = (tmp_path / "generated-1-0000.npz").stat().st_mtime_ns
    assert list(generate_shards(tmp_path, count=4000, seed=1, fonts=())) == [4000]
    assert (tmp_path / "generated-1-0000.npz").stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("CSQU3054383", ("CSQU3054383", "CSQU3054383"), id="whole"),
        pytest.param("C5QU", ("CSQU", "CSQU3054383"), id="one misread"),
        pytest.param("3054383", ("3054383", "CSQU3054383"), id="number with check digit"),
        pytest.param("305438", None, id="the boxed digit may be in the crop"),
        pytest.param("MAERSK", None, id="no part"),
        pytest.param("CS", None, id="too short to be sure"),
    ],
)
def test_a_line_is_a_part_of_a_label_or_it_is_not(
    text: str, expected: tuple[str, str] | None
) -> None:
    assert _part_of(text, ["CSQU3054383"]) == expected
