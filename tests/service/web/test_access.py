"""Who may do what: keys, roles and sites."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.domain.access import Role
from tests.service.web.stand_ins import Site, a_declaration, a_registration, a_site, all_sensors


def an_inspection(client: TestClient, of: Site, /, site: str = "main") -> dict[str, Any]:
    headers = of.key(Role.OPERATOR, site, name=f"officer of {site}")
    sent = client.post(
        "/v1/inspections", files=all_sensors(), data={"site": site}, headers=headers
    ).json()
    of.work_off()
    inspection: dict[str, Any] = sent
    return inspection


ROUTES = [
    ("GET", "/v1/inspections"),
    ("POST", "/v1/inspections"),
    ("GET", "/v1/inspections/{id}"),
    ("GET", "/v1/inspections/{id}/findings"),
    ("GET", "/v1/inspections/{id}/files/{sha256}"),
    ("GET", "/v1/inspections/{id}/files/{sha256}/picture"),
    ("GET", "/v1/inspections/{id}/files/{sha256}/pixels"),
    ("GET", "/v1/inspections/{id}/files/{sha256}/overlay"),
    ("GET", "/v1/inspections/{id}/events"),
    ("POST", "/v1/inspections/{id}/decisions"),
    ("POST", "/v1/inspections/{id}/retry"),
    ("POST", "/v1/declarations"),
    ("GET", "/v1/declarations/D-1"),
    ("POST", "/v1/registrations"),
    ("GET", "/v1/registrations/R-1"),
    ("POST", "/v1/analyse/xray"),
    ("GET", "/v1/models"),
    ("GET", "/v1/events"),
]


def address(path: str, inspection: dict[str, Any]) -> str:
    return path.format(id=inspection["id"], sha256=inspection["files"][0]["sha256"])


def body(method: str, path: str) -> dict[str, Any]:
    if method == "GET":
        return {}
    if path.endswith("decisions"):
        return {"json": {"outcome": "hold", "note": "n"}}
    if path.endswith("declarations"):
        return {"json": a_declaration()}
    if path.endswith("registrations"):
        return {"json": a_registration()}
    if path.endswith("retry"):
        return {}
    return {"files": all_sensors()[:1]}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nothing_of_the_api_answers_without_a_key(
    anyone: TestClient, site: Site, method: str, path: str
) -> None:
    inspection = an_inspection(anyone, site)
    before = site.stored()
    for headers in (
        {},
        {"Authorization": "Bearer tm_deadbeef_00"},
        {"Authorization": "Basic dTpw"},
        {"X-API-Key": "tm__"},
    ):
        answer = anyone.request(
            method, address(path, inspection), headers=headers, **body(method, path)
        )
        assert answer.status_code == 401, (headers, answer.text)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    assert site.stored() == before


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"])
def test_health_metrics_and_documentation_need_no_key(anyone: TestClient, path: str) -> None:
    assert anyone.get(path).status_code in {200, 503}


def test_the_key_may_come_in_either_header(anyone: TestClient, site: Site) -> None:
    headers = site.key()
    assert anyone.get("/v1/models", headers=headers).status_code == 200
    key = headers["Authorization"].removeprefix("Bearer ")
    assert anyone.get("/v1/models", headers={"X-API-Key": key}).status_code == 200


def test_a_revoked_key_stops_working_at_once(anyone: TestClient, site: Site) -> None:
    headers = site.key()
    assert anyone.get("/v1/models", headers=headers).status_code == 200
    services = site.tallyman.services
    key_id = headers["Authorization"].split("_")[1]
    services.repository.revoke_api_key(key_id, now=services.clock())
    assert anyone.get("/v1/models", headers=headers).status_code == 401


MAY = {
    "read": set(Role),
    "submit": {Role.OPERATOR, Role.PORT, Role.ADMIN},
    "papers": {Role.OPERATOR, Role.PORT, Role.ADMIN},
    "analyse": {Role.OPERATOR, Role.PORT, Role.ENGINEER, Role.ADMIN},
    "decide": {Role.OPERATOR, Role.ADMIN},
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("what", "route"),
    [
        ("read", ("GET", "/v1/inspections")),
        ("read", ("GET", "/v1/inspections/{id}")),
        ("submit", ("POST", "/v1/inspections")),
        ("papers", ("POST", "/v1/declarations")),
        ("papers", ("POST", "/v1/registrations")),
        ("analyse", ("POST", "/v1/analyse/xray")),
        ("decide", ("POST", "/v1/inspections/{id}/decisions")),
    ],
)
def test_a_role_may_do_what_it_is_granted_and_no_more(
    anyone: TestClient, site: Site, what: str, route: tuple[str, str], role: Role
) -> None:
    method, path = route
    inspection = an_inspection(anyone, site)
    answer = anyone.request(
        method,
        address(path, inspection),
        headers=site.key(role, name=f"a {role.value}"),
        **body(method, path),
    )
    allowed = role in MAY[what]
    assert (answer.status_code < 300) is allowed, answer.text
    if not allowed:
        assert answer.status_code == 403
        assert answer.json()["type"] == "/problems/forbidden"


@pytest.mark.parametrize(
    ("method", "path"),
    [route for route in ROUTES if "{id}" in route[1] and not route[1].endswith("/pixels")],
)
def test_what_belongs_to_another_site_is_not_found(
    anyone: TestClient, site: Site, method: str, path: str
) -> None:
    inspection = an_inspection(anyone, site, "south")
    before = site.stored()[0]["decisions"]
    answer = anyone.request(
        method,
        address(path, inspection),
        headers=site.key(Role.OPERATOR, "north"),
        **body(method, path),
    )
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"
    assert site.stored()[0]["decisions"] == before


def test_the_list_shows_the_own_sites_alone(anyone: TestClient, site: Site) -> None:
    ids = {name: an_inspection(anyone, site, name)["id"] for name in ("north", "south", "west")}
    headers = site.key(Role.AUDITOR, "north", "west")

    def listed(**params: str) -> set[str]:
        rows = anyone.get("/v1/inspections", headers=headers, params=params).json()["items"]
        return {row["id"] for row in rows}

    assert listed() == {ids["north"], ids["west"]}
    assert listed(site="south") == set()


def test_papers_of_another_site_are_neither_filed_nor_found(anyone: TestClient, site: Site) -> None:
    south, north = site.key(Role.PORT, "south"), site.key(Role.PORT, "north")
    papers = a_declaration(site="south")
    assert anyone.post("/v1/declarations", json=papers, headers=north).status_code == 403
    assert anyone.post("/v1/declarations", json=papers, headers=south).status_code == 201
    assert anyone.get("/v1/declarations/D-1", headers=north).status_code == 404
    assert anyone.get("/v1/declarations/D-1", headers=south).status_code == 200


def test_an_upload_to_another_site_is_refused(anyone: TestClient, site: Site) -> None:
    headers = site.key(Role.PORT, "north")
    before = site.stored()
    answer = anyone.post(
        "/v1/inspections", files=all_sensors(), data={"site": "south"}, headers=headers
    )
    assert answer.status_code == 403
    assert site.stored() == before


def test_an_upload_without_a_site_goes_to_the_only_one(anyone: TestClient, site: Site) -> None:
    headers = site.key(Role.PORT, "north")
    sent = anyone.post("/v1/inspections", files=all_sensors(), headers=headers).json()
    assert sent["site"] == "north"


def test_a_register_of_one_site_says_nothing_about_another(anyone: TestClient, site: Site) -> None:
    anyone.post(
        "/v1/registrations",
        json=a_registration(site="south", stolen=True),
        headers=site.key(Role.PORT, "south"),
    )
    inspection = an_inspection(anyone, site, "north")
    headers = site.key(Role.AUDITOR, "north", name="auditor of the north")
    got = anyone.get(f"/v1/inspections/{inspection['id']}", headers=headers).json()
    assert not any("stolen" in reason for reason in got["verdict"]["verdict"]["reasons"])


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Any) -> None:
    made = a_site(tmp_path, requests_per_minute=3)
    with TestClient(made.app) as client:
        headers = made.key()
        answers = [client.get("/v1/models", headers=headers) for _ in range(4)]
        other = client.get("/v1/models", headers=made.key(name="someone else"))
    made.tallyman.close()
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
    assert other.status_code == 200


def test_guessing_keys_is_slowed_down(tmp_path: Any) -> None:
    made = a_site(tmp_path, failed_logins_per_minute=2)
    with TestClient(made.app) as client:
        wrong = {"Authorization": "Bearer tm_deadbeef_00"}
        statuses = [client.get("/v1/models", headers=wrong).status_code for _ in range(4)]
    made.tallyman.close()
    assert statuses == [401, 401, 429, 429]
