"""What the analysers found, with the evidence, the model and the threshold of each finding.

A finding is a fact about a scan; it knows nothing of papers. "Looked and found nothing" is a
finding too (`GrossCount(alarm=False)`), because silence must never be mistaken for clear;
what did not run at all stands in `Analysis.coverage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from vision.geometry import Box, Quad
from vision.scan import ScanKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Which model or method, in which version, under which threshold.

    `sha256` is that of the weight file, or, for a method without weights, of its parameters.
    """

    model: str
    version: str
    sha256: str
    threshold: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where to look: the scan by its sha256, and the place in it."""

    scan_sha256: str
    box: Box | None = None
    quad: Quad | None = None
    interval_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFound:
    """A container in an X-ray view; `evidence.box` is its outline."""

    evidence: Evidence
    provenance: Provenance
    score: float
    kind: Literal["container"] = "container"


class Load(StrEnum):
    """Whether a container carries goods."""

    EMPTY = "empty"
    LOADED = "loaded"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadState:
    """Empty or loaded, for the container at `evidence.box`."""

    evidence: Evidence
    provenance: Provenance
    load: Load
    probability_loaded: float
    kind: Literal["load_state"] = "load_state"


class Subject(StrEnum):
    """What a reading is a reading of."""

    CONTAINER_CODE = "container_code"
    SIZE_TYPE = "size_type"
    PLATE = "plate"


class Orientation(StrEnum):
    """How the text runs in the picture."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    MULTI_LINE = "multi_line"


class CheckDigit(StrEnum):
    """NOT_SEEN: the picture did not show the digit, so it proves nothing."""

    CORRECT = "correct"
    WRONG = "wrong"
    NOT_SEEN = "not_seen"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another text that the picture might show."""

    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text that was read. `accepted` is False when the reader abstains: `text` is then its
    best guess for a person, and no rule may rely on it.

    `weakest` is the lowest score of any character or part; for a code the minimum counts,
    not the mean.
    """

    evidence: Evidence
    provenance: Provenance
    subject: Subject
    text: str
    accepted: bool
    score: float
    weakest: float
    orientation: Orientation
    check_digit: CheckDigit = CheckDigit.NOT_APPLICABLE
    country: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    note: str = ""
    kind: Literal["reading"] = "reading"


class Channel(StrEnum):
    """Which radiation was counted."""

    GAMMA = "gamma"
    NEUTRON = "neutron"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrossCount:
    """Result of the gross-count test on one channel, alarm or not.

    `z` is the largest excess over the background in standard deviations;
    `provenance.threshold` the value at which it alarms. Rates are in counts per second.
    """

    evidence: Evidence
    provenance: Provenance
    channel: Channel
    alarm: bool
    z: float
    peak_rate_cps: float
    background_rate_cps: float
    kind: Literal["gross_count"] = "gross_count"


class NuclideCategory(StrEnum):
    """What a nuclide is usually met as (ANSI N42.34 categories)."""

    NORM = "norm"
    MEDICAL = "medical"
    INDUSTRIAL = "industrial"
    NUCLEAR = "nuclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclideFound:
    """A nuclide identified in a spectrum. `score` is the method's statistic, not a
    probability; `lines_kev` are the energies that support it.
    """

    evidence: Evidence
    provenance: Provenance
    nuclide: str
    category: NuclideCategory
    score: float
    lines_kev: tuple[float, ...] = ()
    kind: Literal["nuclide"] = "nuclide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measured quality figure against its limit, for example ("sharpness", 12.1, 4.0)."""

    name: str
    value: float
    limit: float
    acceptable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanQuality:
    """Whether a scan is good enough to conclude anything from it."""

    evidence: Evidence
    provenance: Provenance
    acceptable: bool
    measures: tuple[Measure, ...]
    kind: Literal["scan_quality"] = "scan_quality"


Finding = ContainerFound | LoadState | Reading | GrossCount | NuclideFound | ScanQuality


class Ran(StrEnum):
    """What became of one analysis of one scan."""

    RAN = "ran"
    FAILED = "failed"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageEntry:
    """One analysis of one scan: it ran, it failed, or this scan does not allow it.

    NOT_POSSIBLE is for what a scan by its nature does not carry (no neutron channel, no
    spectrum). It is no failure, and it is no "clear" either.
    """

    scan_sha256: str
    scan_name: str
    sensor: ScanKind
    analysis: str
    ran: Ran
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Everything that one run of the analysers concluded.

    `lineup` names each model that took part. Finding number i is addressed as `f{i}`.
    """

    findings: tuple[Finding, ...]
    coverage: tuple[CoverageEntry, ...]
    lineup: tuple[Provenance, ...]

    def complete_for(self, sensor: ScanKind) -> bool:
        """True if at least one scan of `sensor` was analysed and nothing of it failed."""
        entries = [entry for entry in self.coverage if entry.sensor is sensor]
        return any(entry.ran is Ran.RAN for entry in entries) and not any(
            entry.ran is Ran.FAILED for entry in entries
        )
