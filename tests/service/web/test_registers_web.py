"""Registers over API and console: states, times, reasons, and hits for two persons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.domain.access import Role
from service.web.register_examples import REGISTERS
from service.web.register_schemas import RegistersOut
from tests.service.registers.gateways import Mood, PoliceGateway, serving
from tests.service.web.stand_ins import (
    CODE,
    PASSWORD,
    PLATE,
    Site,
    a_declaration,
    a_registration,
    a_site,
    all_sensors,
)

CLOSED = "hit; two persons must agree to see the details"
DETAILS = ("SIS-77", "stolen vehicle", "seize")
HTML = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def police() -> Iterator[PoliceGateway]:
    gateway = PoliceGateway()
    with serving(gateway):
        yield gateway


@pytest.fixture
def site(tmp_path: Path, police: PoliceGateway) -> Iterator[Site]:
    """A site that asks the police and a list of owners."""
    owners = tmp_path / "owners.csv"
    owners.write_text("code,company\nCSQ,CSQ Lines\n")
    made = a_site(
        tmp_path / "state",
        stolen_objects_url=police.url,
        owner_codes_table=owners,
        registers_timeout_s=10,
        registers_attempts=1,
    )
    yield made
    made.tallyman.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(site.app, follow_redirects=False) as client:
        yield client


def ask(of: Site) -> None:
    of.tallyman.asker.follow()
    assert of.tallyman.asker.settle(timeout_s=15)


def an_inspection(of: Site, client: TestClient, *, asked: bool = True) -> str:
    headers = of.key(Role.ADMIN, name="gate")
    client.post("/v1/declarations", json=a_declaration(), headers=headers)
    client.post("/v1/registrations", json=a_registration(), headers=headers)
    data = {"declaration_ref": "D-1"}
    sent = client.post("/v1/inspections", files=all_sensors(), data=data, headers=headers).json()
    of.work_off()
    if asked:
        ask(of)
    return str(sent["id"])


def got(client: TestClient, visit: str, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/v1/inspections/{visit}/registers", headers=headers)
    assert answer.status_code == 200, answer.text
    return {question["register"]: question for question in answer.json()["questions"]}


def test_the_example_is_an_answer() -> None:
    RegistersOut.model_validate(REGISTERS)


def test_what_is_asked_shows_before_and_after_the_answer(
    client: TestClient, site: Site, police: PoliceGateway
) -> None:
    police.mood = Mood.KNOWS_NOT
    visit = an_inspection(site, client, asked=False)
    key = site.key()
    before = got(client, visit, key)
    assert {(q["subject"], q["said"]) for q in before.values()} == {
        (PLATE, "pending"),
        (CODE, "pending"),
    }
    ask(site)
    after = got(client, visit, key)
    assert (after["stolen_objects"]["said"], after["owner_codes"]["said"]) == ("no_hit", "found")
    assert after["owner_codes"]["words"] == "CSQ Lines"
    assert after["owner_codes"]["found"]["code"] == "CSQ"
    assert after["stolen_objects"]["answered_at"] is not None
    verdict = client.get(f"/v1/inspections/{visit}", headers=key).json()["verdict"]
    assert verdict["verdict"]["advice"] == "release"
    assert "answered" in verdict["cause"]


def test_a_person_has_it_asked_again(client: TestClient, site: Site, police: PoliceGateway) -> None:
    police.mood = Mood.BREAKS
    visit = an_inspection(site, client)
    key = site.key(name="ada")
    question = got(client, visit, key)["stolen_objects"]
    assert (question["said"], question["reason"], question["next_at"]) == (
        "cannot_tell",
        "status 500",
        None,
    )
    police.mood = Mood.KNOWS_NOT
    url = f"/v1/inspections/{visit}/registers/{question['number']}/ask"
    assert client.post(url, headers=site.key(Role.PORT)).status_code == 403
    answer = client.post(url, headers=key)
    assert (answer.status_code, answer.json()["asked_by"]) == (202, "ada")
    ask(site)
    assert got(client, visit, key)["stolen_objects"]["said"] == "no_hit"
    assert site.tallyman.services.registers.audit.lines(limit=1)[0].query.purpose.user == "ada"


def test_details_of_a_hit_open_with_the_second_person(client: TestClient, site: Site) -> None:
    visit = an_inspection(site, client)
    people = {name: site.key(name=name) for name in ("ada", "bob", "eve")}
    number = got(client, visit, people["ada"])["stolen_objects"]["number"]
    url = f"/v1/inspections/{visit}/registers/{number}/view"

    def seen_by(name: str) -> tuple[Any, Any]:
        hit = got(client, visit, people[name])["stolen_objects"]
        return hit["hit"] and hit["hit"]["reference"], hit["hit_closed"]

    assert client.post(url, headers=site.key(Role.AUDITOR)).status_code == 403
    assert client.post(url, headers=people["ada"]).json()["hit"] is None
    assert client.post(url, headers=people["ada"]).json()["hit"] is None
    assert {seen_by(name) for name in people} == {(None, CLOSED)}
    opened = client.post(url, headers=people["bob"])
    assert (opened.status_code, opened.json()["hit"]["action"]) == (201, "seize")
    assert seen_by("ada") == ("SIS-77", None)
    assert seen_by("eve") == (None, CLOSED)
    lines = [line.query for line in site.tallyman.services.registers.audit.lines(limit=100)]
    viewings = [q for q in reversed(lines) if "see what a hit says" in q.purpose.reason]
    assert [(q.purpose.user, q.stage.value, q.outcome) for q in viewings] == [
        ("ada", "asked", ""),
        ("ada", "answered", "agreed; a second person must too"),
        ("ada", "asked", ""),
        ("ada", "answered", "agreed; a second person must too"),
        ("bob", "asked", ""),
        ("bob", "answered", "open"),
    ]
    assert {q.purpose.case for q in viewings} == {visit}


def test_nothing_tells_of_a_hit_before_two_have_agreed(client: TestClient, site: Site) -> None:
    visit = an_inspection(site, client)
    key = site.key(name="ada")
    number = got(client, visit, key)["stolen_objects"]["number"]
    client.post(f"/v1/inspections/{visit}/registers/{number}/view", headers=key)
    for path in ("", "/registers", "/findings", "/papers"):
        shown = client.get(f"/v1/inspections/{visit}{path}", headers=key).text
        assert not any(detail in shown for detail in DETAILS), path
    events = site.tallyman.services.repository.judging_file(visit).events
    assert not any(detail in event.detail for event in events for detail in DETAILS)


def test_what_is_not_there_is_not_found(client: TestClient, site: Site) -> None:
    visit = an_inspection(site, client)
    key, elsewhere = site.key(), site.key(Role.OPERATOR, "south")
    owner = got(client, visit, key)["owner_codes"]["number"]
    base = f"/v1/inspections/{visit}/registers"
    assert client.get(base, headers=elsewhere).status_code == 404
    for verb in ("ask", "view"):
        assert client.post(f"{base}/99/{verb}", headers=key).status_code == 404
        assert client.post(f"{base}/{owner}/{verb}", headers=elsewhere).status_code == 404
        assert client.post(f"{base}/0/{verb}", headers=key).status_code == 422
    assert client.post(f"{base}/{owner}/view", headers=key).status_code == 409


# console


def signed_in(client: TestClient, of: Site, name: str) -> TestClient:
    browser = TestClient(client.app, follow_redirects=False, headers=HTML)
    of.person(name)
    assert browser.post("/login", data={"name": name, "password": PASSWORD}).status_code == 303
    return browser


def page_of(browser: TestClient, visit: str) -> str:
    return browser.get(f"/inspections/{visit}").text


def submit(browser: TestClient, visit: str, verb: str, page: str) -> int:
    form = re.search(rf'action="(/inspections/{visit}/registers/\d+/{verb})"', page)
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert form, page
    assert csrf
    return browser.post(form[1], data={"csrf": csrf[1]}).status_code


def test_the_page_shows_a_hit_closed_and_opens_it_for_two(client: TestClient, site: Site) -> None:
    visit = an_inspection(site, client)
    ada, bob = signed_in(client, site, "ada"), signed_in(client, site, "bob")
    page = page_of(ada, visit)
    assert CLOSED in page
    assert "CSQ Lines" in page
    assert not any(detail in page for detail in DETAILS)
    assert submit(ada, visit, "view", page) == 303
    page = page_of(ada, visit)
    assert "agreed: ada" in page
    assert "Agree to see" not in page
    assert submit(bob, visit, "view", page_of(bob, visit)) == 303
    assert all(detail in page_of(bob, visit) for detail in DETAILS)
    assert all(detail in page_of(ada, visit) for detail in DETAILS)


def test_the_page_says_that_registers_are_still_being_asked(client: TestClient, site: Site) -> None:
    visit = an_inspection(site, client, asked=False)
    ada = signed_in(client, site, "ada")
    assert "Registers still being asked" in page_of(ada, visit)
    assert f"about {PLATE}" in page_of(ada, visit)
    ask(site)
    assert "Registers still being asked" not in page_of(ada, visit)


def test_the_page_says_why_a_register_cannot_tell_and_asks_again(
    client: TestClient, site: Site, police: PoliceGateway
) -> None:
    police.mood = Mood.BABBLES
    visit = an_inspection(site, client)
    ada = signed_in(client, site, "ada")
    page = page_of(ada, visit)
    assert "an answer that cannot be used" in page
    police.mood = Mood.KNOWS_NOT
    assert submit(ada, visit, "ask", page) == 303
    ask(site)
    page = page_of(ada, visit)
    assert "no hit" in page
    assert "for ada" in page


def test_a_form_without_the_session_s_token_asks_no_one(
    client: TestClient, site: Site, police: PoliceGateway
) -> None:
    visit = an_inspection(site, client)
    ada = signed_in(client, site, "ada")
    page = page_of(ada, visit)
    form = re.search(r'action="(/inspections/[^"]+/view)"', page)
    assert form
    assert ada.post(form[1], data={"csrf": "0" * 64}).status_code == 403
    assert police.asked == [PLATE]
