"""Single spectra as plain text: a table of energies and counts, or a JSON of one instrument.

- CSV `energy_keV,net_counts[,background_counts]`: the background is already taken off.
- CSV `energy_keV,counts[,background_counts]`: it is not.
- JSON `{"HIT": [...], "ENER_FIT": [offset keV, keV per channel], "MEAS_TIM": "live real"}`.

A table without times gets a live time of 1 s; rates from it mean nothing, shapes do.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from vision.errors import ShapeMismatch, UnreadableScan
from vision.formats import completeness
from vision.formats.limits import Limits
from vision.scan import RadiationScan, Spectrum

_MAX_CHANNELS = 65_536


def looks_like(data: bytes) -> bool:
    """Whether it is one of the three."""
    head = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] == b"{":
        return b'"HIT"' in data or b'"ENER_FIT"' in data
    return head[:10].lower() == b"energy_kev"


def read(data: bytes, *, sha256: str, limits: Limits) -> RadiationScan:
    """Raises: UnreadableScan: names the line or the key that is wrong."""
    del limits
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnreadableScan("spectrum", "not UTF-8 text", offset=problem.start) from problem
    try:
        if text.lstrip()[:1] == "{":
            return _read_json(text, sha256=sha256)
        return replace(_read_csv(text, sha256=sha256), doubt=completeness.open_end(data))
    except ShapeMismatch as problem:
        raise UnreadableScan("spectrum", str(problem)) from problem


def _read_json(text: str, *, sha256: str) -> RadiationScan:
    try:
        stored = json.loads(text)
        counts = np.asarray(stored["HIT"], dtype=np.float64)
        offset, slope = (float(value) for value in stored["ENER_FIT"][:2])
        live, real = (float(value) for value in str(stored["MEAS_TIM"]).split()[:2])
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        reason = f"expected HIT, ENER_FIT and MEAS_TIM: {problem}"
        raise UnreadableScan("spectrum-json", reason) from problem
    if counts.ndim != 1 or not 16 <= counts.size <= _MAX_CHANNELS:
        raise UnreadableScan("spectrum-json", f"HIT: 16 to {_MAX_CHANNELS} counts are read")
    spectrum = Spectrum(
        counts=counts,
        edges_kev=offset + slope * np.arange(counts.size + 1, dtype=np.float64),
        live_time_s=live,
        real_time_s=real,
    )
    return _scan(sha256, "spectrum-json", spectrum)


def _read_csv(text: str, *, sha256: str) -> RadiationScan:
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error as problem:
        raise UnreadableScan("spectrum-csv", str(problem)) from problem
    names = [name.strip().lower() for name in rows[0]]
    if names[1:] not in (
        ["counts"],
        ["net_counts"],
        ["counts", "background_counts"],
        ["net_counts", "background_counts"],
    ):
        raise UnreadableScan("spectrum-csv", f"unknown columns {', '.join(names)[:100]}")
    if not 16 <= len(rows) - 1 <= _MAX_CHANNELS:
        raise UnreadableScan("spectrum-csv", f"16 to {_MAX_CHANNELS} channels are read")
    table = np.array([_numbers(row, len(names), line) for line, row in enumerate(rows[1:], 2)])
    edges = _edges_around(table[:, 0])
    net = names[1] == "net_counts"

    def spectrum(column: int) -> Spectrum:
        # A background taken off leaves negative counts by chance; they carry no information.
        counts = table[:, column].clip(0) if net else table[:, column]
        return Spectrum(counts=counts, edges_kev=edges, live_time_s=1.0, real_time_s=1.0)

    background = spectrum(2) if len(names) == 3 and not net else None
    return _scan(sha256, "spectrum-csv", spectrum(1), background=background, net=net)


def _numbers(row: list[str], width: int, line: int) -> list[float]:
    try:
        values = [float(value) for value in row]
    except ValueError as problem:
        raise UnreadableScan("spectrum-csv", f"line {line}: {problem}") from problem
    if len(values) != width:
        raise UnreadableScan("spectrum-csv", f"line {line}: {width} values expected")
    return values


def _edges_around(centres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _scan(
    sha256: str,
    scan_format: str,
    spectrum: Spectrum,
    *,
    background: Spectrum | None = None,
    net: bool = False,
) -> RadiationScan:
    return RadiationScan(
        sha256=sha256,
        scan_format=scan_format,
        detector="",
        spectra=(spectrum,),
        background=background,
        background_removed=net,
        series=None,
    )
