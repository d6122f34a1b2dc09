"""What counts as exact, wrong, abstained and false when signs are measured."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from tests.builders import a_reading
from vision.evaluation.placards import evaluate_folder, evaluate_generated
from vision.findings import Evidence, Finding, Provenance, Reading, Subject
from vision.geometry import Box
from vision.scan import Photo
from vision.synthesis.placards import draw_scene

SEED = 11


class Always:
    """Says the same everywhere in the picture's middle, or what the truth is where it is."""

    analysis = "danger_signs"
    lineup: tuple[Provenance, ...] = ()

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def look(self, photo: Photo, found: Sequence[Finding]) -> tuple[Finding, ...]:
        del photo, found
        return tuple(self._readings)


def readings(text: str | None = None) -> list[Reading]:
    shown = draw_scene(np.random.default_rng([SEED, 0])).shown
    return [
        replace(
            a_reading(text or sign.text),
            subject=sign.subject,
            accepted=True,
            evidence=Evidence(scan_sha256="", box=sign.quad.bounds()),
        )
        for sign in shown
        if sign.subject is Subject.PLACARD or "/" in sign.text
    ]


def test_the_truth_is_exact_and_another_text_is_wrong() -> None:
    right = evaluate_generated(count=1, seed=SEED, signs=Always(readings()))
    wrong = evaluate_generated(count=1, seed=SEED, signs=Always(readings("99/9999")))
    kind = "placard" if "placard" in right else "orange plate"
    assert right[kind]["exact"]["share"] == 1
    assert wrong[kind]["wrong"]["share"] == 1
    assert (right["false_finds"]["count"], wrong["false_finds"]["count"]) == (0, 0)


def test_a_find_in_a_picture_without_signs_is_a_false_find(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    find = replace(
        a_reading("3"),
        subject=Subject.PLACARD,
        accepted=True,
        evidence=Evidence(scan_sha256="", box=Box(x1=1, y1=1, x2=9, y2=9)),
    )
    figures = evaluate_folder(tmp_path, signs=Always([find]))
    assert figures["with_accepted_find"]["count"] == 1
    assert figures["misses"][0]["read"] == "placard 3"
