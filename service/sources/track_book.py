"""Positions of one file, gathered into one track for each subject and trip."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.domain.papers.paper import PaperKind, Revision
from service.domain.papers.track import Fix, Track, TrackedKind
from service.sources import UnreadablePaper
from service.sources.intake import Intake
from service.sources.statement import RefusedStatement

MAX_FIXES = 500_000
KNOTS_PER_UNIT = {"KNT": 1.0, "KMH": 1 / 1.852, "MTS": 3600 / 1852}
"""UN/ECE Recommendation 20; a knot is 1852 m an hour."""


@dataclass(slots=True)
class _Pages:
    fixes: list[Fix] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


class TrackBook:
    """Fixes in the order of the file, which is evidence: a receiver does not go back in time."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._pages: dict[tuple[TrackedKind, str, str], _Pages] = {}
        self._names: dict[tuple[TrackedKind, str], tuple[str, str]] = {}
        self._count = 0

    def add(self, kind: TrackedKind, subject: str, fix: Fix, *, place: str, trip: str = "") -> None:
        """Raises: UnreadablePaper for more positions than are read."""
        self._count += 1
        if self._count > MAX_FIXES:
            raise UnreadablePaper(self._intake.source, f"more than {MAX_FIXES} positions")
        page = self._pages.setdefault((kind, subject, trip), _Pages())
        page.fixes.append(fix)
        page.places.append(place)

    def call(self, kind: TrackedKind, subject: str, *, name: str = "", imo: str = "") -> None:
        """What a subject calls itself; the first name that it gives stands."""
        known = self._names.get((kind, subject), ("", ""))
        self._names[kind, subject] = (known[0] or name, known[1] or imo)

    def close(self) -> None:
        """Put all tracks into the intake."""
        for (kind, subject, trip), page in self._pages.items():
            name, imo = self._names.get((kind, subject), ("", ""))
            first, last = page.places[0], page.places[-1]
            where = first if first == last else f"{first} to {last}"
            try:
                self._intake.take(
                    Track(
                        kind=kind,
                        subject=subject,
                        fixes=tuple(page.fixes),
                        name=name,
                        vessel_imo=imo,
                    ),
                    kind=PaperKind.POSITION_TRACK,
                    reference=trip or f"{subject}/{page.fixes[0].at:%Y%m%dT%H%M%SZ}",
                    revision=Revision(issued_at=max(fix.at for fix in page.fixes)),
                    where=where,
                )
            except RefusedStatement as problem:
                self._intake.refuse(problem.where, problem.reason)
