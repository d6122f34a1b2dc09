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
from vision.evaluation.xray import latency_summary
from vision.findings import Reading, Subject
from vision.formats import read_scan
from vision.geometry import Box
from vision.grammar import iso6346
from vision.grammar.plate import MAX_LENGTH, MIN_LENGTH, normalise_plate
from vision.reading.analyser import readings
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


def evaluate(
    folder: Path, *, subject: Subject, split: str | None, engine: OcrEngine, crops: bool = False
) -> dict[str, Any]:
    """Figures over `folder/labels.csv`.

    A labelled row is exact if an accepted reading has its text, wrong if an accepted reading
    at its place has another, else abstained. `baseline` is the engine alone on the same
    pictures: any single line that has the shape of a code or a plate counts as its answer.
    """
    counts: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    baseline: Counter[str] = Counter()
    latencies: list[float] = []
    misses: list[dict[str, Any]] = []
    extra = 0
    for name, rows in _by_file(folder, split=split, subject=subject).items():
        photo = _photo(folder / name)
        if photo is None:
            for row in rows:
                counts["abstained"] += row.scored
                groups[row.group]["abstained"] += row.scored
                if row.scored:
                    misses.append({"file": name, "expected": row.text, "read": "unreadable"})
            continue
        for part, wanted in _parts(photo, rows, crops=crops):
            began = time.perf_counter()
            lines = engine.read(part.pixels)
            found = [
                r
                for r in readings(lines, photo=part, provenance=engine.provenance)
                if r.subject is subject and r.accepted
            ]
            latencies.append((time.perf_counter() - began) * 1000)
            alone = _engine_alone(lines, subject)
            claimed: set[int] = set()
            for row in wanted:
                if not row.scored:
                    continue
                result, index = _result(row, found, whole=crops)
                if index is not None:
                    claimed.add(index)
                counts[result] += 1
                groups[row.group][result] += 1
                baseline["exact" if row.text in alone else "not_exact"] += 1
                if result != "exact":
                    read = found[index].text if index is not None else None
                    misses.append({"file": name, "expected": row.text, "read": read})
            extra += sum(
                index not in claimed and not _labelled(reading, wanted)
                for index, reading in enumerate(found)
            )
    return {
        "n": sum(counts.values()),
        "exact": counts["exact"],
        "wrong": counts["wrong"],
        "abstained": counts["abstained"],
        "extra": extra,
        "latency_ms": latency_summary(latencies),
        "groups": {
            key: {
                "n": sum(group.values()),
                **{k: group[k] for k in ("exact", "wrong", "abstained")},
            }
            for key, group in sorted(groups.items())
        },
        "baseline": {"engine": engine.provenance.model, "exact": baseline["exact"]},
        "misses": misses,
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


def _result(row: _Row, found: Sequence[Reading], *, whole: bool) -> tuple[str, int | None]:
    for index, reading in enumerate(found):
        if reading.text == row.text:
            return "exact", index
    for index, reading in enumerate(found):
        box = reading.evidence.box
        if whole or (box is not None and row.box is not None and _overlap(box, row.box)):
            return "wrong", index
    return "abstained", None


def _labelled(reading: Reading, rows: Sequence[_Row]) -> bool:
    """A second marking of a labelled container or plate is not a false one."""
    return any(
        reading.text == row.text
        or (
            row.box is not None
            and reading.evidence.box is not None
            and _overlap(reading.evidence.box, row.box)
        )
        for row in rows
    )


def _overlap(one: Box, other: Box) -> bool:
    return one.intersection_px(other) > 0.3 * min(one.area_px, other.area_px)


def _engine_alone(lines: Sequence[TextLine], subject: Subject) -> set[str]:
    texts = [piece.text for piece in pieces_of(lines)]
    if subject is Subject.CONTAINER_CODE:
        return {text for text in texts if iso6346.has_code_shape(text)}
    return {
        text
        for text in texts
        if MIN_LENGTH <= len(text) <= MAX_LENGTH and any(c.isdigit() for c in text)
    }
