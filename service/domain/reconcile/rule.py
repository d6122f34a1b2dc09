"""What a rule is: its place in the catalogue, and the evidence that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Evidence that stands or falls together; two rules of one source do not count twice."""

    PHOTO = "photo"
    XRAY = "xray"
    RADIATION = "radiation"
    SCALE = "scale"
    PAPERS = "papers"
    REGISTERS = "registers"
    MOVEMENTS = "movements"
    POSITIONS = "positions"
    HISTORY = "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`number` is that of the catalogue (several names may share one). `version` goes up with
    every change that can change an outcome. `source` is what most of its outcomes rest on.
    `calibrates` names the limit of the policy that its score is compared with, where a site may
    set it by its own clean traffic.
    """

    number: int
    name: str
    source: Source
    version: str = "1"
    calibrates: str | None = None
