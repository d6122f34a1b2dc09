"""Examples of live passages for the API's documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_PASSAGE = "0f6d3c52-2b8e-4a77-9a51-5d2f3c9b7e10"
_INSPECTION = "6b1d0f0e-8f5c-4b6e-9d3a-0c5b6f0e2a11"
_SHA256 = "9f2c4a6e8b0d1f3e5a7c9b1d3f5e7a9c0b2d4f6e8a0c1e3d5f7b9a1c3e5d7f9b"

PASSAGE_IN: Json = {
    "site": "main",
    "lane": "3",
    "panels": ["left", "right"],
    "declaration_ref": "25DE000000000001J1",
}
RECORDS_IN: Json = {
    "records": [
        {"sequence": 0, "duration_s": 0.2, "gamma": [412, 398], "neutron": 1, "occupied": False},
        {"sequence": 1, "duration_s": 0.2, "gamma": [371, 380], "neutron": 0, "occupied": True},
    ]
}
OPENED: Json = {
    "id": _PASSAGE,
    "site": "main",
    "lane": "3",
    "received": 0,
    "next_sequence": 0,
    "missing": [],
    "alarms": [],
    "coverage": [],
    "inspection_id": None,
    "url": f"/v1/passages/{_PASSAGE}",
}
LASTING: Json = {
    **OPENED,
    "received": 260,
    "next_sequence": 260,
    "alarms": [
        {
            "occupancy": 1,
            "channel": "gamma",
            "alarm": True,
            "z": 8.4,
            "threshold": 3.43,
            "interval_s": [47.2, 48.8],
            "tests": [{"name": "gross", "z": 8.4, "interval_s": [47.2, 48.8]}],
        }
    ],
    "coverage": [
        {
            "scan_sha256": _SHA256,
            "scan_name": "passage.csv",
            "sensor": "radiation",
            "analysis": "gamma_count",
            "ran": "ran",
            "reason": "",
        }
    ],
}
CLOSED: Json = {
    "id": _PASSAGE,
    "inspection_id": _INSPECTION,
    "inspection_url": f"/v1/inspections/{_INSPECTION}",
}
REQUESTS: Mapping[tuple[str, str], Json] = {
    ("post", "/v1/passages"): PASSAGE_IN,
    ("post", "/v1/passages/{passage_id}/records"): RECORDS_IN,
}
RESPONSES: Mapping[tuple[str, str, str], Json] = {
    ("post", "/v1/passages", "201"): OPENED,
    ("get", "/v1/passages/{passage_id}", "200"): LASTING,
    ("post", "/v1/passages/{passage_id}/records", "200"): LASTING,
    ("post", "/v1/passages/{passage_id}/close", "202"): CLOSED,
}
