"""Analysis in this process."""

from __future__ import annotations

from collections.abc import Sequence

from vision.findings import Analysis
from vision.inspection import Inspector
from vision.scan import RawScan


class LocalAnalyser:
    """The inspector, as the port wants it."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector

    def analyse(self, files: Sequence[RawScan]) -> Analysis:
        return self._inspector.inspect(files)
