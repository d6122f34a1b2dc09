"""Container codes and plates against labelled photographs, beside the engine alone."""

from __future__ import annotations

import csv
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vision.errors import UnreadableScan
from vision.evaluation.progress import Progress, reported, silent
from vision.evaluation.xray import latency_summary
from vision.findings import Reading, Subject
from vision.formats import read_scan
from vision.geometry import Box
from vision.grammar import iso6346
from vision.grammar.plate import MAX_LENGTH, MIN_LENGTH, normalise_plate
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines import OcrEngine, TextLine
from vision.reading.layout import pieces_of
from vision.scan import Photo, RawScan, ScanKind

NOT_SCORED = frozenset({"no", "partial"})
CROP_MARGIN = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    text: str
    box: Box | None
    group: str
    scored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    text: str
    box: Box | None


class _Tally:
    """Counts of one reader over all rows; ours and the engine alone are counted alike."""

    def __init__(self) -> None:
        self.groups: dict[str, Counter[str]] = defaultdict(Counter)
        self.misses: list[dict[str, Any]] = []
        self.extra = 0

    def add(
        self, name: str, rows: Sequence[_Row], answers: Sequence[_Answer], *, whole: bool
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
    peer: OcrEngine | None = None,
    crops: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Figures over `folder/labels.csv`.

    A labelled row is exact if a confident answer has its text, wrong if a confident answer at
    its place has another, else abstained; a confident answer for no row is `extra`. `baseline`
    is `peer` alone on the same pictures, counted the same way: each single line of text with the
    shape of a code or a plate is a confident answer of it.
    """
    ours, alone = _Tally(), _Tally()
    analyser = PhotoAnalyser(engine)
    latencies: list[float] = []
    files = list(_by_file(folder, split=split, subject=subject).items())
    for name, rows in reported(files, progress):
        photo = _photo(folder / name)
        if photo is None:
            ours.add(name, rows, (), whole=crops)
            if peer is not None:
                alone.add(name, rows, (), whole=crops)
            continue
        for part, wanted in _parts(photo, rows, crops=crops):
            began = time.perf_counter()
            found, _ = analyser.analyse(part, name=name)
            latencies.append((time.perf_counter() - began) * 1000)
            answers = [
                _Answer(text=r.text, box=r.evidence.box)
                for r in found
                if isinstance(r, Reading) and r.subject is subject and r.accepted
            ]
            ours.add(name, wanted, answers, whole=crops)
            if peer is not None:
                lines = peer.read(part.pixels)
                alone.add(name, wanted, _engine_alone(lines, subject), whole=crops)
    return {
        **ours.counts(),
        "latency_ms": latency_summary(latencies),
        "groups": ours.by_group(),
        "baseline": {
            "engine": peer.provenance.model,
            **alone.counts(),
            "groups": alone.by_group(),
        }
        if peer is not None
        else {},
        "misses": ours.misses,
    }


def _by_file(folder: Path, *, split: str | None, subject: Subject) -> dict[str, list[_Row]]:
    by_file: dict[str, list[_Row]] = defaultdict(list)
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if split is not None and row["split"] != split:
                continue
            key = "orientation" if subject is Subject.CONTAINER_CODE else "country_or_type"
            by_file[row["file"]].append(
                _Row(
                    text=normalise_plate(row["text"]),
                    box=_box(row),
                    group=row[key] or "unknown",
                    scored=row["readable"] not in NOT_SCORED,
                )
            )
    return dict(by_file)


def _box(row: dict[str, str]) -> Box | None:
    x1, y1, x2, y2 = (float(row[key]) for key in ("x1", "y1", "x2", "y2"))
    return Box(x1=x1, y1=y1, x2=x2, y2=y2) if x2 > x1 and y2 > y1 else None


def _photo(path: Path) -> Photo | None:
    try:
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.PHOTO))
    except UnreadableScan:
        return None
    return scan if isinstance(scan, Photo) else None


def _parts(
    photo: Photo, rows: Sequence[_Row], *, crops: bool
) -> Iterator[tuple[Photo, Sequence[_Row]]]:
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


def _result(row: _Row, answers: Sequence[_Answer], *, whole: bool) -> tuple[str, int | None]:
    for index, answer in enumerate(answers):
        if answer.text == row.text:
            return "exact", index
    for index, answer in enumerate(answers):
        if whole or (answer.box and row.box and _overlap(answer.box, row.box)):
            return "wrong", index
    return "abstained", None


def _labelled(answer: _Answer, rows: Sequence[_Row]) -> bool:
    """A second marking of a labelled container or plate is not a false one."""
    return any(
        answer.text == row.text or (row.box and answer.box and _overlap(answer.box, row.box))
        for row in rows
    )


def _overlap(one: Box, other: Box) -> bool:
    return one.intersection_px(other) > 0.3 * min(one.area_px, other.area_px)


def _engine_alone(lines: Sequence[TextLine], subject: Subject) -> list[_Answer]:
    answers = [_Answer(text=piece.text, box=piece.box) for piece in pieces_of(lines)]
    if subject is Subject.CONTAINER_CODE:
        return [answer for answer in answers if iso6346.has_code_shape(answer.text)]
    return [
        answer
        for answer in answers
        if MIN_LENGTH <= len(answer.text) <= MAX_LENGTH and any(c.isdigit() for c in answer.text)
    ]
