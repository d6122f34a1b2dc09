"""Examples of control results and budgets for the API's documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
CONTROL: Json = {"outcome": "found", "what": "12 master cases of cigarettes behind furniture"}
CONTROLLED: Json = {
    "number": 1,
    "outcome": "found",
    "by": "ada",
    "at": "2026-11-24T09:10:00Z",
    "what": "12 master cases of cigarettes behind furniture",
}
WORD: Json = {"state": "advisory", "reason": "the scale of lane 2 is being repaired"}
STANDING: Json = {
    "site": "main",
    "rule": "mass_on_scale",
    "title": "Mass on the scale",
    "state": "advisory",
    "promised": 0.002,
    "clean": 2_140,
    "false_alarms": 19,
    "observed": 0.008878504672897196,
    "observed_low": 0.005353,
    "observed_high": 0.013828,
    "limit": 1.31,
    "calibrated_on": 2_140,
    "drift_z": 5.2,
    "by": "",
    "said_by": "",
    "cause": "19 false alarms on 2140 clean loads",
    "at": "2026-11-24T09:12:00Z",
}
ORDER: Json = {"subject": "CSQU3054383", "due": "2026-11-25T18:00:00Z", "reason": "profile 14"}
ORDERED: Json = {
    "number": 7,
    "site": "main",
    "subject": "CSQU3054383",
    "sensor": "xray",
    "state": "open",
    "ordered_at": "2026-11-24T09:10:00Z",
    "due": "2026-11-25T18:00:00Z",
    "reason": "profile 14",
    "ordered_by": "targeting",
    "cancelled_at": None,
    "cancelled_by": "",
    "made_by": None,
}
_CANCELLED: Json = {
    **ORDERED,
    "state": "cancelled",
    "cancelled_at": "2026-11-24T10:00:00Z",
    "cancelled_by": "targeting",
}
_CONTROLS = "/v1/inspections/{inspection_id}/control-results"
RECONCILE: Json = {
    "analysis": {
        "findings": [],
        "coverage": [
            {
                "scan_sha256": "9f" * 32,
                "scan_name": "side.png",
                "sensor": "xray",
                "analysis": "read",
                "ran": "failed",
                "reason": "the file is cut",
            }
        ],
        "lineup": [],
    },
    "captured_at": "2026-11-24T08:30:00Z",
    "papers": [{"name": "declaration.csv", "text": "reference,container,hs_code\n26DE1,…"}],
}
RECONCILED: Json = {
    "advice": "review",
    "reasons": ["X-ray: read: the file is cut. That is not clear, it is unknown."],
    "outcomes": [],
    "policy": "default@2#1f4a0c7be0aa",
    "taken": ["declaration.csv", "ticket.csv"],
    "refused": [],
    "unjoined": [
        {
            "name": "ticket.csv",
            "paper": "weighbridge ticket W-7",
            "reason": "it names B714RDX; the visit shows CSQU3054383",
        }
    ],
}
REQUESTS: Mapping[tuple[str, str], Json] = {
    ("post", _CONTROLS): CONTROL,
    ("post", "/v1/reconcile"): RECONCILE,
    ("post", "/v1/scan-orders"): ORDER,
    ("post", "/v1/budgets/{site}/{rule}"): WORD,
}
RESPONSES: Mapping[tuple[str, str, str], Any] = {
    ("post", _CONTROLS, "201"): CONTROLLED,
    ("get", _CONTROLS, "200"): [CONTROLLED],
    ("get", "/v1/budgets", "200"): [STANDING],
    ("post", "/v1/reconcile", "200"): RECONCILED,
    ("post", "/v1/scan-orders", "201"): ORDERED,
    ("get", "/v1/scan-orders", "200"): [ORDERED],
    ("get", "/v1/scan-orders/{number}", "200"): ORDERED,
    ("delete", "/v1/scan-orders/{number}", "200"): _CANCELLED,
    ("get", "/v1/budgets/{site}/{rule}", "200"): [STANDING],
    ("post", "/v1/budgets/{site}/{rule}", "200"): STANDING,
}
