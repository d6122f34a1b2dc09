"""Where a finding shows, and what produced it."""

from __future__ import annotations

from dataclasses import dataclass

from vision.geometry import Box, Quad


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
