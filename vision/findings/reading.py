"""What was read in photographs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from vision.findings.evidence import Evidence, Provenance


class Subject(StrEnum):
    """What a reading is a reading of.

    ORANGE_PLATE reads as hazard number, stroke, UN number ("33/1203"), PLACARD as the class
    ("3", "2.1") that it shows.
    """

    CONTAINER_CODE = "container_code"
    SIZE_TYPE = "size_type"
    PLATE = "plate"
    SEAL = "seal"
    ORANGE_PLATE = "orange_plate"
    PLACARD = "placard"


class Orientation(StrEnum):
    """How the text runs in the picture."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    MULTI_LINE = "multi_line"


class CheckDigit(StrEnum):
    """NOT_SEEN: the picture did not show the digit, so it proves nothing."""

    CORRECT = "correct"
    WRONG = "wrong"
    NOT_SEEN = "not_seen"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another text that the picture might show."""

    text: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text that was read. `accepted` is False when the reader abstains: `text` is then its
    best guess for a person, and no rule may rely on it.

    `weakest` is the lowest score of any character or part; for a code the minimum counts,
    not the mean. `supplied` are the places (from 0) of characters that the grammar put in and the
    picture does not show. `probability` is how often readings like this are right; None where
    that was never measured.
    """

    evidence: Evidence
    provenance: Provenance
    subject: Subject
    text: str
    accepted: bool
    score: float
    weakest: float
    orientation: Orientation
    check_digit: CheckDigit = CheckDigit.NOT_APPLICABLE
    country: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    supplied: tuple[int, ...] = ()
    probability: float | None = None
    note: str = ""
    kind: Literal["reading"] = "reading"
