"""Stand-ins for what the use cases need from outside, passed through the same door."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from service.errors import NotFound
from tests.builders import NOW, an_analysis
from vision.findings import Analysis
from vision.scan import RawScan


class FakeClock:
    """Stands still until it is told to go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


class FakeBlobs:
    """Files in memory."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self.stored[sha256] = data
        return sha256

    def get(self, sha256: str) -> bytes:
        if sha256 not in self.stored:
            raise NotFound(f"no file {sha256}")
        return self.stored[sha256]

    def has(self, sha256: str) -> bool:
        return sha256 in self.stored


class FakeAnalyser:
    """Answers with one analysis, or does what `act` does; keeps what it was sent."""

    def __init__(
        self,
        analysis: Analysis | None = None,
        *,
        act: Callable[[Sequence[RawScan]], Analysis] | None = None,
    ) -> None:
        self.analysis = an_analysis() if analysis is None else analysis
        self.act = act
        self.seen: list[tuple[RawScan, ...]] = []

    def analyse(self, files: Sequence[RawScan]) -> Analysis:
        self.seen.append(tuple(files))
        return self.act(files) if self.act is not None else self.analysis
