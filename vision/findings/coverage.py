"""What ran and what did not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vision.scan import ScanKind


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
