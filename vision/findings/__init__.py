"""What the analysers found, with the evidence, the model and the threshold of each finding.

A finding is a fact about a scan; it knows nothing of papers. "Looked and found nothing" is a
finding too (`GrossCount(alarm=False)`, `ObjectsSought(found=0)`), because silence must never be
mistaken for clear; what did not run at all stands in `Analysis.coverage`.
"""

from __future__ import annotations

from dataclasses import dataclass

from vision.findings.coverage import CoverageEntry, Ran
from vision.findings.evidence import Evidence, Provenance
from vision.findings.quality import Measure, ScanQuality
from vision.findings.radiation import (
    BackgroundTracked,
    Channel,
    CountTest,
    Extent,
    GrossCount,
    NaturalExcess,
    NuclideCategory,
    NuclideFound,
    SeriesShare,
    SourceLocated,
    SpectrumFit,
)
from vision.findings.reading import (
    Alternative,
    CheckDigit,
    Orientation,
    Reading,
    Subject,
)
from vision.findings.vehicle import VehicleColour, VehicleModel
from vision.findings.xray import (
    AnomalyFound,
    CargoEmbedding,
    CargoGroup,
    ContainerFound,
    ContainerSize,
    FillProfile,
    GroupScore,
    Load,
    LoadState,
    MassEstimate,
    Material,
    MaterialMap,
    MaterialShare,
    ObjectFound,
    ObjectsSought,
    PackageCount,
    ScanCompared,
    ScanFingerprint,
    StructureMeasured,
    Zone,
)
from vision.scan import ScanKind

Finding = (
    ContainerFound
    | ContainerSize
    | LoadState
    | FillProfile
    | PackageCount
    | MassEstimate
    | MaterialMap
    | CargoGroup
    | CargoEmbedding
    | ObjectFound
    | ObjectsSought
    | AnomalyFound
    | StructureMeasured
    | ScanFingerprint
    | ScanCompared
    | Reading
    | VehicleColour
    | VehicleModel
    | GrossCount
    | SourceLocated
    | NaturalExcess
    | BackgroundTracked
    | NuclideFound
    | SpectrumFit
    | ScanQuality
)


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


__all__ = [
    "Alternative",
    "Analysis",
    "AnomalyFound",
    "BackgroundTracked",
    "CargoEmbedding",
    "CargoGroup",
    "Channel",
    "CheckDigit",
    "ContainerFound",
    "ContainerSize",
    "CountTest",
    "CoverageEntry",
    "Evidence",
    "Extent",
    "FillProfile",
    "Finding",
    "GrossCount",
    "GroupScore",
    "Load",
    "LoadState",
    "MassEstimate",
    "Material",
    "MaterialMap",
    "MaterialShare",
    "Measure",
    "NaturalExcess",
    "NuclideCategory",
    "NuclideFound",
    "ObjectFound",
    "ObjectsSought",
    "Orientation",
    "PackageCount",
    "Provenance",
    "Ran",
    "Reading",
    "ScanCompared",
    "ScanFingerprint",
    "ScanQuality",
    "SeriesShare",
    "SourceLocated",
    "SpectrumFit",
    "StructureMeasured",
    "Subject",
    "VehicleColour",
    "VehicleModel",
    "Zone",
]
