"""Spectrum files, N42 first, through SandiaSpecUtils (LGPL).

SpecUtils reads a truncated N42 silently, with fewer records, so XML is checked for
well-formedness here first, and every spectrum must be possible.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import SpecUtils

from vision.errors import ScanTooLarge, ShapeMismatch, UnreadableScan, UnsupportedFormat
from vision.formats import completeness, time_series
from vision.formats.limits import Limits
from vision.formats.time_series import Passage, edges_of, is_background, is_stand_in, rebin
from vision.scan import RadiationScan, Spectrum

_PASSAGE_SAMPLES = 10
_MIN_CHANNELS = 16
# SpecUtils descends by recursion and runs out of stack in a document of many thousand levels.
_MOST_NESTED = 64
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Those of energies; `Coefficients` of N42-2006 may be of widths too, so its type must be known.
_COEFFICIENTS = re.compile(
    rb'CoefficientValues[^>]*>([^<]*)<|Type="Energy"[^>]*>(?:(?!</).)*?<Coefficients>([^<]*)<', re.S
)


def read(data: bytes, *, sha256: str, name: str, limits: Limits) -> RadiationScan:
    """Read a spectrum file of any format that SpecUtils knows.

    Raises:
        UnsupportedFormat: SpecUtils does not recognise it.
        UnreadableScan: malformed XML, a document type or entities, or an impossible spectrum.
    """
    if data.startswith(_UTF_16):
        data = _as_utf8(data)
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    announced = 0
    if is_xml:
        data, announced = _check_xml(data)
    else:
        completeness.check(data)
    scan_format = "n42" if is_xml else "spectrum"
    spec = _load(data, name=name)
    # The records belong to the file object and must not outlive it.
    everything = list(spec.measurements())
    records = [record for record in everything if record.numGammaChannels() > 0]
    if is_xml and any(is_stand_in(r) for r in records) and _states_calibration(data):
        raise UnreadableScan(scan_format, "the energy calibration that it states is impossible")
    if len(records) < announced:
        raise UnreadableScan(
            scan_format, f"{announced} spectra in the document, {len(records)} could be read"
        )
    if not records:
        raise UnreadableScan(scan_format, "holds no gamma spectrum")
    if len(records) > limits.max_records:
        raise ScanTooLarge(
            scan_format, f"{len(records)} records, at most {limits.max_records} are read"
        )
    spectral = [r for r in records if r.numGammaChannels() >= _MIN_CHANNELS]
    samples = {int(r.sampleNumber()) for r in records if not is_background(r)}
    is_passage = len(samples) >= _PASSAGE_SAMPLES
    try:
        passage = None
        if is_passage:
            passage = time_series.build([r for r in everything if not _is_special(r)])
        foreground, background = _spectra(spec, spectral, passage=passage)
        return RadiationScan(
            sha256=sha256,
            scan_format=scan_format,
            detector=_detector(spec, records[0]),
            spectra=foreground,
            background=background,
            series=passage.series if passage else None,
        )
    except ShapeMismatch as problem:
        raise UnreadableScan(scan_format, str(problem)) from problem


def _as_utf8(data: bytes) -> bytes:
    """A UTF-16 document as UTF-8, without the declaration that would contradict it."""
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as problem:
        raise UnreadableScan("n42", f"encoding: {problem}") from problem
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).encode()


def _states_calibration(data: bytes) -> bool:
    """Whether the document gives coefficients that are not just zeros."""
    return any(re.search(rb"[1-9]", found[1] or found[2]) for found in _COEFFICIENTS.finditer(data))


def _check_xml(data: bytes) -> tuple[bytes, int]:
    """The document, well-formed, as UTF-8 if it claimed to be and was not; and how many
    elements with the counts of a spectrum it holds.

    Prefixes that are bound nowhere are let pass, as real instruments write them.
    """
    try:
        return data, _parse(data)
    except expat.ExpatError as problem:
        if problem.code != expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
            raise UnreadableScan("n42", f"not well-formed XML: {problem}") from problem
        try:
            data.decode()
        except UnicodeDecodeError:
            # Instruments of Central Europe write Windows-1250 names under a UTF-8 heading.
            data = data.decode("latin-1").encode()
            try:
                return data, _parse(data)
            except expat.ExpatError as again:
                raise UnreadableScan("n42", f"not well-formed XML: {again}") from again
        raise UnreadableScan("n42", f"not well-formed XML: {problem}") from problem


def _parse(data: bytes) -> int:
    parser = expat.ParserCreate()
    spectra = 0

    depth = 0

    def begin(name: str, _: object) -> None:
        nonlocal spectra, depth
        spectra += name.rpartition(":")[2] == "ChannelData"
        depth += 1
        if depth > _MOST_NESTED:
            raise UnreadableScan("n42", f"more than {_MOST_NESTED} elements in one another")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise UnreadableScan("n42", "document types and entities are not read")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (ValueError, LookupError) as problem:
        raise UnreadableScan("n42", f"encoding: {problem}") from problem
    return spectra


def _load(data: bytes, *, name: str) -> Any:
    with tempfile.TemporaryDirectory(prefix="tallyman-") as folder:
        path = Path(folder) / f"scan{Path(name).suffix[:8] if Path(name).suffix.isascii() else ''}"
        path.write_bytes(data)
        spec = SpecUtils.SpecFile()
        try:
            spec.loadFile(str(path), SpecUtils.ParserType.Auto, path.suffix.lstrip("."))
        except Exception as problem:
            raise UnsupportedFormat(
                "unknown", "not a picture, a count table or a spectrum file that is known"
            ) from problem
        return spec


def _is_special(record: Any) -> bool:
    return bool(
        record.sourceType()
        in (SpecUtils.SourceType.IntrinsicActivity, SpecUtils.SourceType.Calibration)
    )


def _detector(spec: Any, record: Any) -> str:
    """The file's own words for the detector; its type if it has none, else its name."""
    words = str(record.detectorType()).strip()
    kind = str(spec.detectorType()).rpartition(".")[2]
    model = " ".join(filter(None, (str(spec.manufacturer()), str(spec.instrumentModel()))))
    known = "" if kind == "Unknown" else kind
    return words or known or model or str(record.detectorName())


