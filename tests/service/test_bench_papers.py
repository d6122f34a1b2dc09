"""The measurement of papers measures what it says; how fast is for the machine to say."""

from __future__ import annotations

import json

import pytest

from service.cli.bench_papers import bench_papers


def test_a_small_archive_and_a_small_plan_are_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench_papers(papers=500, declarations=0, containers=50, as_json=True)
    look_up, plan = json.loads(capsys.readouterr().out)
    assert look_up["what"] == "a visit's papers among 500"
    assert look_up["unit"] == "ms"
    assert 0 < look_up["median_ms"] <= look_up["p95_ms"] <= look_up["p99_ms"] <= look_up["worst_ms"]
    assert plan["what"] == "BAPLIE of 50 containers"
    assert 0 < plan["value"] < plan["target"] == 20.0
