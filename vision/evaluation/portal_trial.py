"""One simulated occupancy of the portal study, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One occupancy to simulate. `source` is a key of `traffic.TEST_SOURCES`, "Cf-252" or ""."""

    kind: str
    seed: int
    source: str = ""
    condition: str = ""
    strength: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a trial. `answer` is that of `Explain`; `plain`: the plain rule alarms."""

    trial: Trial
    gamma: bool
    neutron: bool
    plain: bool
    answer: str
    nuclides: tuple[str, ...]
    goods: str
    medical: str
