"""What else a photograph is looked at for, beside codes and plates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vision.findings import Finding, Provenance
from vision.scan import Photo


class PhotoPart(Protocol):
    """One analysis of a photograph; safe to share between threads."""

    @property
    def analysis(self) -> str:
        """Its name in the coverage."""
        ...

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        """Models that take part. Raises: ModelUnavailable."""
        ...

    def look(self, photo: Photo, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """What it finds, given what was found in the photograph before.

        Raises:
            ModelUnavailable: it cannot work; the coverage then says so.
        """
        ...
