"""Spectrum files, N42 first, through SandiaSpecUtils (LGPL).

XML is checked before SpecUtils sees it, and every spectrum must be possible.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SpecUtils

from vision.errors import ScanTooLarge, ShapeMismatch, UnreadableScan, UnsupportedFormat
from vision.formats import completeness, spectrum_xml, time_series
from vision.formats.limits import Limits
from vision.formats.time_series import Passage, edges_of, is_background, is_stand_in, rebin
from vision.scan import RadiationScan, Spectrum

_PASSAGE_SAMPLES = 10
_MIN_CHANNELS = 16
_CAM_HEADERS, _CAM_HEADERS_AT, _CAM_HEADER_BYTES = 28, 0x70, 0x30
_CAM_ACQUISITION = (0x12000).to_bytes(4, "little")
_K = SpecUtils.ParserType
_XML = (
    _K.N42_2012,
    _K.N42_2006,
    _K.RadiaCode,
    _K.MicroRaider,
    _K.ScanDataXml,
    _K.CaenHexagonGXml,
    _K.Lzs,
)
_OTHER_THAN_XML = (
    _K.Pcf,
    _K.SpeIaea,
    _K.Spc,
    _K.Cnf,
    _K.Chn,
    _K.Exploranium,
    _K.AmptekMca,
    _K.LsrmSpe,
    _K.Phd,
    _K.SPMDailyFile,
    _K.TracsMps,
    _K.Tka,
    _K.MultiAct,
    _K.OrtecListMode,
    _K.RadiaCode,
    _K.Json,
    _K.Uri,
    _K.TxtOrCsv,
)
_BY_EXTENSION = {
    "pcf": (_K.Pcf,),
    "spe": (_K.SpeIaea, _K.LsrmSpe),
    "spc": (_K.Spc,),
    "cnf": (_K.Cnf,),
    "chn": (_K.Chn,),
    "dat": (_K.Exploranium,),
    "mca": (_K.AmptekMca,),
    "phd": (_K.Phd,),
    "mps": (_K.TracsMps,),
    "tka": (_K.Tka,),
    "rcspg": (_K.RadiaCode,),
    "csv": (_K.TxtOrCsv,),
    "tsv": (_K.TxtOrCsv,),
    "txt": (_K.TxtOrCsv,),
}


def read(data: bytes, *, sha256: str, name: str, limits: Limits) -> RadiationScan:
    """Read a spectrum file of any format that SpecUtils knows.

    Raises:
        UnsupportedFormat: SpecUtils does not recognise it.
        UnreadableScan: malformed XML, a document type or entities, or an impossible spectrum.
    """
    document = spectrum_xml.checked(data)
    doubt = completeness.check(data) if document is None else ""
    scan_format = "spectrum" if document is None else "n42"
    spec = _load(data, name=name) if document is None else _load_xml(document)
    # The records belong to the file object and must not outlive it.
    everything = list(spec.measurements())
    records = [record for record in everything if record.numGammaChannels() > 0]
    if document is not None:
        completeness.check_document(
            document, spectra=len(records), stand_in=any(is_stand_in(r) for r in records)
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
            doubt=doubt,
            energy_calibrated=not any(is_stand_in(record) for record in spectral),
        )
    except (ShapeMismatch, UnicodeDecodeError) as problem:
        # A name of a detector that is no text: the records cannot be told apart.
        raise UnreadableScan(scan_format, str(problem)) from problem


def _load_xml(document: bytes) -> Any:
    return _load_as(_XML, document, extension="n42")


def _load(data: bytes, *, name: str) -> Any:
    """What is no XML is shown to no reader of XML: they would look for it further inside."""
    extension = Path(name).suffix.lstrip(".").lower()[:8]
    first = _BY_EXTENSION.get(extension, ())
    order = [*first, *(kind for kind in _OTHER_THAN_XML if kind not in first)]
    if not _has_cnf_header(data):
        # Its reader complains on the process's stderr, so it is asked about its own alone.
        order.remove(_K.Cnf)
    return _load_as(order, data, extension=extension if extension.isascii() else "")


def _has_cnf_header(data: bytes) -> bool:
    """Whether one of the 28 section headers of a Canberra CAM file is that of acquisition."""
    places = (_CAM_HEADERS_AT + number * _CAM_HEADER_BYTES for number in range(_CAM_HEADERS))
    return any(data[at : at + len(_CAM_ACQUISITION)] == _CAM_ACQUISITION for at in places)


def _load_as(kinds: Sequence[Any], data: bytes, *, extension: str) -> Any:
    with tempfile.TemporaryDirectory(prefix="tallyman-") as folder:
        path = Path(folder) / (f"scan.{extension}" if extension else "scan")
        path.write_bytes(data)
        for kind in kinds:
            spec = SpecUtils.SpecFile()
            try:
                spec.loadFile(str(path), kind, extension)
            except Exception:  # noqa: BLE001, S112 - whatever SWIG makes of a C++ exception
                continue
            return spec
    raise UnsupportedFormat(
        "unknown", "not a picture, a count table or a spectrum file that is known"
    )


def _is_special(record: Any) -> bool:
    return bool(
        record.sourceType()
        in (SpecUtils.SourceType.IntrinsicActivity, SpecUtils.SourceType.Calibration)
    )


def _detector(spec: Any, record: Any) -> str:
    """The file's own words for the detector; its type if it has none, else its name."""
    words = _text(record.detectorType).strip()
    kind = str(spec.detectorType()).rpartition(".")[2]
    model = " ".join(filter(None, (_text(spec.manufacturer), _text(spec.instrumentModel))))
    known = "" if kind == "Unknown" else kind
    return words or known or model or _text(record.detectorName)


def _text(ask: Callable[[], Any]) -> str:
    """What SpecUtils says, or nothing: binary formats state no encoding."""
    try:
        return str(ask())
    except UnicodeDecodeError:
        return ""


def _spectra(
    spec: Any, records: Sequence[Any], *, passage: Passage | None
) -> tuple[tuple[Spectrum, ...], Spectrum | None]:
    usable = [r for r in records if not _is_special(r) and (r.liveTime() > 0 or len(records) == 1)]
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
        # A lone table of channels has no times: its rate means nothing, its shape does.
        live_time_s=sum(float(r.liveTime()) for r in records) / detectors or 1.0,
        real_time_s=sum(float(r.realTime()) for r in records) / detectors or 1.0,
    )


def _counts(record: Any) -> npt.NDArray[np.float64]:
    return np.asarray(record.gammaCounts(), dtype=np.float64)
