"""The manifest and card of the object detector follow from its figures."""

from __future__ import annotations

import tomllib
from typing import Any

from vision.evaluation.object_trial import Trial, tables
from vision.geometry import Box
from vision.models.manifest import Manifest
from vision.training.objects_card import card, manifest_text
from vision.training.promote_objects import thresholds
from vision.xray.objects import Candidate

LABELS = ("vehicle", "weapon")
HERE = Box(x1=0, y1=0, x2=10, y2=10)


def figures(serving: dict[str, float]) -> dict[str, Any]:
    """A hundred clean scans with three false alarms; vehicles score high, weapons low."""
    trials = [
        Trial(label=label, shape="one", score=score, size_m=1.0, cover=1.0, contrast=0.5)
        for label, score in (("vehicle", 0.9), ("weapon", 0.1))
        for _ in range(10)
    ]
    clean = [[] for _ in range(97)]
    clean += [
        [Candidate(label=label, score=0.5, box=HERE)] for label in ("vehicle", "weapon", "weapon")
    ]
    return {
        "clean_scans": 100,
        "objects": 20,
        "classes": tables(trials, clean, serving=serving),
    }


def test_a_class_that_finds_too_little_at_its_rate_gets_no_threshold() -> None:
    chosen = thresholds(figures({}), suffix="", source="simulated")
    assert set(chosen) == {"vehicle"}
    value, point = chosen["vehicle"]
    # Just above the one false alarm: at 0.002 of 100 scans none is allowed.
    assert value == 0.5
    assert "0.002 false alarms per scan on 100 clean scans (simulated)" in point


def test_the_manifest_reads_back_with_thresholds_and_metrics() -> None:
    limits = {"vehicle": (0.5, "at most 1 in 500")}
    text = manifest_text(
        labels=LABELS,
        recipe="datasets/recipes/a.toml",
        sha256="a" * 64,
        data_sha256="b" * 64,
        limits=limits,
        figures={"counts": figures({"vehicle": 0.5})},
    )
    manifest = Manifest.model_validate(tomllib.loads(text))
    assert manifest.labels == LABELS
    assert manifest.thresholds["vehicle"].operating_point == "at most 1 in 500"
    assert [(m.name, m.value, m.total) for m in manifest.metrics] == [
        ("vehicle: objects detected", 1.0, 10),
        ("vehicle: clean scans with a false alarm", 0.01, 100),
    ]
    assert not manifest.training.real


def test_the_card_says_who_abstains_and_where() -> None:
    text = card(
        LABELS,
        "datasets/recipes/a.toml",
        {"vehicle": (0.5, "point")},
        {"counts": figures({"vehicle": 0.5})},
    )
    assert "**Abstains** on weapon" in text
    assert "abstains on all of them" in text
    assert "| vehicle |" in text
    assert "1.000 (10/10" in text
