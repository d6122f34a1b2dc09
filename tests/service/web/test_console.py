"""The console's pages: what they show, what their forms do, and who gets in."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.domain.access import Role
from service.domain.verdict import Advice
from service.web.app import create_app
from service.web.sessions import COOKIE
from tests.service.web import scans
from tests.service.web.stand_ins import (
    CODE,
    HTML,
    PASSWORD,
    PLATE,
    Site,
    a_declaration,
    a_registration,
    a_site,
    all_sensors,
    as_json,
    sign_in,
)
from vision.findings import Load


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def an_inspection(of: Site, client: TestClient, **fields: str) -> str:
    headers = of.key(Role.ADMIN, name="gate")
    sent = client.post("/v1/inspections", files=all_sensors(), data=fields, headers=headers)
    of.work_off()
    return str(sent.json()["id"])


# what was measured


def test_what_was_measured_stands_below_its_picture_with_model_and_threshold(
    officer: TestClient, site: Site
) -> None:
    page = officer.get(f"/inspections/{an_inspection(site, officer)}").text
    assert re.search(r'title="stub 1, threshold 0.5">load state <b>loaded, score', page)
    assert "scan quality <b>acceptable" in page


# getting in


def test_pages_lead_to_sign_in_and_back(anyone: TestClient, site: Site) -> None:
    site.person("ada")
    asked = anyone.get("/upload", headers=HTML)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=/upload")
    page = anyone.get(asked.headers["location"])
    assert 'name="next" value="/upload"' in page.text
    form = {"name": "ada", "password": PASSWORD, "next": "/upload"}
    answer = anyone.post("/login", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/upload")
    assert anyone.get("/upload").status_code == 200


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere", "x", "/\r\nX: y"],
)
def test_sign_in_never_leads_to_another_server(anyone: TestClient, site: Site, target: str) -> None:
    site.person("ada")
    form = {"name": "ada", "password": PASSWORD, "next": target}
    assert anyone.post("/login", data=form).headers["location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("eve", PASSWORD), ("", ""), ("a\0da", "x")]
)
def test_a_wrong_sign_in_says_no_more_than_that(
    anyone: TestClient, site: Site, name: str, password: str
) -> None:
    site.person("ada")
    answer = anyone.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text
    assert COOKIE not in answer.cookies


def test_guessing_passwords_is_slowed_down(tmp_path: Path) -> None:
    made = a_site(tmp_path, failed_logins_per_minute=3)
    made.person("ada")
    with TestClient(made.app, follow_redirects=False) as client:
        statuses = [sign_in(client, password="wrong") for _ in range(4)]
        right = client.post("/login", data={"name": "ada", "password": PASSWORD})
    made.tallyman.close()
    assert statuses == [401, 401, 401, 429]
    assert right.status_code == 429
    assert 1 <= int(right.headers["Retry-After"]) <= 60


def test_another_page_cannot_sign_someone_in(anyone: TestClient, site: Site) -> None:
    site.person("ada")
    form = {"name": "ada", "password": PASSWORD}
    answer = anyone.post("/login", data=form, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    own = anyone.post("/login", data=form, headers={"Origin": "http://testserver"})
    assert own.status_code == 303


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    anyone: TestClient, site: Site
) -> None:
    site.person("ada")
    answer = anyone.post("/login", data={"name": "ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "max-age=43200" in cookie
    assert "secure" not in cookie


def test_behind_tls_the_cookie_is_secure_and_the_browser_keeps_to_tls(tmp_path: Path) -> None:
    made = a_site(tmp_path, secure_cookies=True)
    made.person("ada")
    with TestClient(made.app, follow_redirects=False) as client:
        answer = client.post("/login", data={"name": "ada", "password": PASSWORD})
    made.tallyman.close()
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("cookie", ["x", "a.b.c", "", "e30.x.y", "\\u0000"])
def test_a_forged_cookie_is_no_session(anyone: TestClient, cookie: str) -> None:
    anyone.cookies.set(COOKIE, cookie)
    assert anyone.get("/", headers=HTML).status_code == 303


def test_a_session_ends_in_time(tmp_path: Path) -> None:
    made = a_site(tmp_path, session_hours=1e-9)
    made.person("ada")
    with TestClient(made.app, follow_redirects=False) as client:
        assert sign_in(client) == 303
        time.sleep(1.1)  # ages are counted in whole seconds
        assert client.get("/", headers=HTML).headers["location"] == "/login?next=/"
    made.tallyman.close()


def test_a_new_password_ends_every_session(officer: TestClient, site: Site) -> None:
    assert officer.get("/").status_code == 200
    stored = site.tallyman.services.repository.user("ada")
    assert stored is not None
    site.tallyman.services.repository.set_password("ada", password_hash=f"{stored[0]}x")
    assert officer.get("/").status_code == 303


def test_signing_out_ends_the_session(officer: TestClient) -> None:
    token = csrf_of(officer.get("/").text)
    assert officer.post("/logout", data={"csrf": token}).headers["location"] == "/login"
    assert officer.get("/").status_code == 303


def test_the_session_reads_the_api_but_changes_nothing_there(
    officer: TestClient, site: Site
) -> None:
    inspection = an_inspection(site, officer)
    before = site.stored()
    assert officer.get(f"/v1/inspections/{inspection}").status_code == 200
    for path, body in (
        (f"/v1/inspections/{inspection}/decisions", {"outcome": "hold", "note": "n"}),
        ("/v1/declarations", a_declaration()),
    ):
        assert officer.post(path, json=body).status_code == 401
    assert site.stored() == before


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_form_without_the_token_of_its_session_does_nothing(
    officer: TestClient, site: Site, token: str | None
) -> None:
    inspection = an_inspection(site, officer)
    before = site.stored()
    own = {"x": "y"} if token is None else {"csrf": token}
    decision = {"outcome": "hold", "note": "n", "verdict_number": "1", **own}
    for path, data in (
        (f"/inspections/{inspection}/decide", decision),
        (f"/inspections/{inspection}/retry", own),
        ("/logout", own),
        ("/upload/check", own),
    ):
        assert officer.post(path, data=data).status_code == 403, path
    upload = officer.post("/upload", files=all_sensors(), data=own)
    assert upload.status_code in {403, 422}
    assert site.stored() == before


@pytest.mark.parametrize(
    "path", ["/", "/login", "/docs", "/healthz", "/v1/models", "/static/console.js"]
)
def test_every_answer_carries_the_headers_that_keep_browsers_safe(
    anyone: TestClient, path: str
) -> None:
    headers = anyone.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_allow_no_script_but_their_own(anyone: TestClient) -> None:
    answer = anyone.get("/login")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert (
        "script-src" not in policy
    )  # so default-src holds: nothing inline, nothing from elsewhere
    assert "frame-ancestors 'none'" in policy
    assert not re.findall(r"<script(?![^>]*\bsrc=\"/static/)", answer.text)
    assert not re.findall(r"\son[a-z]+=", answer.text)


# forms of other shapes


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        pytest.param(b"a=1&" * 20_000, "application/x-www-form-urlencoded", 413, id="too long"),
        pytest.param(b"a=1&" * 200, "application/x-www-form-urlencoded", 422, id="too many"),
        pytest.param(b"name=%ff%fe", "application/x-www-form-urlencoded", 422, id="not UTF-8"),
        pytest.param(b"name=\xff", "application/x-www-form-urlencoded", 422, id="raw bytes"),
        pytest.param(b"{}", "application/json", 415, id="JSON"),
        pytest.param(b"--x--", "multipart/form-data; boundary=x", 415, id="multipart"),
        pytest.param(b"", "", 415, id="nothing"),
    ],
)
def test_a_form_of_another_shape_is_refused(
    anyone: TestClient, body: bytes, kind: str, status: int
) -> None:
    answer = anyone.post("/login", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


# errors as pages


def test_what_is_not_there_is_a_page_for_people(officer: TestClient) -> None:
    for path in ("/inspections/none", f"/inspections/{'0' * 8}-0000-0000-0000-{'0' * 12}", "/x"):
        answer = officer.get(path)
        assert answer.status_code == 404
        assert "Not found" in answer.text
        assert "Back to the queue" in answer.text


def test_what_a_role_may_not_do_is_a_page_for_people(anyone: TestClient, site: Site) -> None:
    site.person("aud", Role.AUDITOR)
    anyone.headers.update(HTML)
    sign_in(anyone, "aud")
    answer = anyone.get("/upload")
    assert answer.status_code == 403
    assert "The role auditor may not submit." in answer.text


def test_another_site_is_not_found_in_the_console_either(anyone: TestClient, site: Site) -> None:
    site.person("nora", Role.OPERATOR, "north")
    inspection = an_inspection(site, anyone, site="south")
    anyone.headers.update(HTML)
    sign_in(anyone, "nora")
    assert anyone.get(f"/inspections/{inspection}").status_code == 404
    assert inspection not in anyone.get("/?view=all").text


# the queue


def test_the_queue_shows_what_waits_for_a_decision_by_advice(
    officer: TestClient, site: Site
) -> None:
    released = an_inspection(
        site,
        officer,
        declaration=as_json(a_declaration()),
        registrations=as_json([a_registration()]),
    )
    reviewed = an_inspection(site, officer)
    site.analyser.load = Load.EMPTY
    empty = a_declaration(reference="D-2", containers=[{"code": CODE, "load": "empty"}])
    site.analyser.load = Load.LOADED
    held = an_inspection(site, officer, declaration=as_json(empty))
    page = officer.get("/").text
    order = [page.index(f"row-{each}") for each in (held, reviewed, released)]
    assert order == sorted(order)
    shown = text_of(page)
    assert "To decide 3" in shown
    for advice in Advice:
        assert f"{advice.value.capitalize()} 1" in shown


def test_a_row_shows_codes_plate_lane_reason_and_age(officer: TestClient, site: Site) -> None:
    an_inspection(site, officer, lane="7", captured_at="2020-01-01T00:00:00Z")
    shown = text_of(officer.get("/").text)
    for words in (CODE, PLATE, " 7 ", " d ", "There is no declaration"):
        assert words in shown


@pytest.mark.parametrize(
    ("view", "found"),
    [("todo", 1), ("review", 1), ("hold", 0), ("working", 0), ("decided", 0), ("all", 1), ("x", 1)],
)
def test_a_chip_shows_its_own(officer: TestClient, site: Site, view: str, found: int) -> None:
    an_inspection(site, officer)
    assert officer.get(f"/?view={view}").text.count("<tr id=") == found


def test_a_search_looks_through_everything(officer: TestClient, site: Site) -> None:
    inspection = an_inspection(site, officer, lane="bay 4")
    officer.post(
        f"/inspections/{inspection}/decide",
        data={
            "csrf": csrf_of(officer.get(f"/inspections/{inspection}").text),
            "outcome": "hold",
            "note": "n",
            "verdict_number": "1",
        },
    )
    assert "Nothing waits for a decision" in officer.get("/").text
    assert inspection in officer.get("/?text=bay+4").text
    assert "Nothing is found for" in officer.get("/?text=bay+5").text


def test_what_people_type_is_never_markup(officer: TestClient, site: Site) -> None:
    inspection = an_inspection(site, officer, lane="<b>x</b>", declaration_ref='"><script>')
    for page in (
        officer.get("/?view=all").text,
        officer.get(f"/inspections/{inspection}").text,
        officer.get("/?text=%3Cscript%3E").text,
    ):
        assert "<b>x</b>" not in page
        assert "<script>" not in page


def test_a_queue_of_many_pages_goes_on(officer: TestClient, site: Site) -> None:
    headers = site.key()
    for seed in range(51):
        officer.post(
            "/v1/inspections",
            files=[("photo", ("a.jpg", scans.a_photo_jpeg(seed=seed), ""))],
            headers=headers,
        )
    page = officer.get("/?view=working").text
    assert page.count("<tr id=") == 50
    older = re.search(r'href="(/\?view=working&amp;cursor=[^"]+)"', page)
    assert older
    assert officer.get(unescape(older[1])).text.count("<tr id=") == 1


def test_a_cursor_that_is_not_ours_is_a_page_for_people(officer: TestClient) -> None:
    answer = officer.get("/?view=all&cursor=nonsense")
    assert answer.status_code == 422
    assert "Invalid input" in answer.text


def test_htmx_is_sent_to_sign_in_when_the_session_has_ended(anyone: TestClient) -> None:
    answer = anyone.get("/queue/rows", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/login")


# one inspection


def test_the_page_of_an_inspection_shows_declared_beside_detected(
    officer: TestClient, site: Site
) -> None:
    other = "MSCU6639870"
    papers = a_declaration(containers=[{"code": other, "load": "loaded"}])
    inspection = an_inspection(site, officer, declaration=as_json(papers))
    page = officer.get(f"/inspections/{inspection}").text
    shown = text_of(page)
    assert f"{CODE} is on the vehicle but not declared; declared: {other}." in shown
    row = re.search(r'<tr class="mismatch"[^>]*>(.*?)</tr>', page, re.DOTALL)
    assert row
    assert text_of(row[1]) == (
        f"Container declared mismatch · {CODE} is on the vehicle but not declared; "
        f"declared: {other}. {other} {CODE}"
    )
    assert page.index("mismatch") < page.index('class="match"')


def test_boxes_of_the_viewer_are_the_findings_of_that_scan(officer: TestClient, site: Site) -> None:
    inspection = an_inspection(site, officer)
    page = officer.get(f"/inspections/{inspection}").text
    boxes = [unescape(each) for each in re.findall(r'data-boxes="([^"]*)"', page)]
    assert len(boxes) == 2
    assert '"text": "loaded"' in boxes[0]
    assert '"at": [40.0, 30.0, 280.0, 200.0]' in boxes[0]
    assert f'"text": "{CODE}"' in boxes[1]


def decide(client: TestClient, inspection: str, **form: str) -> tuple[int, str, str]:
    token = csrf_of(client.get(f"/inspections/{inspection}").text)
    answer = client.post(f"/inspections/{inspection}/decide", data={"csrf": token, **form})
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_a_decision_leads_to_the_next_and_says_what_was_recorded(
    officer: TestClient, site: Site
) -> None:
    first = an_inspection(site, officer, declaration_ref="D-7")
    second = an_inspection(site, officer)
    status, place, _ = decide(officer, first, outcome="hold", note="odd", verdict_number="1")
    assert (status, place) == (303, f"/inspections/{second}?decided={first}")
    assert "HOLD recorded for D-7" in text_of(officer.get(place).text)
    status, place, _ = decide(officer, second, outcome="hold", note="odd", verdict_number="1")
    assert (status, place) == (303, f"/?decided={second}")
    page = text_of(officer.get(place).text)
    assert "HOLD recorded" in page
    assert "Nothing waits for a decision" in page


def test_a_decided_inspection_says_who_and_when_and_can_be_decided_again(
    officer: TestClient, site: Site
) -> None:
    inspection = an_inspection(site, officer)
    decide(officer, inspection, outcome="hold", note="seal broken", verdict_number="1")
    page = officer.get(f"/inspections/{inspection}").text
    assert re.search(r"HOLD by ada, \d\d \w{3} \d\d:\d\d:\d\d UTC, on advice 1", text_of(page))
    assert "seal broken" in page
    assert "Decide again" in page
    decide(officer, inspection, outcome="examine", verdict_number="1")
    decisions = officer.get(f"/v1/inspections/{inspection}").json()["decisions"]
    assert [d["outcome"] for d in decisions] == ["hold", "examine"]


def test_a_decision_that_is_refused_keeps_what_was_written(officer: TestClient, site: Site) -> None:
    inspection = an_inspection(site, officer)
    status, _, page = decide(officer, inspection, outcome="release", verdict_number="1")
    assert status == 422
    assert "The advice is review; to release needs a note that says why." in text_of(page)
    assert re.search(r'value="release"[^>]*checked', page)
    status, _, page = decide(officer, inspection, note="half a thought", verdict_number="1")
    assert status == 422
    assert "Choose release, hold or examine." in page
    assert "half a thought</textarea>" in page


def test_a_decision_on_a_verdict_that_was_replaced_is_refused(
    officer: TestClient, site: Site
) -> None:
    inspection = an_inspection(site, officer, declaration_ref="D-1")
    officer.post("/v1/declarations", json=a_declaration(), headers=site.key())
    status, _, page = decide(officer, inspection, outcome="hold", note="n", verdict_number="1")
    assert status == 409
    assert "Verdict 2 has replaced verdict 1; look again, then decide." in page


def test_an_open_page_learns_that_the_inspection_has_changed(
    officer: TestClient, site: Site
) -> None:
    inspection = an_inspection(site, officer, declaration_ref="D-1")
    page = officer.get(f"/inspections/{inspection}").text
    news = re.search(r'hx-get="(/inspections/[^"]+/news[^"]*)"', page)
    assert news
    address = unescape(news[1])
    htmx = {"HX-Request": "true"}
    assert officer.get(address, headers=htmx).status_code == 204
    officer.post("/v1/declarations", json=a_declaration(), headers=site.key())
    changed = officer.get(address, headers=htmx)
    assert "This inspection has changed" in changed.text


def test_a_page_that_waits_for_the_analysis_loads_again_when_it_has_ended(
    officer: TestClient, site: Site
) -> None:
    sent = officer.post("/v1/inspections", files=all_sensors(), headers=site.key()).json()
    page = officer.get(f"/inspections/{sent['id']}").text
    assert "being analysed" in page
    news = re.search(r'hx-get="(/inspections/[^"]+/news[^"]*)"', page)
    assert news
    site.work_off()
    answer = officer.get(unescape(news[1]), headers={"HX-Request": "true"})
    assert answer.headers["hx-refresh"] == "true"


def test_a_failed_inspection_can_be_analysed_again_from_its_page(
    officer: TestClient, site: Site
) -> None:
    site.analyser.failure = RuntimeError("engine lost")
    inspection = an_inspection(site, officer)
    page = officer.get(f"/inspections/{inspection}").text
    assert "engine lost" in page
    site.analyser.failure = None
    officer.post(f"/inspections/{inspection}/retry", data={"csrf": csrf_of(page)})
    site.work_off()
    assert "REVIEW" in officer.get(f"/inspections/{inspection}").text


def test_a_role_that_may_not_decide_sees_no_form(anyone: TestClient, site: Site) -> None:
    site.person("aud", Role.AUDITOR)
    inspection = an_inspection(site, anyone)
    anyone.headers.update(HTML)
    sign_in(anyone, "aud")
    page = anyone.get(f"/inspections/{inspection}").text
    assert 'id="decide"' not in page
    assert "Your role may not decide." in page


# uploads


def test_an_upload_by_the_script_says_where_to_go(officer: TestClient, site: Site) -> None:
    token = csrf_of(officer.get("/upload").text)
    answer = officer.post(
        "/upload",
        files=all_sensors(),
        data={"csrf": token, "site": "main", "lane": "2", "declaration": as_json(a_declaration())},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 201
    site.work_off()
    shown = text_of(officer.get(answer.json()["page"]).text)
    assert "main, 2" in shown
    assert f"{CODE} is declared." in unescape(officer.get(answer.json()["page"]).text)


def test_a_refused_upload_says_which_file_and_stores_nothing(
    officer: TestClient, site: Site
) -> None:
    token = csrf_of(officer.get("/upload").text)
    before = site.stored()
    answer = officer.post(
        "/upload",
        files=[*all_sensors(), ("files", ("bad.png", scans.a_grey_png()[:900], ""))],
        data={"csrf": token},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "bad.png"
    assert site.stored() == before


def test_an_upload_whose_session_has_ended_says_so_instead_of_losing_it(
    anyone: TestClient,
) -> None:
    answer = anyone.post("/upload", files=all_sensors(), headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "sign in again" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"declaration": as_json(a_declaration())}, f"Declaration D-1: 1 container, {CODE}."),
        ({"declaration": "{"}, "declaration: Invalid JSON"),
        ({"declaration": as_json(a_declaration(x=1))}, "declaration.x: this field is not known"),
        ({"registrations": as_json([a_registration()])}, f"1 register entry: {PLATE}."),
        ({"registrations": as_json(a_registration())}, "registrations: "),
        ({"declaration": as_json(a_declaration(site="east"))}, "declaration.site: "),
        ({}, ""),
    ],
)
def test_papers_are_checked_while_they_are_written(
    officer: TestClient, site: Site, fields: dict[str, str], said: str
) -> None:
    token = csrf_of(officer.get("/upload").text)
    before = site.stored()
    answer = officer.post("/upload/check", data={"csrf": token, "site": "main", **fields})
    assert answer.status_code == 200
    assert text_of(answer.text).startswith(said)
    assert site.stored() == before


def test_a_person_of_one_site_uploads_there(anyone: TestClient, site: Site) -> None:
    site.person("nora", Role.OPERATOR, "north")
    anyone.headers.update(HTML)
    sign_in(anyone, "nora")
    page = anyone.get("/upload").text
    assert re.search(r'name="site" value="north"[^>]*readonly', page)


def test_an_application_needs_no_more_than_its_services(site: Site) -> None:
    app = create_app(replace(site.tallyman.services, policy="another"))
    with TestClient(app) as client:
        assert client.get("/healthz").json() == {"status": "alive"}
