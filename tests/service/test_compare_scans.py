"""Today's scan beside the last one of the same box."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from service.domain.inspection import EvidenceFile, Inspection
from service.domain.reconcile.history import History, Sighting
from service.errors import NotFound
from service.usecases.compare_scans import EarlierScans
from service.usecases.history import VisitRecord
from tests.builders import (
    CODE,
    METHOD,
    NOW,
    OTHER_CODE,
    a_file,
    a_reading,
    an_analysis,
    an_inspection,
    evidence,
)
from tests.fakes import FakeBlobs
from vision.findings import Finding, Ran, ScanCompared
from vision.scan import RawScan, ScanKind

CHANGED = ScanCompared(
    evidence=evidence("now.png"),
    provenance=METHOD,
    before_sha256="0" * 64,
    aligned=True,
    changed_share=0.1,
    changed_share_doors=0.2,
)


@dataclass
class Seen:
    sightings: tuple[Sighting, ...]

    def remember(self, record: VisitRecord) -> None:
        raise AssertionError(record)

    def before(self, record: VisitRecord) -> History:
        assert record.subjects == ((CODE, True),)
        return History(sightings=self.sightings)


@dataclass
class Comparer:
    asked: list[tuple[str, str]] = field(default_factory=list)

    def compare(self, before: RawScan, after: RawScan) -> tuple[Finding, ...]:
        self.asked.append((before.name, after.name))
        return (CHANGED,)


@dataclass
class Repository:
    inspections: dict[str, Inspection]

    def judging_file(self, inspection_id: str) -> object:
        if inspection_id not in self.inspections:
            raise NotFound(inspection_id)
        return type("File", (), {"inspection": self.inspections[inspection_id]})


def an_xray(name: str, sha256: str) -> EvidenceFile:
    return replace(a_file(name), name=name, sha256=sha256, kind=ScanKind.XRAY)


def visit(number: str, *files: EvidenceFile, days: int = 0) -> Inspection:
    return replace(an_inspection(), id=number, files=files, captured_at=NOW + timedelta(days=days))


def seen_at(reference: str, days: int, place: str) -> Sighting:
    return Sighting(subject=CODE, at=NOW + timedelta(days=days), place=place, reference=reference)


@pytest.fixture
def blobs() -> FakeBlobs:
    return FakeBlobs()


def compared(blobs: FakeBlobs, *, code: str = CODE, before_files: int = 1, stored: bool = True):  # noqa: ANN201
    old = blobs.put(b"then")
    if not stored:
        old = "f" * 64
    earlier = visit("old", *[an_xray(f"then{n}.png", old) for n in range(before_files)], days=-3)
    older = visit("older", an_xray("long ago.png", old), days=-9)
    now = visit("now", an_xray("now.png", "a" * 64))
    comparer = Comparer()
    site = now.site
    complete = EarlierScans(
        history=Seen(
            (
                seen_at("older", -9, site),
                seen_at("old", -3, site),
                seen_at("elsewhere", -1, "another site"),
                seen_at("later", 2, site),
            )
        ),
        repository=Repository({"old": earlier, "older": older}),  # type: ignore[arg-type]
        blobs=blobs,
        comparer=comparer,
    )
    analysis = an_analysis(a_reading(CODE), a_reading(code, scan="right.jpg"))
    scans = [RawScan(name="now.png", data=b"now", kind=ScanKind.XRAY)]
    return complete(now, scans, analysis), comparer, analysis


def test_the_last_scan_of_this_site_is_compared(blobs: FakeBlobs) -> None:
    analysis, comparer, _ = compared(blobs)
    assert comparer.asked == [("then0.png", "now.png")]
    assert analysis.findings[-1] is CHANGED
    assert analysis.coverage[-1].analysis == "comparison"


def test_two_codes_or_two_scans_are_not_guessed_at(blobs: FakeBlobs) -> None:
    for options in ({"code": OTHER_CODE}, {"before_files": 2}):
        analysis, comparer, before = compared(blobs, **options)
        assert analysis is before
        assert comparer.asked == []


def test_an_earlier_scan_that_is_gone_is_said(blobs: FakeBlobs) -> None:
    analysis, comparer, before = compared(blobs, stored=False)
    assert comparer.asked == []
    assert analysis.findings == before.findings
    assert analysis.coverage[-1].ran is Ran.NOT_POSSIBLE
