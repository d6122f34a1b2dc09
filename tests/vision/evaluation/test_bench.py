"""The bench measures what it says, and says how much faster."""

import time

import pytest

from vision.evaluation.bench import Contestant, side_by_side


def test_the_ratio_is_against_the_first() -> None:
    done: list[str] = []

    def work(name: str, seconds: float) -> Contestant:
        def job(item: int) -> None:
            done.append(f"{name}{item}")
            time.sleep(seconds)

        return Contestant(name=name, job=job)

    slow, fast = side_by_side(
        [work("slow", 0.02), work("fast", 0.002)], items=2, rounds=2, progress=lambda *_: None
    )
    assert slow.ratio == 1.0
    assert fast.ratio > 2
    # A warm-up round and two measured ones, the contestants in turn.
    assert done[:4] == ["slow0", "fast0", "slow1", "fast1"]
    assert len(done) == 12


def test_a_bench_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a contestant"):
        side_by_side([], items=1, rounds=1, progress=lambda *_: None)
