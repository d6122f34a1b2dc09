"""A passage as CSV: one row per interval, columns by name.

`start_s` (or `time_s`), `gamma`, and optionally `duration_s`, `neutron`, `occupied` (0 or 1),
`speed_m_s`, `gamma_NAME` for each panel, and `kev_LOW_HIGH` for each energy window of
`vision.scan.ENERGY_WINDOWS_KEV`, all of them or none. A table cut exactly at a line end looks
whole, as it states no length; cut within a line it is refused, or its last number is in doubt.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from vision.errors import ScanTooLarge, ShapeMismatch, UnreadableScan
from vision.formats import completeness
from vision.formats.limits import Limits
from vision.scan import ENERGY_WINDOWS_KEV, CountSeries, RadiationScan

_TIME = ("start_s", "time_s")
_PANEL = re.compile(r"gamma_(\w+)", re.ASCII)
WINDOW_COLUMNS = tuple(f"kev_{low:g}_{high:g}" for low, high in pairwise(ENERGY_WINDOWS_KEV))
_KNOWN = frozenset(
    {*_TIME, "gamma", "duration_s", "neutron", "occupied", "speed_m_s", *WINDOW_COLUMNS}
)


def looks_like(data: bytes) -> bool:
    """Whether the first line names the columns."""
    header = data[:400].split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip().lower()
    names = {name.strip() for name in header.split(",")}
    return "gamma" in names and bool(names & set(_TIME))


def read(data: bytes, *, sha256: str, limits: Limits) -> RadiationScan:
    """Read the table.

    Raises:
        UnreadableScan: names the line that is wrong.
        ScanTooLarge: too many rows.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as problem:
        raise UnreadableScan("csv", "not UTF-8 text", offset=problem.start) from problem
    if len(lines) > limits.max_records + 1:
        raise ScanTooLarge("csv", f"{len(lines)} lines, at most {limits.max_records} are read")
    rows = csv.DictReader(io.StringIO("\n".join(lines)))
    try:
        names = [name.strip().lower() for name in rows.fieldnames or ()]
    except csv.Error as problem:
        raise UnreadableScan("csv", str(problem)) from problem
    rows.fieldnames = names
    unknown = [n for n in names if n not in _KNOWN and _PANEL.fullmatch(n) is None]
    if unknown or len(set(names)) != len(names):
        raise UnreadableScan("csv", f"unknown or repeated columns: {', '.join(unknown or names)}")
    columns: dict[str, list[float]] = {name: [] for name in names}
    for number, row in _numbered(rows):
        if None in row:
            raise UnreadableScan("csv", f"line {number} has more fields than the heading")
        for name in names:
            columns[name].append(_number(row.get(name), name=name, line=number))
    return _scan(columns, sha256=sha256, doubt=completeness.open_end(data))


def _numbered(rows: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        yield from enumerate(rows, start=2)
    except csv.Error as problem:
        raise UnreadableScan("csv", str(problem)) from problem


def _number(text: str | None, *, name: str, line: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = np.nan
    if not (np.isfinite(value) and value >= 0):
        raise UnreadableScan("csv", f"line {line}, {name}: expected a number >= 0, got {text!r}")
    return value


def _scan(columns: dict[str, list[float]], *, sha256: str, doubt: str) -> RadiationScan:
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    start = arrays[next(name for name in _TIME if name in arrays)]
    if start.size < 3 or not np.all(np.diff(start) > 0):
        raise UnreadableScan("csv", "needs three rows or more, with increasing times")
    step = np.diff(start)
    duration = arrays.get("duration_s", np.append(step, np.median(step)))
    if not np.all(duration > 0):
        raise UnreadableScan("csv", "duration_s must be positive")
    panels = [name for name in arrays if _PANEL.fullmatch(name)]
    missing = [name for name in WINDOW_COLUMNS if name not in arrays]
    if missing and len(missing) < len(WINDOW_COLUMNS):
        raise UnreadableScan("csv", f"some energy windows are missing: {missing[0]}")
    speeds = arrays.get("speed_m_s", np.zeros(0))
    speeds = speeds[speeds > 0]
    try:
        series = CountSeries(
            start_s=start - start[0],
            duration_s=duration,
            gamma=arrays["gamma"],
            neutron=arrays.get("neutron"),
            occupied=arrays["occupied"] > 0 if "occupied" in arrays else None,
            panels=tuple(name.partition("_")[2] for name in panels),
            panel_gamma=np.array([arrays[name] for name in panels]) if panels else None,
            window_edges_kev=None if missing else ENERGY_WINDOWS_KEV,
            windows=None if missing else np.array([arrays[name] for name in WINDOW_COLUMNS]),
            speed_m_s=float(np.median(speeds)) if speeds.size else None,
        )
    except ShapeMismatch as problem:
        raise UnreadableScan("csv", str(problem)) from problem
    return RadiationScan(
        sha256=sha256,
        scan_format="csv",
        detector="",
        spectra=(),
        background=None,
        series=series,
        doubt=doubt,
    )
