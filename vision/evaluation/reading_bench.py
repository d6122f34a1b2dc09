"""Readers side by side on the same labelled photographs: what each gets right, and how fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vision.evaluation.progress import Progress, reported, silent
from vision.evaluation.reading import Answer, Tally, engine_alone, photo_of, rows_by_file
from vision.findings import Reading, Subject
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines import OcrEngine
from vision.scan import Photo

Reader = Callable[[Photo], Sequence[Answer]]
"""A photograph to confident answers; whatever it leaves out it abstains from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of `n` readable markings; times in ms per photograph, one core."""

    name: str
    n: int
    exact: int
    wrong: int
    abstained: int
    extra: int
    median_ms: float
    p95_ms: float


def ours(analyser: PhotoAnalyser, subject: Subject) -> Reader:
    """The product's own accepted readings."""

    def read(photo: Photo) -> list[Answer]:
        findings, _ = analyser.analyse(photo, name="bench")
        return [
            Answer(text=found.text, box=found.evidence.box)
            for found in findings
            if isinstance(found, Reading) and found.subject is subject and found.accepted
        ]

    return read


def alone(engine: OcrEngine, subject: Subject) -> Reader:
    """An engine's lines that have the shape of what is sought."""
    return lambda photo: engine_alone(engine.read(photo.pixels), subject)


def side_by_side(
    folder: Path,
    readers: dict[str, Reader],
    *,
    subject: Subject,
    split: str | None,
    most: int | None = None,
    progress: Progress = silent,
) -> list[Standing]:
    """Every reader on every picture, in turns, so that a slow moment hits all of them.

    Args:
        folder: holds `labels.csv`.
        readers: by name; the first call of each is not timed.
        subject: codes or plates.
        split: None for all pictures.
        most: pictures at most, spread over the list; None for all.
        progress: called after each picture.

    Raises:
        KeyError: the labels lack a column.
        ModelUnavailable: an engine cannot be opened.
    """
    files = list(rows_by_file(folder, split=split, subject=subject).items())
    if most is not None and len(files) > most:
        files = [files[i] for i in np.linspace(0, len(files) - 1, most).astype(int)]
    tallies = {name: Tally() for name in readers}
    times: dict[str, list[float]] = {name: [] for name in readers}
    for number, (name, rows) in enumerate(reported(files, progress)):
        photo = photo_of(folder / name)
        if photo is None:
            continue
        for reader, read in readers.items():
            if number == 0:
                read(photo)
            began = time.perf_counter()
            answers = read(photo)
            times[reader].append((time.perf_counter() - began) * 1000)
            tallies[reader].add(name, rows, answers, whole=False)
    return [
        Standing(
            name=name,
            **tallies[name].counts(),
            median_ms=round(float(np.median(times[name])), 1) if times[name] else 0.0,
            p95_ms=round(float(np.percentile(times[name], 95)), 1) if times[name] else 0.0,
        )
        for name in readers
    ]
