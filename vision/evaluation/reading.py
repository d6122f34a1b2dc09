"""Container codes and plates against labelled photographs, beside the engine alone."""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vision.errors import ModelUnavailable, UnreadableScan
from vision.evaluation.progress import Progress, reported, silent
from vision.evaluation.reliability import reliability
from vision.evaluation.xray import latency_summary
from vision.findings import Ran, Reading, Subject
from vision.formats import read_scan
from vision.geometry import Box
from vision.grammar import iso6346
from vision.grammar.plate import MAX_LENGTH, MIN_LENGTH, normalise_plate
from vision.models.shelf import Shelf
from vision.reading import calibration
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines import OcrEngine, TextLine
from vision.reading.layout import pieces_of
from vision.scan import Photo, RawScan, ScanKind

NOT_SCORED = frozenset({"no", "partial"})
CROP_MARGIN = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled marking."""

    text: str
    box: Box | None
    group: str
    scored: bool
    size_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A confident answer, and where."""

    text: str
    box: Box | None


class Tally:
    """Counts of one reader over all rows; ours and the engine alone are counted alike."""

    def __init__(self) -> None:
        self.groups: dict[str, Counter[str]] = defaultdict(Counter)
        self.misses: list[dict[str, Any]] = []
        self.extra = 0

    def add(
        self, name: str, rows: Sequence[Row], answers: Sequence[Answer], *, whole: bool
    ) -> None:
        """One picture; `whole` if it is a crop, where every answer is at the row's place."""
        claimed: set[int] = set()
        for row in rows:
            if not row.scored:
                continue
            result, index = _result(row, answers, whole=whole)
            if index is not None:
                claimed.add(index)
            self.groups[row.group][result] += 1
            if result != "exact":
                read = answers[index].text if index is not None else None
                self.misses.append({"file": name, "expected": row.text, "read": read})
        self.extra += sum(
            index not in claimed and not _labelled(answer, rows)
            for index, answer in enumerate(answers)
        )

    def counts(self) -> dict[str, int]:
        """`n`, `exact`, `wrong`, `abstained`, `extra`."""
        total: Counter[str] = sum(self.groups.values(), Counter())
        return {**_counts(total), "extra": self.extra}

    def by_group(self) -> dict[str, dict[str, int]]:
        return {key: _counts(group) for key, group in sorted(self.groups.items())}


def _counts(counter: Counter[str]) -> dict[str, int]:
    return {
        "n": sum(counter.values()),
        **{key: counter[key] for key in ("exact", "wrong", "abstained")},
    }


