"""Examples for the API's documentation; a test reads each with the model that it is one of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.web import budget_examples, paper_examples, passage_examples, register_examples

Json = dict[str, Any]
_ID = "6b1d0f0e-8f5c-4b6e-9d3a-0c5b6f0e2a11"
_AT = "2026-11-24T08:30:00Z"
_SHA256 = "9f2c4a6e8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a0c1e3d5f7b9a1c3e5d7f9b"
_MODEL_SHA256 = "1c3e5d7f9b9f2c4a6e8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a0c1e3d5f7b9a"
_FILE = f"/v1/inspections/{_ID}/files/{_SHA256}"

DECLARATION: Json = {
    "reference": "25DE000000000001J1",
    "site": "main",
    "plates": ["B 123 ABC"],
    "containers": [
        {
            "code": "CSQU3054383",
            "size_type": "22G1",
            "load": "loaded",
            "goods": [{"hs_code": "310420", "description": "potash", "gross_mass_kg": 21500}],
        }
    ],
}
REGISTRATION: Json = {
    "site": "main",
    "plate": "B 123 ABC",
    "country": "D",
    "make": "MAN",
    "model": "TGX",
    "colour": "white",
    "valid_until": "2027-06-30",
    "stolen": False,
}
DECISION: Json = {
    "outcome": "hold",
    "note": "Seal broken; container to bay 4.",
    "verdict_number": 1,
}

_PROVENANCE: Json = {
    "model": "container-finder",
    "version": "1",
    "sha256": _MODEL_SHA256,
    "threshold": 0.4,
}
_COVERAGE: Json = {
    "scan_sha256": _SHA256,
    "scan_name": "side-view.png",
    "sensor": "xray",
    "analysis": "containers",
    "ran": "ran",
    "reason": "",
}
_VERDICT: Json = {
    "number": 1,
    "analysis_number": 1,
    "reached_at": _AT,
    "cause": "analysed",
    "verdict": {
        "advice": "hold",
        "reasons": ["Declared empty, but the scan shows it loaded."],
        "outcomes": [
            {
                "rule": "load_declared",
                "version": "1",
                "result": "mismatch",
                "severity": 4,
                "subject": "container f2",
                "expected": "empty",
                "observed": "loaded (probability loaded 99 %)",
                "sentence": "Declared empty, but the scan shows it loaded.",
                "source": "xray",
                "findings": [2],
                "said": None,
                "score": None,
                "limit": None,
                "advisory": False,
            }
        ],
        "policy": "default@1#edd247e4e02c",
        "declaration_version": 1,
        "said": [None],
        "suspicion": {
            "probability": 0.23,
            "low": 0.09,
            "high": 0.48,
            "expected_loss": 115_000.0,
            "contributions": [{"source": "xray", "log_ratio": 5.0, "rules": ["load_declared"]}],
        },
        "chosen_at_random": None,
    },
}
RECEIVED: Json = {
    "id": _ID,
    "site": "main",
    "lane": "3",
    "state": "received",
    "captured_at": _AT,
    "received_at": _AT,
    "declaration_ref": "25DE000000000001J1",
    "registration_refs": [],
    "attempts": 0,
    "failure": "",
    "files": [
        {
            "sha256": _SHA256,
            "name": "side-view.png",
            "kind": "xray",
            "media_type": "image/png",
            "size_bytes": 482133,
            "url": _FILE,
            "picture_url": f"{_FILE}/picture",
            "overlay_url": f"{_FILE}/overlay",
        }
    ],
    "verdict": None,
    "decisions": [],
    "coverage": [],
    "url": f"/v1/inspections/{_ID}",
}
JUDGED: Json = {
    **RECEIVED,
    "state": "judged",
    "attempts": 1,
    "verdict": _VERDICT,
    "coverage": [_COVERAGE],
}
DECIDED: Json = {
    **JUDGED,
    "state": "decided",
    "decisions": [{"number": 1, "by": "officer", "at": _AT, **DECISION}],
}
PAGE: Json = {
    "items": [
        {
            "id": _ID,
            "site": "main",
            "lane": "3",
            "state": "judged",
            "captured_at": _AT,
            "advice": "hold",
            "expected_loss": 115_000.0,
            "reasons": ["Declared empty, but the scan shows it loaded."],
            "container_codes": ["CSQU3054383"],
            "plates": ["B123ABC"],
            "url": f"/v1/inspections/{_ID}",
        }
    ],
    "next": "MTc2Mzk3MzAwMDAwMDAwMDo2YjFkMGYwZQ==",
}
FINDINGS: Json = {
    "analysis_number": 1,
    "findings": [
        {
            "id": "f0",
            "kind": "load_state",
            "load": "loaded",
            "probability_loaded": 0.99,
            "evidence": {
                "scan_sha256": _SHA256,
                "box": {"x1": 380.0, "y1": 34.0, "x2": 1040.0, "y2": 372.0},
                "quad": None,
                "interval_s": None,
            },
            "provenance": _PROVENANCE,
        }
    ],
    "coverage": [_COVERAGE],
    "lineup": [_PROVENANCE],
}
_FILED: Json = {"version": 1}
FILED_DECLARATION: Json = {
    **DECLARATION,
    **_FILED,
    "containers": [
        {
            **DECLARATION["containers"][0],
            "goods": [
                {**DECLARATION["containers"][0]["goods"][0], "un_number": None, "packages": None}
            ],
            "seals": [],
            "gross_mass_kg": None,
        }
    ],
    "goods": [],
    "seals": [],
    "total_packages": None,
    "total_gross_mass_kg": None,
}
FILED_REGISTRATION: Json = {
    **REGISTRATION,
    **_FILED,
    "reference": "B 123 ABC",
    "category": "",
    "vin": "",
    "first_registration": None,
    "exported": None,
}

REQUESTS: Mapping[tuple[str, str], Json] = {
    ("post", "/v1/declarations"): DECLARATION,
    ("post", "/v1/registrations"): REGISTRATION,
    ("post", "/v1/inspections/{inspection_id}/decisions"): DECISION,
    **passage_examples.REQUESTS,
    **budget_examples.REQUESTS,
}
ALIKE: Json = {
    "inspection_id": "0193f0c4-7a52-7000-8000-000000000002",
    "captured_at": "2026-11-20T08:30:00Z",
    "heading": "0803",
    "likeness": 0.91,
    "same_heading": True,
    "same_box": False,
    "container_code": "MSCU6639870",
    "reference": "26DE000000000000X1",
    "model": "cargo-look 1",
    "picture": "/v1/inspections/0193f0c4-7a52-7000-8000-000000000002/files/9f…/picture",
}
RESPONSES: Mapping[tuple[str, str, str], Any] = {
    ("post", "/v1/inspections", "202"): RECEIVED,
    ("post", "/v1/inspections", "201"): JUDGED,
    ("get", "/v1/inspections", "200"): PAGE,
    ("get", "/v1/inspections/{inspection_id}", "200"): JUDGED,
    ("get", "/v1/inspections/{inspection_id}/findings", "200"): FINDINGS,
    ("post", "/v1/inspections/{inspection_id}/decisions", "201"): DECIDED,
    ("post", "/v1/inspections/{inspection_id}/retry", "202"): RECEIVED,
    ("post", "/v1/analyse/{kind}", "200"): {**FINDINGS, "analysis_number": None},
    ("post", "/v1/declarations", "201"): FILED_DECLARATION,
    ("get", "/v1/declarations/{reference}", "200"): FILED_DECLARATION,
    ("post", "/v1/registrations", "201"): FILED_REGISTRATION,
    ("get", "/v1/registrations/{reference}", "200"): FILED_REGISTRATION,
    ("get", "/v1/inspections/{inspection_id}/alike", "200"): [ALIKE],
    **paper_examples.RESPONSES,
    ("get", "/v1/goods", "200"): paper_examples.GOODS,
    **passage_examples.RESPONSES,
    **register_examples.RESPONSES,
    **budget_examples.RESPONSES,
    ("get", "/v1/models", "200"): [_PROVENANCE],
    ("get", "/healthz", "200"): {"status": "alive"},
    ("get", "/readyz", "200"): {"ready": True, "problems": []},
    ("get", "/readyz", "503"): {"ready": False, "problems": ["the models are being opened"]},
}
_EVENT = (
    "retry: 2000\n\n"
    "id: 17\nevent: judged\n"
    f'data: {{"sequence":17,"inspection_id":"{_ID}","at":"{_AT}","name":"judged",'
    '"detail":"hold: analysed"}\n\n'
)
_FILE_PATH = "/v1/inspections/{inspection_id}/files/{sha256}"
_BINARY: Json = {"schema": {"type": "string", "format": "binary"}}
# What does not answer with JSON: path -> media types of 200.
MEDIA: Mapping[str, Json] = {
    _FILE_PATH: {"application/octet-stream": _BINARY},
    f"{_FILE_PATH}/picture": {"image/png": _BINARY, "image/jpeg": _BINARY, "image/svg+xml": {}},
    f"{_FILE_PATH}/overlay": {"image/png": _BINARY, "image/jpeg": _BINARY, "image/svg+xml": {}},
    f"{_FILE_PATH}/pixels": {"image/png": _BINARY},
    "/v1/inspections/{inspection_id}/events": {"text/event-stream": {"example": _EVENT}},
    "/v1/events": {"text/event-stream": {"example": _EVENT}},
    "/metrics": {"text/plain": {"example": "tallyman_requests_total{...} 3.0\n"}},
}
DESCRIPTIONS: Mapping[tuple[str, str, str], str] = {
    ("post", "/v1/inspections", "201"): "Analysed and judged within the time of Prefer: wait",
    ("post", "/v1/inspections", "202"): "Stored and queued; Location says where to look",
    ("get", "/readyz", "503"): "Not ready; `problems` says what is missing",
}
