"""Scans that were ordered: kept, cancelled, made by a visit, or told as missed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from service.domain.access import Role
from service.errors import InvalidInput
from service.registers_wiring import utc_now
from service.usecases.scan_orders import OrderState
from tests.builders import ADMIN
from tests.service.web.stand_ins import CODE, Site
from tests.service.web.test_inspections import judged
from vision.scan import ScanKind


def order(api: TestClient, subject: str = CODE, **parts: object) -> dict[str, object]:
    body = {"subject": subject, "due": (utc_now() + timedelta(hours=1)).isoformat(), **parts}
    answer = api.post("/v1/scan-orders", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def test_a_visit_makes_the_scan_that_was_ordered(api: TestClient, site: Site) -> None:
    made = order(api, "csqu 305438-3", reason="profile 14")
    assert (made["subject"], made["state"]) == (CODE, "open")
    inspection = judged(api, site)
    (outcome,) = [
        o for o in inspection["verdict"]["verdict"]["outcomes"] if o["rule"] == "missed_scan"
    ]
    assert outcome["result"] == "match"
    after = api.get(f"/v1/scan-orders/{made['number']}").json()
    assert (after["state"], after["made_by"]) == ("made", inspection["id"])
    assert api.delete(f"/v1/scan-orders/{made['number']}").status_code == 409


def test_a_visit_that_leaves_out_the_scan_waits_and_a_cancelled_order_asks_nothing(
    api: TestClient, site: Site
) -> None:
    open_one = order(api, sensor="radiation")
    taken_back = order(api, sensor="photo")
    gone = api.delete(f"/v1/scan-orders/{taken_back['number']}")
    assert (gone.json()["state"], gone.status_code) == ("cancelled", 200)
    assert api.delete(f"/v1/scan-orders/{taken_back['number']}").status_code == 200
    verdict = judged(api, site)["verdict"]["verdict"]
    said = [(o["subject"], o["result"]) for o in verdict["outcomes"] if o["rule"] == "missed_scan"]
    assert [subject for subject, _ in said] == [f"{CODE} radiation"]
    listed = api.get("/v1/scan-orders").json()
    assert [entry["number"] for entry in listed] == [taken_back["number"], open_one["number"]]


def test_an_order_that_nobody_follows_is_missed_once_it_is_due(site: Site) -> None:
    orders = site.tallyman.services.scan_orders
    due = utc_now() + timedelta(minutes=5)
    made = orders.order(CODE, sensor=ScanKind.XRAY, due=due, reason="", site="main", caller=ADMIN)
    assert made.state(due) is OrderState.OPEN
    assert made.state(due + timedelta(seconds=1)) is OrderState.MISSED
    late = due + timedelta(minutes=1)
    (told,) = orders.store.concerning({CODE}, site="main", at=late)
    assert told.due == due
    assert orders.store.concerning({CODE}, site="south", at=late) == ()
    assert orders.store.concerning({CODE}, site="main", at=due + timedelta(days=30)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"subject": "---"}, id="nothing to read"),
        pytest.param({"due": "2020-01-01T00:00:00Z"}, id="in the past"),
        pytest.param({"due": "2026-11-25T10:00:00"}, id="without a zone"),
        pytest.param({"sensor": "nose"}, id="no such sensor"),
        pytest.param({"more": 1}, id="an unknown field"),
    ],
)
def test_a_wrong_order_is_refused_with_a_problem(api: TestClient, wrong: dict[str, object]) -> None:
    due = (utc_now() + timedelta(hours=1)).isoformat()
    answer = api.post("/v1/scan-orders", json={"subject": CODE, "due": due, **wrong})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.get("/v1/scan-orders").json() == []


def test_orders_of_other_sites_are_not_seen(anyone: TestClient, site: Site) -> None:
    due = utc_now() + timedelta(hours=1)
    orders = site.tallyman.services.scan_orders
    made = orders.order(CODE, sensor=ScanKind.XRAY, due=due, reason="", site="x", caller=ADMIN)
    anyone.headers.update(site.key(Role.PORT, "south"))
    assert anyone.get(f"/v1/scan-orders/{made.number}").status_code == 404
    assert anyone.delete(f"/v1/scan-orders/{made.number}").status_code == 404
    assert anyone.get("/v1/scan-orders").json() == []
    body = {"subject": CODE, "due": due.isoformat(), "site": "x"}
    assert anyone.post("/v1/scan-orders", json=body).status_code == 403
    with pytest.raises(InvalidInput):
        orders.order(
            CODE,
            sensor=ScanKind.XRAY,
            due=due.replace(tzinfo=None),
            reason="",
            site="x",
            caller=ADMIN,
        )
