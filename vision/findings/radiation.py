"""What was counted and identified in radiation signals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from vision.findings.evidence import Evidence, Provenance


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

    `probability` is how often an answer of this score was right in simulated spectra, None if
    that was not counted. `shield` is what the strengths of soft and hard lines say is in front
    of it, such as "iron" or "lead", "load" for a source spread through its goods; "" if nothing.
    """

    evidence: Evidence
    provenance: Provenance
    nuclide: str
    category: NuclideCategory
    score: float
    lines_kev: tuple[float, ...] = ()
    occupancy: int = 0
    probability: float | None = None
    shield: str = ""
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
