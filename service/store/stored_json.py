"""Domain objects as JSON text and back; pydantic checks what comes back."""

from __future__ import annotations

import json
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from service.domain.decision import OperatorDecision
from service.domain.declaration import Declaration
from service.domain.inspection import EvidenceFile
from service.domain.registration import Registration
from service.domain.verdict import StoredVerdict
from vision.findings import Analysis

_T = TypeVar("_T")


class Codec(Generic[_T]):
    """Both directions for one type."""

    def __init__(self, kind: type[_T]) -> None:
        self._adapter: TypeAdapter[_T] = TypeAdapter(kind)

    def dump(self, value: _T) -> str:
        """Raises: ValueError: a number that is not finite, which could not be read back."""
        plain = self._adapter.dump_python(value, mode="json")
        return json.dumps(plain, allow_nan=False, ensure_ascii=False, separators=(",", ":"))

    def load(self, text: str) -> _T:
        return self._adapter.validate_json(text)


ANALYSIS = Codec(Analysis)
VERDICT = Codec(StoredVerdict)
DECISION = Codec(OperatorDecision)
DECLARATION = Codec(Declaration)
REGISTRATION = Codec(Registration)
FILES = Codec(tuple[EvidenceFile, ...])
STRINGS = Codec(tuple[str, ...])
