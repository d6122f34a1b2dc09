"""What an X-ray view shows: its quality, each container, and whether it is loaded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vision.errors import ModelUnavailable
from vision.findings import (
    ContainerFound,
    CoverageEntry,
    Evidence,
    Finding,
    Load,
    LoadState,
    Measure,
    Provenance,
    Ran,
    ScanCompared,
    ScanQuality,
)
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import ScanKind, XrayImage
from vision.xray import (
    containers,
    hidden,
    load_state,
    measurements,
    objects,
    same_scan,
)
from vision.xray.calibration import NO_SCANNERS, ScannerBook
from vision.xray.fill import darkness
from vision.xray.framing import without_bands
from vision.xray.load_state import LoadModel
from vision.xray.outline import tighten
from vision.xray.sight import Sight, interior_of, sight_of

MIN_HEIGHT_PX = 200
MIN_CONTRAST = 0.15
MAX_OPAQUE = 0.6
QUALITY = Provenance(model="xray-quality", version="1", sha256="")


class XrayAnalyser:
    """Analyses one view at a time; safe to share between threads.

    Args:
        shelf: the models.
        scanners: what the site measured on its scanners; what needs it abstains without.
    """

    def __init__(self, shelf: Shelf, *, scanners: ScannerBook = NO_SCANNERS) -> None:
        self._shelf = shelf
        self._scanners = scanners
        self._load_model: LoadModel | None = None

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        return (
            self._shelf.provenance(containers.MODEL, label="container"),
            self._shelf.provenance(load_state.MODEL, label="loaded"),
            *measurements.lineup(self._shelf),
            *hidden.lineup(self._shelf),
        )

    def analyse(
        self, image: XrayImage, *, name: str
    ) -> tuple[tuple[Finding, ...], tuple[CoverageEntry, ...]]:
        """Findings and what ran; a model that cannot be opened is coverage FAILED."""
        sight = sight_of(image, self._scanners)
        findings: list[Finding] = [self._quality(sight)]
        coverage = [_entry(image, name, "scan_quality", Ran.RAN)]
        try:
            found, loads = self._containers(sight)
        except ModelUnavailable as problem:
            coverage += [
                _entry(image, name, analysis, Ran.FAILED, str(problem))
                for analysis in ("containers", "load_state", "measurements", *self._seeks_objects())
            ]
            return tuple(findings), tuple(coverage)
        coverage.append(_entry(image, name, "containers", Ran.RAN))
        ran = Ran.RAN if found else Ran.NOT_POSSIBLE
        reason = "" if found else "no container was found"
        coverage.append(_entry(image, name, "load_state", ran, reason))
        findings += [*found, *loads]
        outlines = [box for one in found if (box := one.evidence.box) is not None]
        measured, entry = self._measured(sight, name, outlines)
        findings += measured
        coverage.append(entry)
        if self._seeks_objects():
            seen, entry = self._objects(sight, name, outlines)
            findings += seen
            coverage.append(entry)
        return tuple(findings), tuple(coverage)

    def _measured(
        self, sight: Sight, name: str, outlines: Sequence[Box]
    ) -> tuple[Sequence[Finding], CoverageEntry]:
        try:
            findings = [
                *measurements.of_view(sight, shelf=self._shelf),
                *measurements.of_containers(sight, outlines, shelf=self._shelf),
            ]
        except ModelUnavailable as problem:
            return (), _entry(sight.image, name, "measurements", Ran.FAILED, str(problem))
        ran = Ran.RAN if outlines else Ran.NOT_POSSIBLE
        reason = "" if outlines else "no container was found"
        return findings, _entry(sight.image, name, "measurements", ran, reason)

    def _objects(
        self, sight: Sight, name: str, outlines: Sequence[Box]
    ) -> tuple[Sequence[Finding], CoverageEntry]:
        try:
            seen, reason = hidden.search(sight.image, sight.view, outlines, shelf=self._shelf)
        except ModelUnavailable as problem:
            return (), _entry(sight.image, name, "objects", Ran.FAILED, str(problem))
        ran = Ran.NOT_POSSIBLE if reason else Ran.RAN
        return seen, _entry(sight.image, name, "objects", ran, reason)

    def _seeks_objects(self) -> tuple[str, ...]:
        """The analysis's name, or nothing where the line-up has no detector of objects."""
        return ("objects",) if objects.MODEL in self._shelf.lineup else ()

    def outlines(self, image: XrayImage) -> tuple[Box, ...]:
        """Outlines of the containers alone. Raises: ModelUnavailable."""
        view = sight_of(image, self._scanners).view
        return tuple(box for box, _ in containers.detect(view, shelf=self._shelf))

    def compare(
        self, before: XrayImage, after: XrayImage, *, boxes: tuple[Box, Box]
    ) -> ScanCompared:
        """The later scan laid over the earlier one of the same container.

        Args:
            before: the earlier scan.
            after: the later one, which the finding is about.
            boxes: outline of the container in both.

        Raises:
            ModelUnavailable: the method's parameters cannot be read.
        """
        paths = []
        for image, box in zip((before, after), boxes, strict=True):
            sight = sight_of(image, self._scanners)
            inside = interior_of(sight.view, tighten(sight.view, box))
            paths.append(darkness(sight.view[inside.y1 : inside.y2, inside.x1 : inside.x2]))
        limits = self._shelf.parameters(same_scan.COMPARE_MODEL)
        found = same_scan.compare(paths[0], paths[1], limits=limits)
        return ScanCompared(
            evidence=Evidence(scan_sha256=after.sha256, box=boxes[1]),
            provenance=self._shelf.provenance(same_scan.COMPARE_MODEL, label="change"),
            before_sha256=before.sha256,
            aligned=found.aligned,
            changed_share=found.changed_share,
            changed_share_doors=found.changed_share_doors,
        )

    def _containers(self, sight: Sight) -> tuple[list[ContainerFound], list[LoadState]]:
        view = sight.view
        finder = self._shelf.provenance(containers.MODEL, label="container")
        judge = self._shelf.provenance(load_state.MODEL, label="loaded")
        model = self._load_model = self._load_model or load_state.open_model(self._shelf)
        loaded_at = self._shelf.manifest(load_state.MODEL).thresholds
        found, loads = [], []
        boxes = sorted(containers.detect(view, shelf=self._shelf), key=lambda pair: pair[0].x1)
        for box, score in boxes:
            evidence = Evidence(scan_sha256=sight.image.sha256, box=box)
            found.append(ContainerFound(evidence=evidence, provenance=finder, score=score))
            probability = model.probability_loaded(load_state.features(view, box))
            if probability >= loaded_at["loaded"].value:
                load = Load.LOADED
            elif probability <= loaded_at["empty"].value:
                load = Load.EMPTY
            else:
                load = Load.CANNOT_TELL
            loads.append(
                LoadState(
                    evidence=evidence, provenance=judge, load=load, probability_loaded=probability
                )
            )
        return found, loads

    def _quality(self, sight: Sight) -> ScanQuality:
        view = sight.view
        thin = without_bands(view).of(view)[::4, ::4]
        low, high = (float(v) for v in np.percentile(thin, (2, 98)))
        opaque = float((thin < 0.02).mean())
        measures = (
            Measure(
                name="height_px",
                value=float(view.shape[0]),
                limit=MIN_HEIGHT_PX,
                acceptable=view.shape[0] >= MIN_HEIGHT_PX,
            ),
            Measure(
                name="contrast",
                value=high - low,
                limit=MIN_CONTRAST,
                acceptable=high - low >= MIN_CONTRAST,
            ),
            Measure(
                name="opaque_fraction",
                value=opaque,
                limit=MAX_OPAQUE,
                acceptable=opaque <= MAX_OPAQUE,
            ),
        )
        return ScanQuality(
            evidence=Evidence(scan_sha256=sight.image.sha256),
            provenance=QUALITY,
            acceptable=all(measure.acceptable for measure in measures),
            measures=measures,
        )


def _entry(image: XrayImage, name: str, analysis: str, ran: Ran, reason: str = "") -> CoverageEntry:
    return CoverageEntry(
        scan_sha256=image.sha256,
        scan_name=name,
        sensor=ScanKind.XRAY,
        analysis=analysis,
        ran=ran,
        reason=reason,
    )
