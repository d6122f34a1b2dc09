"""Nuclides against labelled spectra, measured ones; simulated ones as a group of their own."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vision.errors import UnreadableScan
from vision.evaluation.xray import latency_summary
from vision.findings import NuclideFound
from vision.formats import read_scan
from vision.radiation.analyser import RadiationAnalyser
from vision.scan import RadiationScan, RawScan, ScanKind

UNSTATED = "UNSTATED"
# What a label means in the terms of our answers, as the set's README explains.
SAME = {"Rn-222": "Ra-226", "Y-90": "Sr-90"}
ELEMENTS = {"U": frozenset({"U-235", "U-238"}), "Pu": frozenset({"Pu-239", "Am-241"})}


def evaluate(folder: Path, *, split: str | None) -> dict[str, Any]:
    """Figures over `folder/manifest.json`; top-level ones are of measured spectra alone.

    Exact means the same set of nuclides. A label that names only an element is met by any of
    its isotopes. A file that cannot be read counts as not exact.

    Raises:
        ValueError: a split is asked for and the manifest has none.
    """
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if split is not None:
        if not any("split" in entry for entry in entries):
            raise ValueError(f"{folder}: its manifest has no splits; leave --split out")
        entries = [entry for entry in entries if entry.get("split") == split]
    analyser = RadiationAnalyser()
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    latencies: list[float] = []
    misses: list[dict[str, Any]] = []
    for entry in entries:
        if UNSTATED in entry["isotopes"]:
            continue
        for name, data, labels in _items(folder, entry):
            if data is None:
                groups["unlabelled rows"]["n"] += 1
                continue
            expected = {SAME.get(label, label) for label in labels}
            began = time.perf_counter()
            try:
                read = _nuclides(name, data, analyser)
            except UnreadableScan as problem:
                read = None
                misses.append({"file": name, "expected": sorted(expected), "read": str(problem)})
            latencies.append((time.perf_counter() - began) * 1000)
            group = entry["detector"].split(" (")[0].split(" ch")[0]
            group = group if entry["real"] else f"simulated: {group}"
            _count(groups[group], expected, read)
            if entry["real"]:
                _count(groups[_TOTAL], expected, read)
            if read is not None and not _exact(expected, read) and entry["real"]:
                misses.append({"file": name, "expected": sorted(expected), "read": sorted(read)})
    total = groups.pop(_TOTAL, Counter())
    return {
        "n": total["n"],
        **_figures(total),
        "latency_ms": latency_summary(latencies),
        "groups": {key: {"n": g["n"], **_figures(g)} for key, g in sorted(groups.items())},
        "misses": misses,
    }


_TOTAL = "\0total"


def _items(folder: Path, entry: dict[str, Any]) -> Iterator[tuple[str, bytes | None, list[str]]]:
    if Path(entry["file"]).suffix == ".tsv":
        # Rows name their source in a way of their own; they are counted, not scored.
        lines = (folder / entry["file"]).read_text(encoding="utf-8").splitlines()
        for line in lines:
            yield line.split("\t")[0], None, []
        return
    yield entry["file"], (folder / entry["file"]).read_bytes(), entry["isotopes"]


def _nuclides(name: str, data: bytes, analyser: RadiationAnalyser) -> set[str]:
    scan = read_scan(RawScan(name=Path(name).name, data=data, kind=ScanKind.RADIATION))
    if not isinstance(scan, RadiationScan):
        return set()
    findings, _ = analyser.analyse(scan, name=name)
    return {f.nuclide for f in findings if isinstance(f, NuclideFound)}


def _matched(expected: set[str], read: set[str]) -> tuple[set[str], set[str]]:
    """(labels met, answers that no label covers)."""
    met, left = set(), set(read)
    for label in expected:
        options = ELEMENTS.get(label, frozenset({label}))
        if options & read:
            met.add(label)
            left -= options
    return met, left


def _exact(expected: set[str], read: set[str]) -> bool:
    met, left = _matched(expected, read)
    return met == expected and not left


def _count(counter: Counter[str], expected: set[str], read: set[str] | None) -> None:
    counter["n"] += 1
    answer = read or set()
    met, left = _matched(expected, answer)
    counter["exact"] += read is not None and met == expected and not left
    counter["wrong"] += bool(left)
    counter["true"] += len(met)
    counter["false"] += len(left)
    counter["missed"] += len(expected) - len(met)
    if not expected:
        counter["backgrounds"] += 1
        counter["background_false_ids"] += len(answer)


def _figures(counter: Counter[str]) -> dict[str, Any]:
    claimed, there = counter["true"] + counter["false"], counter["true"] + counter["missed"]
    return {
        "exact": counter["exact"],
        "wrong": counter["wrong"],
        "precision": counter["true"] / claimed if claimed else None,
        "recall": counter["true"] / there if there else None,
        "backgrounds": counter["backgrounds"],
        "background_false_ids": counter["background_false_ids"],
    }
