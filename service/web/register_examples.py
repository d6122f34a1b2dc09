"""Examples of questions to registers for the API's documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_ID = "6b1d0f0e-8f5c-4b6e-9d3a-0c5b6f0e2a11"
_AT = "2026-11-24T08:30:00Z"
_QUESTION: Json = {
    "number": 1,
    "register": "eucaris",
    "kind": "vehicle",
    "subject": "B123ABC",
    "country": "DE",
    "said": "cannot_tell",
    "reason": "no answer within 3 s",
    "words": "",
    "found": None,
    "hit": None,
    "hit_closed": None,
    "viewers": [],
    "planned_at": _AT,
    "answered_at": "2026-11-24T08:30:03Z",
    "asked": 1,
    "asked_by": "service",
    "next_at": "2026-11-24T08:30:08Z",
}
HIT: Json = {
    **_QUESTION,
    "number": 2,
    "register": "stolen_objects",
    "kind": "sought",
    "said": "hit",
    "reason": "",
    "hit_closed": "hit; two persons must agree to see the details",
    "viewers": ["ada"],
    "next_at": None,
}
REGISTERS: Json = {
    "inspection_id": _ID,
    "configured": ["eucaris", "stolen_objects"],
    "questions": [_QUESTION, HIT],
}
_PATH = "/v1/inspections/{inspection_id}/registers"
RESPONSES: Mapping[tuple[str, str, str], Json] = {
    ("get", _PATH, "200"): REGISTERS,
    ("post", f"{_PATH}/{{number}}/ask", "202"): {**_QUESTION, "asked_by": "ada"},
    ("post", f"{_PATH}/{{number}}/view", "201"): HIT,
}
