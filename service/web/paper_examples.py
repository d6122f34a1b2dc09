"""Examples of papers for the API's documentation; a test reads each with its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
_ID = "6b1d0f0e-8f5c-4b6e-9d3a-0c5b6f0e2a11"
_AT = "2026-11-24T08:30:00Z"
_SHA256 = "1c389235a28816a705cad9b89dc03dc06b296164906c89299a0a9cfa01da9b08"
_MRN = "25DE000000000001J1"

IMPORTED: Json = {
    "files": [
        {
            "name": "declarations.json",
            "sha256": _SHA256,
            "source": "tallyman_json",
            "taken": 1,
            "doubled": 0,
            "refused": 1,
            "lines": [
                {
                    "outcome": "refused",
                    "title": "",
                    "where": "line 2 containers",
                    "reason": "expected a list",
                    "kind": None,
                    "reference": None,
                    "arrival": None,
                },
                {
                    "outcome": "taken",
                    "title": f"import declaration {_MRN}",
                    "where": "line 1",
                    "reason": "",
                    "kind": "import_declaration",
                    "reference": _MRN,
                    "arrival": 1,
                },
            ],
            "lines_left_out": 0,
            "doubts": [],
            "problem": None,
        }
    ]
}
PAPER: Json = {
    "kind": "import_declaration",
    "reference": _MRN,
    "site": "main",
    "cancelled": False,
    "by_arrival": False,
    "contradicted_by": [],
    "counts": 1,
    "body_type": "Consignment",
    "body": {"equipment": [{"code": "CSQU3054383", "load": "loaded"}]},
    "field_origins": {"equipment.0.code": "containers[0].code"},
    "aliases": [],
    "findings": [],
    "journey": None,
    "versions": [
        {
            "arrival": 1,
            "function": "original",
            "number": None,
            "issued_at": None,
            "filed_at": _AT,
            "origin": {
                "file_sha256": _SHA256,
                "file_name": "declarations.json",
                "source": "tallyman_json",
                "where": "line 1",
            },
        }
    ],
    "url": f"/v1/papers/import_declaration/{_MRN}",
}
VISIT: Json = {
    "inspection_id": _ID,
    "joined": [
        {
            "subject": f"import_declaration/{_MRN}",
            "slot": "shared",
            "standing": "certain",
            "score": 9.0,
            "margin": None,
            "reasons": [{"because": "same_container", "detail": "CSQU3054383", "weight": 9.0}],
            "rival_visits": [],
            "rival_subjects": [],
            "correction": None,
            "paper": PAPER,
        }
    ],
    "corrections": [],
    "findings": [
        {
            "check": "description_heading",
            "result": "mismatch",
            "severity": 2,
            "subject": "item 1",
            "expected": "690721",
            "observed": "0207",
            "expected_at": {"reference": _MRN, "path": "goods.0.hs_code"},
            "observed_at": {"reference": _MRN, "path": "goods.0.description"},
            "sentence": "Item 1, “frozen chicken wings”: description suggests heading 0207 (95%), "
            "declared 690721.",
        }
    ],
}
GOODS: Json = {
    "text": "frozen chicken wings",
    "alphabet": "Latin",
    "heading": "0207",
    "group": "meat",
    "probability": 0.9483,
    "abstention": None,
    "reason": "Read as 'frozen chicken' (en).",
    "candidates": [
        {
            "heading": "0207",
            "description": "Meat and edible offal of poultry, fresh, chilled or frozen",
            "group": "meat",
            "score": 0.811,
            "term": "frozen chicken",
            "language": "en",
        }
    ],
    "stated_codes": [],
    "stated_un": [],
}
RESPONSES: Mapping[tuple[str, str, str], Json] = {
    ("post", "/v1/papers", "200"): IMPORTED,
    ("post", "/v1/papers", "201"): IMPORTED,
    ("get", "/v1/papers", "200"): {"papers": [PAPER]},
    ("get", "/v1/papers/{kind}/{reference}", "200"): PAPER,
    ("get", "/v1/inspections/{inspection_id}/papers", "200"): VISIT,
    ("post", "/v1/inspections/{inspection_id}/papers/corrections", "201"): VISIT,
}
