"""Spectrum files, N42 first, through SandiaSpecUtils (LGPL).

XML is checked before SpecUtils sees it, and every spectrum must be possible.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SpecUtils

from vision.errors import ScanTooLarge, ShapeMismatch, UnreadableScan, UnsupportedFormat
from vision.formats import spectrum_xml
from vision.formats.limits import Limits
from vision.scan import CountSeries, RadiationScan, Spectrum

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
    scan_format = "spectrum" if document is None else "n42"
    spec = _load(data, name=name) if document is None else _load_xml(document)
    # The records belong to the file object and must not outlive it.
    records = [record for record in spec.measurements() if record.numGammaChannels() > 0]
    if not records:
        raise UnreadableScan(scan_format, "holds no gamma spectrum")
    if len(records) > limits.max_records:
        raise ScanTooLarge(
            scan_format, f"{len(records)} records, at most {limits.max_records} are read"
        )
    spectral = [r for r in records if r.numGammaChannels() >= _MIN_CHANNELS]
    samples = {int(r.sampleNumber()) for r in records if not _is_background(r)}
    is_passage = len(samples) >= _PASSAGE_SAMPLES
    try:
        foreground, background = _spectra(spec, spectral, is_passage=is_passage)
        return RadiationScan(
            sha256=sha256,
            scan_format=scan_format,
            detector=str(records[0].detectorName()),
            spectra=foreground,
            background=background,
            series=_series(records) if is_passage else None,
            energy_calibrated=not any(_is_stand_in(record) for record in spectral),
        )
    except ShapeMismatch as problem:
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


def _is_background(record: Any) -> bool:
    return bool(record.sourceType() == SpecUtils.SourceType.Background)


def _is_special(record: Any) -> bool:
    return bool(
        record.sourceType()
        in (SpecUtils.SourceType.IntrinsicActivity, SpecUtils.SourceType.Calibration)
    )


def _unoccupied(record: Any) -> bool:
    return bool(record.occupied() == SpecUtils.OccupancyStatus.NotOccupied)


def _is_stand_in(record: Any) -> bool:
    """Whether the energies are none: SpecUtils spreads channels without a calibration evenly
    over 0 to 3,000 keV, and takes the channel numbers of a bare table for energies.
    """
    if record.energyCalibrationModel() == SpecUtils.EnergyCalType.UnspecifiedUsingDefaultPolynomial:
        return True
    energies = np.asarray(record.channelEnergies(), dtype=np.float64)
    return bool(np.array_equal(energies, np.arange(energies.size)))


def _spectra(
    spec: Any, records: Sequence[Any], *, is_passage: bool
) -> tuple[tuple[Spectrum, ...], Spectrum | None]:
    usable = [r for r in records if not _is_special(r) and (r.liveTime() > 0 or len(records) == 1)]
    behind = [r for r in usable if _is_background(r) or (is_passage and _unoccupied(r))]
    front = [r for r in usable if r not in behind]
    if is_passage:
        background = _sum_passage(spec, behind) if behind else None
        return ((_sum_passage(spec, front),) if front else ()), background
    background = _sum(behind) if behind else None
    by_sample: dict[int, list[Any]] = {}
    for record in front:
        by_sample.setdefault(int(record.sampleNumber()), []).append(record)
    return tuple(_sum(group) for group in by_sample.values()), background


def _sum_passage(spec: Any, records: Sequence[Any]) -> Spectrum:
    """As `_sum`, by SpecUtils itself: a thousand records of many channels take a while here."""
    samples = sorted({int(r.sampleNumber()) for r in records})
    detectors = sorted({str(r.detectorName()) for r in records})
    total = spec.sumMeasurements(samples, detectors)
    return Spectrum(
        counts=_counts(total),
        edges_kev=_edges(total),
        live_time_s=sum(float(r.liveTime()) for r in records) / len(detectors),
        real_time_s=sum(float(r.realTime()) for r in records) / len(detectors),
    )


def _sum(records: Sequence[Any]) -> Spectrum:
    """Sum over detectors and time on the first record's energy axis.

    Live time is that of one detector: the total over detectors divided by their number.
    """
    edges = _edges(records[0])
    counts = np.zeros(edges.size - 1)
    for record in records:
        counts += _rebin(_counts(record), _edges(record), edges)
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


def _edges(record: Any) -> npt.NDArray[np.float64]:
    energies = np.asarray(record.channelEnergies(), dtype=np.float64)
    channels = int(record.numGammaChannels())
    if energies.size == channels and channels > 1:
        energies = np.append(energies, 2 * energies[-1] - energies[-2])
    if energies.size != channels + 1:
        raise ShapeMismatch(f"{channels} channels without energy calibration")
    return energies


def _rebin(
    counts: npt.NDArray[np.float64],
    edges: npt.NDArray[np.float64],
    target: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    if edges.shape == target.shape and np.allclose(edges, target, atol=1e-3):
        return counts
    cumulative = np.concatenate([[0.0], np.cumsum(counts)])
    return np.diff(np.interp(target, edges, cumulative))


def _series(records: Sequence[Any]) -> CountSeries | None:
    by_sample: dict[int, list[Any]] = {}
    for record in records:
        if not _is_background(record) and not _is_special(record):
            by_sample.setdefault(int(record.sampleNumber()), []).append(record)
    groups = [group for _, group in sorted(by_sample.items())]
    duration = np.array([max(float(r.realTime()) for r in group) for group in groups])
    if len(groups) < 3 or not np.all(duration > 0):
        return None
    gamma = np.array([sum(float(r.gammaCountSum()) for r in group) for group in groups])
    neutrons = [[r for r in group if r.containedNeutron()] for group in groups]
    neutron = (
        np.array([sum(float(r.neutronCountsSum()) for r in group) for group in neutrons])
        if all(neutrons)
        else None
    )
    states = [[r.occupied() for r in group] for group in groups]
    status = SpecUtils.OccupancyStatus
    known = all(s[0] in (status.Occupied, status.NotOccupied) for s in states)
    return CountSeries(
        start_s=np.concatenate([[0.0], np.cumsum(duration)[:-1]]),
        duration_s=duration,
        gamma=gamma,
        neutron=neutron,
        occupied=np.array([s[0] == status.Occupied for s in states]) if known else None,
    )
