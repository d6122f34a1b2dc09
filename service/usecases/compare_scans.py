"""Today's X-ray scan laid over the last one of the same box at this site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from service.domain.inspection import Inspection
from service.errors import NotFound
from service.usecases.history import HistoryStore, VisitRecord
from service.usecases.ports import BlobStore, Repository
from vision.findings import Analysis, CoverageEntry, Finding, Ran, Reading, Subject
from vision.scan import RawScan, ScanKind


class ScanComparer(Protocol):
    """See `vision.inspection.Inspector.compare`."""

    def compare(self, before: RawScan, after: RawScan) -> tuple[Finding, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierScans:
    """Adds a `ScanCompared` where a visit has one X-ray scan of one box that came here before."""

    history: HistoryStore
    repository: Repository
    blobs: BlobStore
    comparer: ScanComparer

    def __call__(
        self, inspection: Inspection, scans: Sequence[RawScan], analysis: Analysis
    ) -> Analysis:
        """The analysis with the comparison; as it was where there is nothing to compare.

        An earlier scan that is no longer stored becomes coverage NOT_POSSIBLE.
        """
        own = [
            (file, scan)
            for file, scan in zip(inspection.files, scans, strict=True)
            if file.kind is ScanKind.XRAY
        ]
        code = _only_code(analysis)
        if len(own) != 1 or code is None:
            return analysis
        before = self._before(inspection, code)
        files = [f for f in before.files if f.kind is ScanKind.XRAY] if before else []
        file, scan = own[0]
        if len(files) != 1 or files[0].sha256 == file.sha256:
            return analysis
        ran, reason, found = Ran.RAN, "", tuple[Finding, ...]()
        try:
            earlier = RawScan(
                name=files[0].name, data=self.blobs.get(files[0].sha256), kind=ScanKind.XRAY
            )
        except NotFound:
            ran, reason = Ran.NOT_POSSIBLE, "the earlier scan is no longer stored"
        else:
            found = self.comparer.compare(earlier, scan)
            if not found:
                return analysis
        entry = CoverageEntry(
            scan_sha256=file.sha256,
            scan_name=file.name,
            sensor=ScanKind.XRAY,
            analysis="comparison",
            ran=ran,
            reason=reason,
        )
        return replace(
            analysis,
            findings=(*analysis.findings, *found),
            coverage=(*analysis.coverage, entry),
        )

    def _before(self, inspection: Inspection, code: str) -> Inspection | None:
        """The last visit of the box to this site before this one."""
        asked = VisitRecord(
            inspection_id=inspection.id,
            site=inspection.site,
            lane=inspection.lane,
            at=inspection.captured_at,
            subjects=((code, True),),
        )
        seen = [
            sighting
            for sighting in self.history.before(asked).sightings
            if sighting.place == inspection.site and sighting.at <= inspection.captured_at
        ]
        if not seen:
            return None
        last = max(seen, key=lambda sighting: sighting.at)
        try:
            return self.repository.judging_file(last.reference).inspection
        except NotFound:
            return None


def _only_code(analysis: Analysis) -> str | None:
    codes = {
        finding.text
        for finding in analysis.findings
        if isinstance(finding, Reading)
        and finding.subject is Subject.CONTAINER_CODE
        and finding.accepted
    }
    return next(iter(codes)) if len(codes) == 1 else None
