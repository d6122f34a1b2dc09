"""Whether a scan can carry a conclusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vision.findings.evidence import Evidence, Provenance


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