def _spectra(
    spec: Any, records: Sequence[Any], *, passage: Passage | None
) -> tuple[tuple[Spectrum, ...], Spectrum | None]:
    usable = [r for r in records if not _is_special(r) and r.liveTime() > 0]
    if passage is not None:
        return _of_passage(spec, usable, passage)
    behind = [r for r in usable if is_background(r)]
    background = _sum(behind) if behind else None
    by_sample: dict[int, list[Any]] = {}
    for record in usable:
        if not is_background(record):
            by_sample.setdefault(int(record.sampleNumber()), []).append(record)
    return tuple(_sum(group) for group in by_sample.values()), background


def _of_passage(
    spec: Any, records: Sequence[Any], passage: Passage
) -> tuple[tuple[Spectrum, ...], Spectrum | None]:
    """One spectrum for each occupancy, and that of all unoccupied time."""
    by_sample: dict[int, list[Any]] = {}
    for record in records:
        by_sample.setdefault(int(record.sampleNumber()), []).append(record)

    def total(places: npt.NDArray[np.int64]) -> Spectrum | None:
        chosen = [r for p in places for r in by_sample.get(passage.samples[p], [])]
        return _sum_passage(spec, chosen) if chosen else None

    runs = passage.series.occupied_runs()
    summed = [total(np.arange(first, last + 1)) for first, last in runs]
    occupied = passage.series.occupied
    behind = None if occupied is None else total(np.flatnonzero(~occupied))
    return tuple(spectrum for spectrum in summed if spectrum is not None), behind


def _sum_passage(spec: Any, records: Sequence[Any]) -> Spectrum:
    """As `_sum`, by SpecUtils itself: a thousand records of many channels take a while here."""
    samples = sorted({int(r.sampleNumber()) for r in records})
    detectors = sorted({str(r.detectorName()) for r in records})
    total = spec.sumMeasurements(samples, detectors)
    return Spectrum(
        counts=_counts(total),
        edges_kev=edges_of(total),
        live_time_s=sum(float(r.liveTime()) for r in records) / len(detectors),
        real_time_s=sum(float(r.realTime()) for r in records) / len(detectors),
    )


def _sum(records: Sequence[Any]) -> Spectrum:
    """Sum over detectors and time on the first record's energy axis.

    Live time is that of one detector: the total over detectors divided by their number.
    """
    edges = edges_of(records[0])
    counts = np.zeros(edges.size - 1)
    for record in records:
        counts += rebin(_counts(record), edges_of(record), edges)
    detectors = max(1, len({str(record.detectorName()) for record in records}))
    return Spectrum(
        counts=counts,
        edges_kev=edges,
        live_time_s=sum(float(r.liveTime()) for r in records) / detectors,
        real_time_s=sum(float(r.realTime()) for r in records) / detectors,
    )


def _counts(record: Any) -> npt.NDArray[np.float64]:
    return np.asarray(record.gammaCounts(), dtype=np.float64)
