"""Orange plates and danger placards: on generated pictures, and false finds on real ones."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vision.errors import UnreadableScan
from vision.evaluation.object_trial import wilson
from vision.evaluation.progress import Progress, reported, silent
from vision.evaluation.xray import latency_summary
from vision.findings import Reading, Subject
from vision.formats import read_scan
from vision.grammar.adr import Pair, pair_of
from vision.reading.danger_signs import BLANK
from vision.reading.photo_part import PhotoPart
from vision.scan import Photo, RawScan, ScanKind
from vision.synthesis.placards import Shown, SignPicture, draw_scene

# Seeds below are for looking and setting thresholds.
FIRST_SEED = 70_000
NEGATIVE_EVERY = 4
SMALL_PX = 60.0
_SUFFIXES = {".jpg", ".jpeg", ".png"}


def evaluate_generated(
    *,
    count: int,
    signs: PhotoPart,
    seed: int = FIRST_SEED,
    fonts: Sequence[Path] = (),
    progress: Progress = silent,
) -> dict[str, Any]:
    """Figures over `count` generated pictures, of which every fourth shows no danger sign.

    A sign is exact if an accepted reading at its place says what it says, wrong if an accepted
    one says something else, else abstained; `noted` are blank plates, which are never accepted.
    `false_finds` are accepted readings where no sign is, `guesses` those that are not accepted.
    """
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[dict[str, Any]] = []
    false = Counter[str]()
    latencies: list[float] = []
    for number in reported(range(count), progress):
        negative = number % NEGATIVE_EVERY == NEGATIVE_EVERY - 1
        rng = np.random.default_rng([seed, number])
        picture = draw_scene(rng, with_signs=not negative, fonts=fonts)
        photo = Photo(sha256="", scan_format="generated", pixels=picture.pixels)
        began = time.perf_counter()
        readings = [f for f in signs.look(photo, ()) if isinstance(f, Reading)]
        latencies.append((time.perf_counter() - began) * 1000)
        false["pictures"] += 1
        for miss in _count(picture, readings, groups, false):
            misses.append({"file": f"seed {seed} number {number}", **miss})
    total: dict[str, Counter[str]] = defaultdict(Counter)
    for group, counter in groups.items():
        total[group.split(",", maxsplit=1)[0]].update(counter)
    return {
        **{name: _figures(counter) for name, counter in sorted(total.items())},
        "false_finds": wilson(false["finds"], count),
        "guesses": wilson(false["guesses"], count),
        "latency_ms": latency_summary(latencies),
        "groups": {name: dict(counter) for name, counter in sorted(groups.items())},
        "misses": misses,
    }


def evaluate_folder(
    folder: Path, *, signs: PhotoPart, progress: Progress = silent
) -> dict[str, Any]:
    """Every find in the pictures of a folder that is known to show no danger signs."""
    finds: list[dict[str, Any]] = []
    latencies: list[float] = []
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    with_find = Counter[str]()
    for path in reported(files, progress):
        photo = _photo(path)
        if photo is None:
            continue
        began = time.perf_counter()
        readings = [f for f in signs.look(photo, ()) if isinstance(f, Reading)]
        latencies.append((time.perf_counter() - began) * 1000)
        with_find["accepted"] += any(r.accepted for r in readings)
        with_find["guessed"] += any(not r.accepted for r in readings)
        for r in readings:
            box = r.evidence.box
            finds.append(
                {
                    "file": path.name,
                    "read": f"{r.subject.value} {r.text}" + ("" if r.accepted else " ?"),
                    "expected": "nothing",
                    "box": [round(v) for v in (box.x1, box.y1, box.x2, box.y2)] if box else [],
                }
            )
    return {
        "pictures": len(latencies),
        "with_accepted_find": wilson(with_find["accepted"], len(latencies)),
        "with_guess": wilson(with_find["guessed"], len(latencies)),
        "latency_ms": latency_summary(latencies),
        "misses": finds,
    }


def _count(
    picture: SignPicture,
    readings: Sequence[Reading],
    groups: dict[str, Counter[str]],
    false: Counter[str],
) -> Iterator[dict[str, Any]]:
    """Adds up one picture; yields what was not exact."""
    claimed: set[int] = set()
    for sign in picture.shown:
        own = [i for i, reading in enumerate(readings) if _at(reading, sign)]
        claimed.update(own)
        accepted = [readings[i] for i in own if readings[i].accepted]
        if sign.text == BLANK:
            noted = any(readings[i].text == BLANK for i in own)
            result = "wrong" if accepted else "noted" if noted else "abstained"
        elif accepted:
            right = any(r.text == sign.text and r.subject is sign.subject for r in accepted)
            result = "exact" if right else "wrong"
        else:
            result = "abstained"
        groups[_group(sign)][result] += 1
        if result in {"wrong", "abstained"}:
            read = " ".join(readings[i].text for i in own)
            yield {"expected": sign.text, "read": read, "result": result}
    for i, reading in enumerate(readings):
        if i not in claimed:
            false["finds" if reading.accepted else "guesses"] += 1
            if reading.accepted:
                yield {"expected": "nothing", "read": reading.text, "result": "false find"}


def _at(reading: Reading, sign: Shown) -> bool:
    box, own = reading.evidence.box, sign.quad.bounds()
    return box is not None and box.intersection_px(own) > 0.4 * min(box.area_px, own.area_px)


def _group(sign: Shown) -> str:
    if sign.subject is Subject.PLACARD:
        return f"placard, {sign.text}"
    if sign.text == BLANK:
        return "orange plate blank"
    hazard, _, un = sign.text.rpartition("/")
    if pair_of(hazard, un) is not Pair.LISTED:
        return "orange plate of a pair that is not listed"
    small = sign.quad.bounds().height_px < SMALL_PX
    return f"orange plate, {'below' if small else 'at least'} {SMALL_PX:.0f} px high"


def _figures(counter: Counter[str]) -> dict[str, Any]:
    total = sum(counter.values())
    keys = [
        key for key in ("exact", "wrong", "abstained", "noted") if counter[key] or key != "noted"
    ]
    return {"n": total, **{key: wilson(counter[key], total) for key in keys}}


def _photo(path: Path) -> Photo | None:
    try:
        scan = read_scan(RawScan(name=path.name, data=path.read_bytes(), kind=ScanKind.PHOTO))
    except UnreadableScan:
        return None
    return scan if isinstance(scan, Photo) else None
