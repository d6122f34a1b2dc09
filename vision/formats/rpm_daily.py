"""The daily file of a radiation portal monitor: one line per reading, four panels.

GB and NB are background (counts per second), GS and GA gamma in 0.2 s, NS and NA neutron in
1 s, A with alarm; GX ends an occupancy. Written from the published description of the
format; no public file was found to test against. Lines: `GB,000280,000286,000262,000283,TIME`.
"""

from __future__ import annotations

import re

import numpy as np

from vision.errors import ScanTooLarge, UnreadableScan
from vision.formats.limits import Limits
from vision.scan import CountSeries, RadiationScan

GAMMA_S = 0.2
_LINE = re.compile(rb"(GB|NB|GS|GA|NS|NA|GH|NH|GL|NL)((?:,\s*\d{1,9}){4})(?:,.*)?")
_OTHER = re.compile(rb"[A-Z][A-Z0-9](?:,.*)?")


def looks_like(data: bytes) -> bool:
    """Whether one of the first lines is a reading."""
    return any(_LINE.fullmatch(line.strip()) for line in data[:2000].splitlines()[:8])


def read(data: bytes, *, sha256: str, limits: Limits) -> RadiationScan:
    """One passage: its background before and after, and its one occupancy.

    Raises:
        UnreadableScan: a line that is none, more than one occupancy, or none.
        ScanTooLarge: too many lines.
    """
    lines = data.splitlines()
    if len(lines) > limits.max_records:
        raise ScanTooLarge("rpm", f"{len(lines)} lines, at most {limits.max_records} are read")
    gamma: list[tuple[float, float, bool]] = []
    neutron: list[tuple[float, float, bool]] = []
    ends = 0
    occupied_before = False
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            if _OTHER.fullmatch(text) is None:
                raise UnreadableScan("rpm", f"line {number} is no reading")
            if text.startswith(b"GX"):
                occupied_before = False
            continue
        total = float(sum(int(value) for value in match[2].split(b",")[1:]))
        tag = match[1].decode()
        occupied = tag[1] in "SA"
        if occupied and tag[0] == "G":
            ends += not occupied_before
            occupied_before = True
        duration = GAMMA_S if occupied and tag[0] == "G" else 1.0
        (gamma if tag[0] == "G" else neutron).append((total, duration, occupied))
    if ends != 1:
        raise UnreadableScan("rpm", f"expected one occupancy, found {ends}; send one passage")
    return RadiationScan(
        sha256=sha256,
        scan_format="rpm",
        detector="radiation portal monitor",
        spectra=(),
        background=None,
        series=_series(gamma, neutron),
    )


def _series(
    gamma: list[tuple[float, float, bool]], neutron: list[tuple[float, float, bool]]
) -> CountSeries:
    """Gamma as recorded; neutron spread over the gamma intervals of the same time."""
    counts, duration, occupied = (np.array(column) for column in zip(*gamma, strict=True))
    start = np.concatenate([[0.0], np.cumsum(duration)[:-1]])
    spread = None
    if neutron:
        n_counts, n_duration, n_occupied = (
            np.array(column) for column in zip(*neutron, strict=True)
        )
        spread = np.zeros(counts.size)
        for state in (False, True):
            here, there = occupied == state, n_occupied == state
            if here.any() and not there.any():
                return CountSeries(
                    start_s=start,
                    duration_s=duration,
                    gamma=counts,
                    neutron=None,
                    occupied=occupied.astype(bool),
                )
            if here.any():
                # Whole counts stay in one interval, so that Poisson tails stay exact.
                ends = np.cumsum(duration[here])
                at = np.searchsorted(ends, np.cumsum(n_duration[there]) - 1e-9)
                place = np.flatnonzero(here)[np.minimum(at, ends.size - 1)]
                np.add.at(spread, place, n_counts[there])
    return CountSeries(
        start_s=start,
        duration_s=duration,
        gamma=counts,
        neutron=spread,
        occupied=occupied.astype(bool),
    )
