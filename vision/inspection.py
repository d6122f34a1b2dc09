"""`Inspector`: the one entry to everything that `vision` can find."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vision.errors import UnreadableScan
from vision.findings import Analysis, CoverageEntry, Finding, Provenance, Ran
from vision.formats import Limits, read_scan
from vision.models.shelf import Shelf
from vision.radiation.analyser import RadiationAnalyser
from vision.reading.agree import agreed
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines import OcrEngine
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.photo_parts import photo_parts
from vision.reading.vehicle_model import VehicleModelReader
from vision.scan import Photo, PixelUnit, RawScan, Scan, ScanKind, XrayImage
from vision.xray.analyser import XrayAnalyser
from vision.xray.calibration import NO_SCANNERS, ScannerBook


class Inspector:
    """Files in, analysis out; safe to share between threads.

    Args:
        weights_dir: where `lineup.toml` lies.
        threads: ONNX Runtime threads per model; 0 lets it decide.
        engine: what reads text; None for our own.
        limits: what is read at all.
        scanners: what the site measured on its X-ray scanners.
        owners: owner codes that the site knows, three letters each; empty: all are as likely.
        vehicle_models: tells make and model; None: nobody does.

    Raises:
        ModelUnavailable: there is no line-up.
    """

    def __init__(
        self,
        weights_dir: Path,
        *,
        threads: int = 1,
        engine: OcrEngine | None = None,
        limits: Limits | None = None,
        scanners: ScannerBook = NO_SCANNERS,
        owners: frozenset[str] = frozenset(),
        vehicle_models: VehicleModelReader | None = None,
    ) -> None:
        shelf = Shelf(weights_dir, threads=threads)
        self._limits = limits or Limits()
        self._xray = XrayAnalyser(shelf, scanners=scanners)
        reader = engine or LineReaderEngine(shelf, threads=threads)
        self._photo = PhotoAnalyser(
            reader,
            shelf=shelf,
            owners=owners,
            parts=photo_parts(reader, shelf, models=vehicle_models),
        )
        self._radiation = RadiationAnalyser(shelf)

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        """Every model that takes part. Raises: ModelUnavailable."""
        return (*self._xray.lineup, *self._photo.lineup, *self._radiation.lineup)

    def warm_up(self) -> tuple[str, ...]:
        """Open every model with an empty picture, so that the first truck does not wait.

        Returns a sentence for each model that cannot be opened.
        """
        blank = np.full((320, 640, 1), 255, dtype=np.uint8)
        _, xray = self._xray.analyse(
            XrayImage(sha256="", scan_format="", pixels=blank, unit=PixelUnit.DISPLAY), name=""
        )
        page = np.full((320, 640, 3), 255, dtype=np.uint8)
        _, photo = self._photo.analyse(Photo(sha256="", scan_format="", pixels=page), name="")
        failed = (entry for entry in (*xray, *photo) if entry.ran is Ran.FAILED)
        return tuple(dict.fromkeys(entry.reason for entry in failed))

    def inspect(self, files: Sequence[RawScan]) -> Analysis:
        """Analyse every file. One that cannot be read becomes coverage FAILED, never silence."""
        findings: list[Finding] = []
        coverage: list[CoverageEntry] = []
        for raw in files:
            try:
                scan = read_scan(raw, limits=self._limits)
            except UnreadableScan as problem:
                coverage += _unreadable(raw, str(problem))
                continue
            found, ran = self._analyse(scan, name=raw.name)
            findings += found
            coverage += ran
        return Analysis(findings=agreed(findings), coverage=tuple(coverage), lineup=self.lineup)

    def compare(self, before: RawScan, after: RawScan) -> tuple[Finding, ...]:
        """A later X-ray scan laid over an earlier one of the same box.

        () where either is no X-ray scan, cannot be read, or does not show exactly one container:
        then nobody can say which is to be compared with which.

        Raises:
            ModelUnavailable: a model cannot be opened.
        """
        images, boxes = [], []
        for raw in (before, after):
            try:
                scan = read_scan(raw, limits=self._limits)
            except UnreadableScan:
                return ()
            if not isinstance(scan, XrayImage):
                return ()
            own = self._xray.outlines(scan)
            if len(own) != 1:
                return ()
            images.append(scan)
            boxes.append(own[0])
        return (self._xray.compare(images[0], images[1], boxes=(boxes[0], boxes[1])),)

    def _analyse(
        self, scan: Scan, *, name: str
    ) -> tuple[tuple[Finding, ...], tuple[CoverageEntry, ...]]:
        if isinstance(scan, XrayImage):
            return self._xray.analyse(scan, name=name)
        if isinstance(scan, Photo):
            return self._photo.analyse(scan, name=name)
        return self._radiation.analyse(scan, name=name)


def _unreadable(raw: RawScan, reason: str) -> list[CoverageEntry]:
    # Of a file that nobody can read any sensor may be the one that is missing.
    kinds = (raw.kind,) if raw.kind else tuple(ScanKind)
    return [
        CoverageEntry(
            scan_sha256=hashlib.sha256(raw.data).hexdigest(),
            scan_name=raw.name,
            sensor=kind,
            analysis="read",
            ran=Ran.FAILED,
            reason=reason,
        )
        for kind in kinds
    ]