def evaluate(
    folder: Path,
    *,
    subject: Subject,
    split: str | None,
    engine: OcrEngine,
    shelf: Shelf | None = None,
    peer: OcrEngine | None = None,
    crops: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Figures over `folder/labels.csv`.

    A labelled row is exact if a confident answer has its text, wrong if a confident answer at
    its place has another, else abstained; a confident answer for no row is `extra`. `gate` counts
    at the threshold of a wrong-accept rate of 0.002, `reliability` tells whether probability
    means frequency, `size_types` counts those of containers that are labelled. `baseline` is
    `peer` alone on the same pictures, counted the same way: each single line of text with the
    shape of a code or a plate is a confident answer of it.

    Raises:
        ModelUnavailable: a model could not be opened; that is no abstention.
    """
    ours, alone, gate, sizes = Tally(), Tally(), Tally(), Tally()
    pairs: list[tuple[float, bool]] = []
    strict = _gate_threshold(shelf, subject)
    analyser = PhotoAnalyser(engine, shelf=shelf)
    latencies: list[float] = []
    files = list(rows_by_file(folder, split=split, subject=subject).items())
    for name, rows in reported(files, progress):
        photo = photo_of(folder / name)
        if photo is None:
            ours.add(name, rows, (), whole=crops)
            if peer is not None:
                alone.add(name, rows, (), whole=crops)
            continue
        for part, wanted in _parts(photo, rows, crops=crops):
            began = time.perf_counter()
            found, ran = analyser.analyse(part, name=name)
            if failed := [entry for entry in ran if entry.ran is Ran.FAILED]:
                raise ModelUnavailable(f"{name}: {failed[0].analysis}: {failed[0].reason}")
            latencies.append((time.perf_counter() - began) * 1000)
            own = [r for r in found if isinstance(r, Reading) and r.subject is subject]
            ours.add(name, wanted, _answers(own), whole=crops)
            if strict is not None:
                gate.add(name, wanted, _answers(own, at_least=strict), whole=crops)
            pairs += _judged(own, wanted)
            seen_types = [
                Answer(text=r.text, box=None)
                for r in found
                if isinstance(r, Reading) and r.subject is Subject.SIZE_TYPE and r.accepted
            ]
            sizes.add(name, _size_rows(wanted), seen_types, whole=True)
            if peer is not None:
                lines = peer.read(part.pixels)
                alone.add(name, wanted, engine_alone(lines, subject), whole=crops)
    return {
        **ours.counts(),
        "latency_ms": latency_summary(latencies),
        "groups": ours.by_group(),
        "gate": {"threshold": strict, **gate.counts()} if strict is not None else {},
        "size_types": sizes.counts() if subject is Subject.CONTAINER_CODE else {},
        "reliability": asdict(reliability(pairs)) if pairs else {},
        "baseline": {
            "engine": peer.provenance.model,
            **alone.counts(),
            "groups": alone.by_group(),
        }
        if peer is not None
        else {},
        "misses": ours.misses,
    }


def _size_rows(rows: Sequence[Row]) -> list[Row]:
    """One row for each labelled size-type of readable markings."""
    texts = dict.fromkeys(row.size_type for row in rows if row.scored and row.size_type)
    return [Row(text=text, box=None, group="size_type", scored=True) for text in texts]


def _gate_threshold(shelf: Shelf | None, subject: Subject) -> float | None:
    if shelf is None:
        return None
    return calibration.open_model(shelf).thresholds[f"{subject.value}_gate"]


def _answers(readings: Sequence[Reading], *, at_least: float = 0.0) -> list[Answer]:
    return [
        Answer(text=r.text, box=r.evidence.box)
        for r in readings
        if r.accepted and (r.probability is None or r.probability >= at_least)
    ]


def _judged(readings: Sequence[Reading], rows: Sequence[Row]) -> Iterator[tuple[float, bool]]:
    """Probability and whether it was right, of every reading of a scored row's marking."""
    scored = [row for row in rows if row.scored]
    for reading in readings:
        box = reading.evidence.box
        right = any(reading.text == row.text for row in scored)
        there = any(row.box and box and _overlap(box, row.box) for row in scored)
        if reading.probability is not None and (right or there):
            yield reading.probability, right


def rows_by_file(folder: Path, *, split: str | None, subject: Subject) -> dict[str, list[Row]]:
    """Labelled rows of `folder/labels.csv` by their file. Raises: KeyError: a column is missing."""
    by_file: dict[str, list[Row]] = defaultdict(list)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if split is not None and row["split"] != split:
                continue
            key = "orientation" if subject is Subject.CONTAINER_CODE else "country_or_type"
            by_file[row["file"]].append(
                Row(
                    text=normalise_plate(row["text"]),
                    box=_box(row),
                    group=row[key] or "unknown",
                    scored=row["readable"] not in NOT_SCORED,
                    size_type=row["country_or_type"] if subject is Subject.CONTAINER_CODE else "",
                )
            )
    return dict(by_file)


def _box(row: dict[str, str]) -> Box | None:
    x1, y1, x2, y2 = (float(row[key]) for key in ("x1", "y1", "x2", "y2"))
    return Box(x1=x1, y1=y1, x2=x2, y2=y2) if x2 > x1 and y2 > y1 else None


def photo_of(path: Path) -> Photo | None:
    """None: not a photograph that can be read."""
    try:
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.PHOTO))
    except UnreadableScan:
        return None
    return scan if isinstance(scan, Photo) else None


def _parts(
    photo: Photo, rows: Sequence[Row], *, crops: bool
) -> Iterator[tuple[Photo, Sequence[Row]]]:
    if not crops:
        yield photo, rows
        return
    height, width = photo.pixels.shape[:2]
    for row in rows:
        if row.box is None or not row.scored:
            continue
        mx, my = CROP_MARGIN * row.box.width_px + 4, CROP_MARGIN * row.box.height_px + 4
        x1, y1 = int(max(0, row.box.x1 - mx)), int(max(0, row.box.y1 - my))
        x2, y2 = int(min(width, row.box.x2 + mx)), int(min(height, row.box.y2 + my))
        cut = photo.pixels[y1:y2, x1:x2]
        yield Photo(sha256=photo.sha256, scan_format=photo.scan_format, pixels=cut), [row]


def _result(row: Row, answers: Sequence[Answer], *, whole: bool) -> tuple[str, int | None]:
    for index, answer in enumerate(answers):
        if answer.text == row.text:
            return "exact", index
    for index, answer in enumerate(answers):
        if whole or (answer.box and row.box and _overlap(answer.box, row.box)):
            return "wrong", index
    return "abstained", None


def _labelled(answer: Answer, rows: Sequence[Row]) -> bool:
    """A second marking of a labelled container or plate is not a false one."""
    return any(
        answer.text == row.text or (row.box and answer.box and _overlap(answer.box, row.box))
        for row in rows
    )


def _overlap(one: Box, other: Box) -> bool:
    return one.intersection_px(other) > 0.3 * min(one.area_px, other.area_px)


def engine_alone(lines: Sequence[TextLine], subject: Subject) -> list[Answer]:
    """Each single line with the shape of a code or a plate, as confident answers."""
    answers = [Answer(text=piece.text, box=piece.box) for piece in pieces_of(lines)]
    if subject is Subject.CONTAINER_CODE:
        return [answer for answer in answers if iso6346.has_code_shape(answer.text)]
    return [
        answer
        for answer in answers
        if MIN_LENGTH <= len(answer.text) <= MAX_LENGTH and any(c.isdigit() for c in answer.text)
    ]
