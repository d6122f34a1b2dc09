"""Reconciling one visit by itself, as the API and the command line take and give it."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.domain.reconcile.words import Language, in_language
from service.domain.verdict import Advice, RuleOutcome
from service.errors import InvalidInput
from service.usecases.reconcile import NamedFile, Reconciled, SensedVisit
from vision.findings import Analysis

MOST_FILES, MOST_EARLIER = 200, 50
_ANALYSIS: TypeAdapter[Analysis] = TypeAdapter(Analysis)


class FileIn(BaseModel):
    """A file as text, or in base64 if it is not UTF-8."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    text: str | None = None
    base64: str | None = None

    def to_file(self) -> NamedFile:
        """Raises: InvalidInput: neither or both are there, or it is no base64."""
        if (self.text is None) == (self.base64 is None):
            raise InvalidInput("give text or base64", field=self.name)
        if self.text is not None:
            return NamedFile(name=self.name, data=self.text.encode())
        try:
            data = b64decode(self.base64 or "", validate=True)
        except (binascii.Error, ValueError) as problem:
            raise InvalidInput("this is no base64", field=self.name) from problem
        return NamedFile(name=self.name, data=data)


class SensedIn(BaseModel):
    """`analysis` as `tallyman inspect --json` gives it, or of `GET …/findings`."""

    model_config = ConfigDict(extra="forbid")

    analysis: dict[str, Any]
    captured_at: datetime
    lane: Annotated[str, Field(max_length=100)] = ""

    def to_visit(self) -> SensedVisit:
        if self.captured_at.tzinfo is None:
            raise InvalidInput("a time needs its offset from UTC", field="captured_at")
        analysis = analysis_of(self.analysis, name="analysis")
        return SensedVisit(analysis=analysis, captured_at=self.captured_at, lane=self.lane)


class ReconcileIn(SensedIn):
    """`registers` are vehicles.csv, owner_codes.csv, aeo.csv; `history` are earlier visits."""

    papers: Annotated[list[FileIn], Field(max_length=MOST_FILES)] = []
    registers: Annotated[list[FileIn], Field(max_length=MOST_FILES)] = []
    history: Annotated[list[SensedIn], Field(max_length=MOST_EARLIER)] = []


class RefusedOut(BaseModel):
    name: str
    reason: str


class UnjoinedOut(BaseModel):
    """A paper that was taken, but that the visit is not judged by."""

    name: str
    paper: str
    reason: str


class ReconciledOut(BaseModel):
    """The verdict; `taken` are files whose papers were filed, `unjoined` those of them that do not
    belong to this visit.
    """

    advice: Advice
    reasons: list[str]
    outcomes: list[RuleOutcome]
    policy: str
    taken: list[str]
    refused: list[RefusedOut]
    unjoined: list[UnjoinedOut] = []


def reconciled_out(found: Reconciled, language: Language = Language.ENGLISH) -> ReconciledOut:
    verdict = in_language(found.verdict, language)
    return ReconciledOut(
        advice=verdict.advice,
        reasons=list(verdict.reasons),
        outcomes=list(verdict.outcomes),
        policy=verdict.policy,
        taken=list(found.taken),
        refused=[RefusedOut(name=name, reason=reason) for name, reason in found.refused],
        unjoined=[
            UnjoinedOut(name=one.name, paper=one.paper, reason=one.reason) for one in found.unjoined
        ],
    )


def read_analysis(data: bytes, *, name: str) -> Analysis:
    """An analysis from JSON. Raises: InvalidInput: it is none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise InvalidInput("this is no JSON", field=name) from problem
    return analysis_of(document, name=name)


def analysis_of(document: Any, *, name: str) -> Analysis:
    """From a report of `tallyman inspect`, an answer of the API, or an analysis as stored.

    Raises:
        InvalidInput: it is none of them.
    """
    try:
        found = document.get("analysis", document) if isinstance(document, Mapping) else {}
        return _ANALYSIS.validate_python(
            {
                "findings": [
                    {key: value for key, value in finding.items() if key != "id"}
                    for finding in found["findings"]
                ],
                "coverage": found.get("coverage", []),
                "lineup": found.get("lineup", []),
            }
        )
    except (KeyError, TypeError, AttributeError, ValidationError, RecursionError) as problem:
        reason = "this is no analysis as `tallyman inspect --json` gives it"
        raise InvalidInput(reason, field=name) from problem
