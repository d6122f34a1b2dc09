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
class CountTest:
    """One test that took part in an alarm decision.

    `z` is its statistic as a normal deviate: that of the probability that clean traffic
    reaches it in one occupancy.
    """

    name: str
    z: float
    interval_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrossCount:
    """Whether the counts of one channel are above background in one occupancy, alarm or not.

    `z` is the combined statistic of all `tests`, `provenance.threshold` the value at which it
    alarms, and `false_alarm` the probability per occupancy that the threshold stands for
    (None: one plain test). Rates are in counts per second. `occupancy` numbers the vehicles
    of a file from 1; 0 is a measurement without occupancies. `evidence.interval_s` is the
    time of the largest excess.
    """

    evidence: Evidence
    provenance: Provenance
    channel: Channel
    alarm: bool
    z: float
    peak_rate_cps: float
    background_rate_cps: float
    false_alarm: float | None = None
    occupancy: int = 0
    tests: tuple[CountTest, ...] = ()
    kind: Literal["gross_count"] = "gross_count"


class Extent(StrEnum):
    """How far a source reaches along the vehicle."""

    POINT = "point"
    CARGO_LONG = "cargo_long"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLocated:
    """Where along the vehicle the excess of one occupancy lies.

    `position` is 0 at the front and 1 at the rear of the vehicle; `position_m` and `width_m`
    (full width at half maximum) need a known speed, as does `vehicle_m`, the vehicle's length.
    `at_cab`: a narrow peak where the driver of a lorry sits. `side` names the panel that saw
    most.
    """

    evidence: Evidence
    provenance: Provenance
    channel: Channel
    position: float
    extent: Extent
    at_cab: bool
    width_s: float
    position_m: float | None = None
    width_m: float | None = None
    vehicle_m: float | None = None
    speed_m_s: float | None = None
    side: str = ""
    occupancy: int = 0
    kind: Literal["source_located"] = "source_located"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesShare:
    """A natural series in an excess: its part of the net counts, and how sure it is there."""

    series: str
    share: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalExcess:
    """Whether natural potassium, radium and thorium alone can make the excess of an alarm.

    `residual_z` is the largest sign of anything else; beyond `provenance.threshold` something
    unnatural is there, and `closest` names what it looks like. `beyond_potassium_z` is the same
    for goods that bring potassium alone, and has the same threshold. Both are calibrated per
    occupancy, as `GrossCount.z` is.
    """

    evidence: Evidence
    provenance: Provenance
    residual_z: float
    unnatural: bool
    closest: str
    beyond_potassium_z: float
    series: tuple[SeriesShare, ...]
    occupancy: int = 0
    kind: Literal["natural_excess"] = "natural_excess"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundTracked:
    """The background that an occupancy was compared with.

    `drift_z` compares its older with its newer half; `steady` is False beyond
    `provenance.threshold`. `estimated`: the file has no unoccupied time, so the quieter end
    of the passage had to do.
    """

    evidence: Evidence
    provenance: Provenance
    rate_cps: float
    duration_s: float
    drift_z: float
    steady: bool
    estimated: bool
    occupancy: int = 0
    kind: Literal["background"] = "background"


class NuclideCategory(StrEnum):
    """What a nuclide is usually met as (ANSI N42.34 categories)."""

    NORM = "norm"
    MEDICAL = "medical"
    INDUSTRIAL = "industrial"
    NUCLEAR = "nuclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclideFound:
    """A nuclide identified in a spectrum. `score` is the method's statistic, not a
    probability; `lines_kev` are the energies that support it. `occupancy` as in `GrossCount`.
    """

    evidence: Evidence
    provenance: Provenance
    nuclide: str
    category: NuclideCategory
    score: float
    lines_kev: tuple[float, ...] = ()
    occupancy: int = 0
    kind: Literal["nuclide"] = "nuclide"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumFit:
    """The counts that the identified nuclides and the background make of a spectrum.

    `counts` are between `edges_kev`, one fewer; coarse enough to be kept and drawn.
    """

    evidence: Evidence
    provenance: Provenance
    edges_kev: tuple[float, ...]
    counts: tuple[float, ...]
    occupancy: int = 0
    kind: Literal["spectrum_fit"] = "spectrum_fit"


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


Finding = (
    ContainerFound
    | LoadState
    | Reading
    | GrossCount
    | SourceLocated
    | NaturalExcess
    | BackgroundTracked
    | NuclideFound
    | SpectrumFit
    | ScanQuality
)


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
