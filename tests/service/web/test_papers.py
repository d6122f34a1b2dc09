"""`/v1/declarations` and `/v1/registrations`, before and after the scan."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.service.web.stand_ins import (
    CODE,
    PLATE,
    Site,
    a_declaration,
    a_registration,
    all_sensors,
)


def scanned(api: TestClient, of: Site, /, **fields: Any) -> str:
    url = str(api.post("/v1/inspections", files=all_sensors(), data=fields).json()["url"])
    of.work_off()
    return url


def advice(api: TestClient, url: str) -> str:
    return str(api.get(url).json()["verdict"]["verdict"]["advice"])


def test_papers_that_came_before_the_scan_are_judged_with_it(api: TestClient, site: Site) -> None:
    assert api.post("/v1/declarations", json=a_declaration()).status_code == 201
    assert api.post("/v1/registrations", json=a_registration()).status_code == 201
    assert advice(api, scanned(api, site, declaration_ref="D-1")) == "release"


def test_a_late_declaration_reopens_the_verdict(api: TestClient, site: Site) -> None:
    api.post("/v1/registrations", json=a_registration())
    url = scanned(api, site, declaration_ref="D-1")
    assert advice(api, url) == "review"
    api.post("/v1/declarations", json=a_declaration())
    got = api.get(url).json()
    assert got["verdict"]["number"] == 2
    assert got["verdict"]["cause"] == "declaration D-1 version 1"
    assert advice(api, url) == "release"


def test_a_late_register_entry_reopens_the_verdict_by_its_plate(
    api: TestClient, site: Site
) -> None:
    api.post("/v1/declarations", json=a_declaration())
    url = scanned(api, site, declaration_ref="D-1")
    api.post(f"{url}/decisions", json={"outcome": "examine", "note": "n"})
    assert api.get(url).json()["state"] == "decided"
    api.post("/v1/registrations", json=a_registration(plate="b 714-rdx", stolen=True))
    got = api.get(url).json()
    assert got["state"] == "judged"
    assert advice(api, url) == "hold"
    assert any("stolen" in reason for reason in got["verdict"]["verdict"]["reasons"])


def test_a_late_entry_that_the_upload_named_reopens_it_too(api: TestClient, site: Site) -> None:
    url = scanned(api, site, registration_refs=["R-7"])
    api.post("/v1/registrations", json=a_registration(reference="R-7", plate="XX 1"))
    assert api.get(url).json()["verdict"]["number"] == 2


def test_the_same_paper_again_changes_nothing(api: TestClient, site: Site) -> None:
    api.post("/v1/declarations", json=a_declaration())
    url = scanned(api, site, declaration_ref="D-1")
    before = site.stored()
    again = api.post("/v1/declarations", json=a_declaration())
    assert (again.status_code, again.json()["version"]) == (201, 1)
    assert site.stored() == before
    assert api.get(url).json()["verdict"]["number"] == 1


def test_a_changed_paper_is_a_new_version(api: TestClient) -> None:
    api.post("/v1/declarations", json=a_declaration())
    changed = api.post("/v1/declarations", json=a_declaration(plates=["XX 9"])).json()
    assert changed["version"] == 2
    assert api.get("/v1/declarations/D-1").json() == changed


def test_a_reference_may_have_slashes(api: TestClient) -> None:
    api.post("/v1/declarations", json=a_declaration(reference="2026/DE/0001"))
    assert api.get("/v1/declarations/2026/DE/0001").json()["reference"] == "2026/DE/0001"
    assert api.get("/v1/declarations/2026/DE/0002").status_code == 404


def test_a_code_may_be_written_with_blanks_and_dashes(api: TestClient) -> None:
    papers = a_declaration(containers=[{"code": "csqu 305438-3"}])
    assert api.post("/v1/declarations", json=papers).json()["containers"][0]["code"] == CODE


def test_a_register_entry_is_filed_under_its_plate_by_default(api: TestClient) -> None:
    filed = api.post("/v1/registrations", json=a_registration()).json()
    assert filed["reference"] == PLATE


DECLARATIONS = [
    pytest.param({"colour": "red"}, "colour", id="unknown field"),
    pytest.param({"reference": ""}, "reference", id="empty reference"),
    pytest.param({"reference": "a\u0000b"}, "reference", id="null byte in the reference"),
    pytest.param({"reference": "x" * 201}, "reference", id="reference too long"),
    pytest.param({"site": "a\nb"}, "site", id="line feed in the site"),
    pytest.param({"containers": [{"code": "CSQU3054384"}]}, "containers.0.code", id="check digit"),
    pytest.param({"containers": [{"code": "CSQX3054383"}]}, "containers.0.code", id="no such kind"),
    pytest.param({"containers": [{"code": 7}]}, "containers.0.code", id="a number as code"),
    pytest.param({"containers": {}}, "containers", id="an object where a list is due"),
    pytest.param({"containers": [{"code": CODE}] * 201}, "containers", id="too many containers"),
    pytest.param(
        {"containers": [{"code": CODE, "load": "half"}]}, "containers.0.load", id="unknown load"
    ),
    pytest.param(
        {"containers": [{"code": CODE, "goods": [{"hs_code": "84.31"}]}]},
        "containers.0.goods.0.hs_code",
        id="HS code with a dot",
    ),
    *(
        pytest.param(
            {"containers": [{"code": CODE, "goods": [{"hs_code": "84", "gross_mass_kg": mass}]}]},
            "containers.0.goods.0.gross_mass_kg",
            id=f"mass {mass!r}",
        )
        for mass in ("18000", -1, 1e7, True, [])
    ),
    pytest.param({"plates": ["x" * 21]}, "plates.0", id="plate too long"),
]


@pytest.mark.parametrize(("changes", "field"), DECLARATIONS)
def test_a_wrong_declaration_is_refused_with_the_field(
    api: TestClient, site: Site, changes: dict[str, Any], field: str
) -> None:
    before = site.stored()
    answer = api.post("/v1/declarations", json=a_declaration(**changes))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert site.stored() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"plate": "--"}, "plate", id="plate without letters or digits"),
        pytest.param({"stolen": "no"}, "stolen", id="text where true or false is due"),
        pytest.param({"valid_until": "2026-02-30"}, "valid_until", id="no such day"),
        pytest.param({"owner": "x"}, "owner", id="unknown field"),
    ],
)
def test_a_wrong_register_entry_is_refused_with_the_field(
    api: TestClient, site: Site, changes: dict[str, Any], field: str
) -> None:
    before = site.stored()
    answer = api.post("/v1/registrations", json=a_registration(**changes))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert site.stored() == before
