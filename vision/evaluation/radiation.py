"""Nuclides against labelled spectra, measured ones; simulated ones as groups of their own."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from vision.errors import UnreadableScan
from vision.evaluation.nuclide_labels import UNSTATED, kind_of, matched, meaning, of_row
from vision.evaluation.xray import latency_summary
from vision.findings import NuclideFound
from vision.formats import read_scan
from vision.radiation.analyser import RadiationAnalyser
from vision.scan import RadiationScan, RawScan, ScanKind

Z_95 = 1.959964


@dataclass(slots=True, kw_only=True)
class _Tally:
    n: int = 0
    exact: int = 0
    wrong: int = 0
    true: int = 0
    extra: int = 0
    missed: int = 0
    backgrounds: int = 0
    background_false_ids: int = 0
    ms: list[float] = field(default_factory=list)

    def add(self, expected: set[str], read: set[str] | None, ms: float) -> bool:
        answer = read or set()
        met, left = matched(expected, answer)
        exact = read is not None and met == expected and not left
        self.n += 1
        self.exact += exact
        self.wrong += bool(left)
        self.true += len(met)
        self.extra += len(left)
        self.missed += len(expected) - len(met)
        if not expected:
            self.backgrounds += 1
            self.background_false_ids += len(answer)
        self.ms.append(ms)
        return exact

    def figures(self) -> dict[str, Any]:
        claimed, there = self.true + self.extra, self.true + self.missed
        return {
            "n": self.n,
            "exact": self.exact,
            "exact_95": wilson(self.exact, self.n),
            "wrong": self.wrong,
            "extra": self.extra,
            "missed": self.missed,
            "precision": round(self.true / claimed, 3) if claimed else None,
            "recall": round(self.true / there, 3) if there else None,
            "backgrounds": self.backgrounds,
            "background_false_ids": self.background_false_ids,
            "ms_median": round(float(np.median(self.ms)), 1) if self.ms else None,
        }


def wilson(count: int, total: int) -> list[float] | None:
    """The two-sided 95 % interval of a share (Wilson 1927); None of nothing."""
    if not total:
        return None
    share, z2 = count / total, Z_95**2 / total
    middle = (share + z2 / 2) / (1 + z2)
    half = Z_95 * float(np.sqrt(share * (1 - share) / total + z2 / (4 * total))) / (1 + z2)
    return [round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]


def evaluate(folder: Path, *, split: str | None) -> dict[str, Any]:
    """Figures over `folder/manifest.json`; top-level ones are of measured spectra alone.

    Exact means the same set of nuclides; `extra` counts answers that no label covers, `wrong`
    the spectra that have any, `missed` labels without an answer. A file that cannot be read
    counts as not exact. Times are those of the analysis, without reading the file.

    Raises:
        ValueError: a split is asked for and the manifest has none.
    """
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if split is not None:
        if not any("split" in entry for entry in entries):
            raise ValueError(f"{folder}: its manifest has no splits; leave --split out")
        entries = [entry for entry in entries if entry.get("split") == split]
    analyser = RadiationAnalyser()
    groups: dict[str, _Tally] = defaultdict(_Tally)
    total = _Tally()
    misses: list[dict[str, Any]] = []
    for entry in entries:
        if UNSTATED in entry["isotopes"]:
            continue
        real = bool(entry["real"])
        for name, scan, labels in _scans(folder, entry):
            expected = meaning(labels)
            if isinstance(scan, str):
                read, ms, detector = None, 0.0, ""
            else:
                read, ms = _nuclides(name, scan, analyser)
                detector = scan.detector
            kind = kind_of(entry["detector"], detector)
            exact = groups[kind if real else f"simulated: {kind}"].add(expected, read, ms)
            if real:
                total.add(expected, read, ms)
            if real and not exact:
                said = scan if isinstance(scan, str) else sorted(read or ())
                misses.append({"file": name, "expected": sorted(expected), "read": said})
    return {
        **total.figures(),
        "latency_ms": latency_summary(total.ms),
        "groups": {key: group.figures() for key, group in sorted(groups.items())},
        "misses": misses,
    }


def _scans(
    folder: Path, entry: dict[str, Any]
) -> Iterator[tuple[str, RadiationScan | str, list[str]]]:
    """(name, scan or why there is none, labels) of a file, or of each row of a table of them."""
    path = folder / entry["file"]
    if path.suffix != ".tsv":
        yield entry["file"], _read(path.name, path.read_bytes()), entry["isotopes"]
        return
    rows = [line.split("\t")[:2] for line in path.read_text(encoding="utf-8").splitlines()]
    read = {name: _read(f"{name}.uri", address.encode()) for name, address in rows}
    for name, scan in read.items():
        yield f"{entry['file']}:{name}", scan, of_row(name)


def _read(name: str, data: bytes) -> RadiationScan | str:
    try:
        scan = read_scan(RawScan(name=name, data=data, kind=ScanKind.RADIATION))
    except UnreadableScan as problem:
        return str(problem)
    return scan if isinstance(scan, RadiationScan) else "no radiation file"


def _nuclides(
    name: str, scan: RadiationScan, analyser: RadiationAnalyser
) -> tuple[set[str], float]:
    """Answers, and milliseconds for each spectrum of the file."""
    began = time.perf_counter()
    findings, _ = analyser.analyse(scan, name=name)
    ms = (time.perf_counter() - began) * 1000 / max(1, len(scan.spectra))
    return {f.nuclide for f in findings if isinstance(f, NuclideFound)}, ms
