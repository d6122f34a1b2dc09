"""The daily file of a radiation portal monitor: one line per reading, four panels.

GB and NB are background (counts per second), GS and GA gamma in 0.2 s, NS, NA and NG neutron in
1 s, A and G with alarm; GX ends an occupancy. Written from the published description of the
format; no public file was found to test against. Lines: `GB,000280,000286,000262,000283,TIME`.

A day has many occupancies; they stay one series, with marks. A file that is cut within a line or
within an occupancy is refused; one cut at a line end between two vehicles looks whole, as the
format states no length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from vision.errors import ScanTooLarge, UnreadableScan
from vision.formats import completeness
from vision.formats.limits import Limits
from vision.scan import CountSeries, RadiationScan

GAMMA_S = 0.2
BACKGROUND_S = 1.0
PANELS = ("1", "2", "3", "4")
_LINE = re.compile(rb"(GB|NB|GS|GA|NS|NA|NG|GH|NH|GL|NL)((?:,\s*\d{1,9}){4})(?:,.*)?")
_OTHER = re.compile(rb"[A-Z][A-Z0-9],.*")


@dataclass(slots=True)
class _Day:
    """Readings in the order of the file; a neutron reading belongs to the gamma one before it."""

    gamma: list[Sequence[int]] = field(default_factory=list)
    occupied: list[bool] = field(default_factory=list)
    neutron: list[int] = field(default_factory=list)
    neutron_states: set[bool] = field(default_factory=set)
    waiting: int = 0


def looks_like(data: bytes) -> bool:
    """Whether one of the first lines is a reading."""
    return any(_LINE.fullmatch(line.strip()) for line in data[:2000].splitlines()[:8])


def read(data: bytes, *, sha256: str, limits: Limits) -> RadiationScan:
    """Every occupancy of the file with the background between them.

    Raises:
        UnreadableScan: a line that is none, no occupancy, or an end in the middle of one.
        ScanTooLarge: too many lines.
    """
    completeness.check_lines(data, scan_format="rpm")
    lines = data.splitlines()
    if len(lines) > limits.max_records:
        raise ScanTooLarge("rpm", f"{len(lines)} lines, at most {limits.max_records} are read")
    day = _Day()
    inside = False
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            if _OTHER.fullmatch(text) is None or _is_reading(text):
                raise UnreadableScan("rpm", f"line {number} is no complete reading")
            if text.startswith(b"GX"):
                inside = False
            continue
        tag = match[1].decode()
        inside = _add(day, tag, [int(value) for value in match[2].split(b",")[1:]])
    if inside:
        raise UnreadableScan("rpm", "the file ends in the middle of an occupancy")
    if not any(day.occupied):
        raise UnreadableScan("rpm", "the file holds no occupancy")
    return RadiationScan(
        sha256=sha256,
        scan_format="rpm",
        detector="radiation portal monitor, plastic",
        spectra=(),
        background=None,
        series=_series(day),
    )


def _is_reading(text: bytes) -> bool:
    """One of the tags that `_LINE` knows, so that four counts were to be expected."""
    return re.match(rb"(?:G[BSAHL]|N[BSAGHL]),", text) is not None


def _add(day: _Day, tag: str, counts: Sequence[int]) -> bool:
    """Take one reading; returns whether the portal is occupied."""
    occupied = tag in {"GS", "GA", "NS", "NA", "NG"}
    if tag[0] == "G":
        day.gamma.append(counts)
        day.occupied.append(occupied)
        day.neutron.append(day.waiting)
        day.waiting = 0
        return occupied
    day.neutron_states.add(occupied)
    # Whole counts stay in one interval, so that Poisson tails stay exact.
    if day.occupied and day.occupied[-1] is occupied:
        day.neutron[-1] += sum(counts)
    else:
        day.waiting += sum(counts)
    return occupied


def _series(day: _Day) -> CountSeries:
    if day.waiting:
        day.neutron[-1] += day.waiting
    occupied = np.array(day.occupied)
    panels = np.array(day.gamma, dtype=np.float64).T
    duration = np.where(occupied, GAMMA_S, BACKGROUND_S)
    complete = day.neutron_states == set(day.occupied)
    return CountSeries(
        start_s=np.concatenate([[0.0], np.cumsum(duration)[:-1]]),
        duration_s=duration,
        gamma=panels.sum(axis=0),
        neutron=np.array(day.neutron, dtype=np.float64) if complete else None,
        occupied=occupied,
        panels=PANELS,
        panel_gamma=panels,
    )
