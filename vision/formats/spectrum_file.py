"""Spectrum files, N42 first, through SandiaSpecUtils (LGPL).

SpecUtils reads a truncated N42 silently, with fewer records, so XML is checked for
well-formedness here first, and every spectrum must be possible.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import SpecUtils

from vision.errors import ScanTooLarge, ShapeMismatch, UnreadableScan, UnsupportedFormat
from vision.formats.limits import Limits
from vision.scan import CountSeries, RadiationScan, Spectrum

_PASSAGE_SAMPLES = 10
_MIN_CHANNELS = 16


def read(data: bytes, *, sha256: str, name: str, limits: Limits) -> RadiationScan:
    """Read a spectrum file of any format that SpecUtils knows.

    Raises:
        UnsupportedFormat: SpecUtils does not recognise it.
        UnreadableScan: malformed XML, a document type or entities, or an impossible spectrum.
    """
    is_xml = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    if is_xml:
        data = _check_xml(data)
    scan_format = "n42" if is_xml else "spectrum"
    spec = _load(data, name=name)
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


def _check_xml(data: bytes) -> bytes:
    """The document, well-formed; as UTF-8 if it claimed to be and was not.

    Prefixes that are bound nowhere are let pass, as real instruments write them.
    """
    try:
        _parse(data)
    except expat.ExpatError as problem:
        if problem.code != expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
            raise UnreadableScan("n42", f"not well-formed XML: {problem}") from problem
        try:
            data.decode()
        except UnicodeDecodeError:
            # Instruments of Central Europe write Windows-1250 names under a UTF-8 heading.
            data = data.decode("latin-1").encode()
            try:
                _parse(data)
            except expat.ExpatError as again:
                raise UnreadableScan("n42", f"not well-formed XML: {again}") from again
        else:
            raise UnreadableScan("n42", f"not well-formed XML: {problem}") from problem
    return data


def _parse(data: bytes) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise UnreadableScan("n42", "document types and entities are not read")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (ValueError, LookupError) as problem:
        raise UnreadableScan("n42", f"encoding: {problem}") from problem


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
