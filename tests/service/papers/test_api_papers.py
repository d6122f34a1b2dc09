"""Papers through the API and the console, over a service wired as in production."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from starlette.testclient import TestClient

from service.bootstrap import Tallyman, build
from service.config import Settings
from service.domain.access import Role
from service.domain.verdict import Result
from service.store import paper_tables as t
from service.usecases.issue_keys import add_user, issue_key
from service.web.app import create_app
from service.web.paper_examples import GOODS
from tests.service.papers.desk import Desk
from tests.service.papers.paper_builders import CODE, NOON, OTHER_CODE, PLATE, SITE

WEIGHTS = Path(__file__).parents[3] / "weights"
PASSWORD = "correct horse battery"
MRN = "25DE000000000001J1"
PAPERS = "/v1/papers"


@dataclass(kw_only=True)
class House:
    """A service, its application, and a desk over the same database to look behind it."""

    tallyman: Tallyman
    app: FastAPI
    desk: Desk

    def client(self, role: Role = Role.OPERATOR, *sites: str) -> TestClient:
        services = self.tallyman.services
        issued = issue_key(
            f"{role.value} {'-'.join(sites)}",
            role=role,
            sites=frozenset(sites),
            repository=services.repository,
            clock=services.clock,
        )
        headers = {"Authorization": f"Bearer {issued.key}"}
        return TestClient(self.app, headers=headers, follow_redirects=False)

    def stored(self) -> int:
        with self.tallyman.engine.connect().execution_options(read_only=True) as db:
            return int(db.scalar(select(func.count()).select_from(t.papers)) or 0)

    def blobs(self) -> int:
        folder = self.tallyman.services.settings.blob_dir
        return sum(path.is_file() for path in folder.rglob("*"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    settings = Settings(
        data_dir=tmp_path,
        weights_dir=WEIGHTS,
        requests_per_minute=0,
        max_upload_mb=4,
        papers_site=SITE,
        _env_file=None,  # type: ignore[call-arg]
    )
    tallyman = build(settings)
    yield House(tallyman=tallyman, app=create_app(tallyman.services), desk=Desk(tallyman.engine))
    tallyman.close()


@pytest.fixture
def api(house: House) -> TestClient:
    return house.client()


def a_document(code: str = CODE, reference: str = MRN, **changes: Any) -> dict[str, Any]:
    return {
        "reference": reference,
        "site": SITE,
        "plates": [PLATE],
        "containers": [{"code": code, "load": "loaded", "goods": [{"hs_code": "843149"}]}],
        **changes,
    }


def a_wrong_document(reference: str) -> dict[str, Any]:
    return a_document(reference=reference, containers=7)


def lines(*documents: Any) -> bytes:
    return "\n".join(json.dumps(each) for each in documents).encode()


def send(api: TestClient, *bodies: bytes, **fields: str) -> Any:
    files = [("files", (f"papers-{n}.json", body)) for n, body in enumerate(bodies, start=1)]
    return api.post(PAPERS, files=files, data=fields)


def test_a_file_is_taken_and_the_answer_says_what_became_of_each_statement(
    api: TestClient, house: House
) -> None:
    body = lines(a_document(), a_document(OTHER_CODE, "25DE2"), a_wrong_document("25DE3"))
    answer = send(api, body)
    assert answer.status_code == 201
    (file,) = answer.json()["files"]
    assert (file["taken"], file["doubled"], file["refused"]) == (2, 0, 1)
    refused, first, second = file["lines"]
    assert refused["where"] == "line 3 containers"
    assert "list" in refused["reason"]
    assert (first["kind"], first["reference"], first["outcome"]) == (
        "import_declaration", MRN, "taken",
    )  # fmt: skip
    assert second["title"] == "import declaration 25DE2"
    assert house.stored() == 2


def test_the_same_file_again_is_known(api: TestClient, house: House) -> None:
    body = lines(a_document())
    send(api, body)
    again = send(api, body)
    assert again.status_code == 200
    assert again.json()["files"][0]["doubled"] == 1
    assert (house.stored(), house.blobs()) == (1, 1)


def test_a_raw_body_goes_the_same_way(api: TestClient) -> None:
    answer = api.post(
        f"{PAPERS}?name=d.json&site={SITE}",
        content=lines(a_document()),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 201
    assert answer.json()["files"][0]["name"] == "d.json"


@pytest.mark.parametrize(
    "body", [b"junk", b"<a>", b"{", b"UNB+UNOA:1+A+B'", bytes(range(256)), b"\x00" * 10]
)
def test_a_file_that_is_no_paper_is_a_problem_and_leaves_nothing(
    api: TestClient, house: House, body: bytes
) -> None:
    answer = send(api, body)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems/unreadable-papers"
    assert problem["errors"][0]["field"] == "papers-1.json"
    assert problem["errors"][0]["reason"]
    assert (house.stored(), house.blobs()) == (0, 0)


def test_statements_that_are_all_refused_are_a_problem_with_where_and_why(
    api: TestClient, house: House
) -> None:
    answer = send(api, lines(a_wrong_document("A"), a_wrong_document("B")))
    assert answer.status_code == 422
    fields = [error["field"] for error in answer.json()["errors"]]
    assert fields == ["papers-1.json: line 1 containers", "papers-1.json: line 2 containers"]
    assert house.stored() == 0


def test_one_unreadable_file_does_not_keep_the_others_out(api: TestClient) -> None:
    answer = send(api, b"junk", lines(a_document()))
    assert answer.status_code == 201
    junk, good = answer.json()["files"]
    assert junk["problem"]
    assert good["taken"] == 1


@pytest.mark.parametrize("files", [[], [("files", ("empty.json", b""))]])
def test_nothing_sent_is_a_problem(api: TestClient, files: list[Any]) -> None:
    answer = api.post(PAPERS, files=files or None, content=None if files else b"")
    assert answer.status_code == 422


def test_papers_are_looked_up_by_what_they_name(api: TestClient) -> None:
    send(api, lines(a_document(), a_document(OTHER_CODE, "25DE2", plates=[])))
    for query in (f"container={CODE}", f"plate={PLATE}", f"reference={MRN}", f"document={MRN}"):
        found = api.get(f"{PAPERS}?{query}").json()["papers"]
        assert [paper["reference"] for paper in found] == [MRN], query
    assert api.get(f"{PAPERS}?container=TGHU8812340").json() == {"papers": []}
    assert api.get(PAPERS).status_code == 422
    assert api.get(f"{PAPERS}?colour=red").status_code == 422


def test_a_paper_shows_every_revision_and_where_each_field_came_from(api: TestClient) -> None:
    def revised(number: int, code: str) -> dict[str, Any]:
        function = "original" if number == 1 else "amendment"
        return a_document(code, revision={"function": function, "number": number})

    first = send(api, lines(revised(1, OTHER_CODE), revised(2, CODE))).json()["files"][0]
    paper = api.get(f"{PAPERS}/import_declaration/{MRN}").json()
    assert [version["number"] for version in paper["versions"]] == [1, 2]
    assert paper["counts"] == paper["versions"][1]["arrival"]
    assert paper["body"]["equipment"][0]["code"] == CODE
    assert paper["versions"][1]["origin"]["where"] == "line 2"
    assert paper["versions"][1]["origin"]["file_sha256"] == first["sha256"]
    assert isinstance(paper["field_origins"], dict)
    older = api.get(f"{PAPERS}/import_declaration/{MRN}?arrival={paper['versions'][0]['arrival']}")
    assert older.json()["body"]["equipment"][0]["code"] == OTHER_CODE
    assert api.get(f"{PAPERS}/import_declaration/{MRN}?arrival=999").status_code == 404
    assert api.get(f"{PAPERS}/bay_plan/{MRN}").status_code == 404
    assert api.get(f"{PAPERS}/elephant/{MRN}").status_code == 422


def test_a_reference_with_slashes_and_spaces_has_an_address(api: TestClient) -> None:
    send(api, lines(a_document(reference="2025/DE 7?#x")))
    (paper,) = api.get(f"{PAPERS}?container={CODE}").json()["papers"]
    assert api.get(paper["url"]).json()["reference"] == "2025/DE 7?#x"


def test_another_site_sees_and_files_nothing(house: House) -> None:
    send(house.client(), lines(a_document()))
    stranger = house.client(Role.PORT, "south")
    assert stranger.get(f"{PAPERS}?container={CODE}").json() == {"papers": []}
    assert stranger.get(f"{PAPERS}/import_declaration/{MRN}").status_code == 404
    assert send(stranger, lines(a_document(reference="X")), site=SITE).status_code == 403
    hidden = send(stranger, lines(a_document(reference="X")))
    assert hidden.status_code == 422
    assert "does not work at site" in hidden.json()["errors"][0]["reason"]
    assert house.stored() == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ENGINEER])
def test_who_may_not_file_papers_may_not(house: House, role: Role) -> None:
    assert send(house.client(role), lines(a_document())).status_code == 403


def test_no_key_no_papers(house: House) -> None:
    anyone = TestClient(house.app)
    assert anyone.get(f"{PAPERS}?container={CODE}").status_code == 401
    assert send(anyone, lines(a_document())).status_code == 401


def test_a_late_declaration_reopens_the_verdict_before_the_answer(
    api: TestClient, house: House
) -> None:
    visit = house.desk.see(CODE, plates=(PLATE,))
    send(api, lines(a_document()))
    assert house.desk.result(visit, "number_declared") is Result.MATCH
    verdict = api.get(f"/v1/inspections/{visit}").json()["verdict"]
    assert verdict["cause"] == f"import declaration {MRN} arrived"


def test_a_visit_shows_its_papers_and_a_person_corrects_them(api: TestClient, house: House) -> None:
    visit = house.desk.see(CODE, plates=(PLATE,))
    send(api, lines(a_document()))
    papers = f"/v1/inspections/{visit}/papers"
    (joined,) = api.get(papers).json()["joined"]
    assert (joined["subject"], joined["standing"]) == (f"import_declaration/{MRN}", "certain")
    assert [reason["because"] for reason in joined["reasons"]] == ["same_container", "same_plate"]
    assert joined["paper"]["body"]["equipment"][0]["code"] == CODE

    split = {"action": "split", "subject": joined["subject"], "note": "another voyage"}
    answer = api.post(f"{papers}/corrections", json=split)
    assert answer.status_code == 201
    assert answer.json()["joined"][0]["standing"] == "split"
    (correction,) = answer.json()["corrections"]
    assert (correction["note"], correction["action"]) == ("another voyage", "split")

    undo = {"action": "undo", "undoes": correction["number"]}
    answer = api.post(f"{papers}/corrections", json=undo)
    assert answer.json()["joined"][0]["standing"] == "certain"


def test_a_correction_that_makes_no_sense_is_a_problem(house: House, api: TestClient) -> None:
    visit = house.desk.see(CODE)
    corrections = f"/v1/inspections/{visit}/papers/corrections"
    for body, status in (
        ({"action": "join"}, 422),
        ({"action": "join", "subject": "bay_plan/NONE"}, 404),
        ({"action": "undo"}, 404),
        ({"action": "undo", "undoes": 77}, 404),
        ({"action": "elope", "subject": "bay_plan/1"}, 422),
        ({"action": "join", "subject": "bay_plan/1", "colour": "red"}, 422),
    ):
        assert api.post(corrections, json=body).status_code == status, body
    port = house.client(Role.PORT)
    body = {"action": "split", "subject": "bay_plan/1"}
    assert port.post(corrections, json=body).status_code == 403
    assert api.get("/v1/inspections/none/papers").status_code == 404


def test_todays_routes_go_on_working_beside(api: TestClient, house: House) -> None:
    filed = api.post("/v1/declarations", json=a_document())
    assert filed.status_code == 201
    assert api.get(f"/v1/declarations/{MRN}").json()["containers"][0]["code"] == CODE
    assert api.get(f"{PAPERS}?container={CODE}").json() == {"papers": []}


@pytest.fixture
def console(house: House) -> TestClient:
    services = house.tallyman.services
    add_user(
        "ada",
        PASSWORD,
        role=Role.OPERATOR,
        sites=frozenset({SITE}),
        repository=services.repository,
        clock=services.clock,
    )
    client = TestClient(house.app, base_url="https://testserver", follow_redirects=False)
    token = _csrf(client.get("/login").text)
    signed = client.post("/login", data={"name": "ada", "password": PASSWORD, "csrf": token})
    assert signed.status_code == 303, signed.text
    return client


def _csrf(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


def test_papers_dropped_on_the_console_are_filed_and_found(
    console: TestClient, house: House
) -> None:
    token = _csrf(console.get("/papers").text)
    body = lines(a_document(), a_wrong_document("25DE3"))
    page = console.post(
        "/papers/upload",
        data={"csrf": token, "site": SITE},
        files=[("files", ("<b>.json", body)), ("files", ("junk.bin", b"junk"))],
    )
    assert page.status_code == 200
    assert "1 taken, 0 filed before, 1 refused" in page.text
    assert "line 2" in page.text
    assert "the whole file" in page.text
    assert "<b>.json" not in page.text
    assert house.stored() == 1
    found = console.get(f"/papers?q={CODE}").text
    assert MRN in found
    assert "Nothing is filed" in console.get("/papers?q=TGHU8812340").text


def test_the_page_of_an_inspection_lists_its_papers_and_the_way_of_its_receiver(
    console: TestClient, api: TestClient, house: House
) -> None:
    visit = house.desk.see(CODE, plates=(PLATE,))
    day = NOON.date().isoformat()
    track = (
        "plate,latitude,longitude,timestamp\n"
        f"{PLATE},53.00,11.90,{day}T07:00:00Z\n"
        f"{PLATE},53.00,11.90,{day}T08:00:00Z\n"
        f"{PLATE},53.05,11.90,{day}T08:05:00Z\n"
    )
    send(api, lines(a_document()), track.encode())
    page = console.get(f"/inspections/{visit}").text
    assert "Papers of this visit" in page
    assert MRN in page
    assert "stood 24 Nov 07:00 to 24 Nov 08:00 UTC at 53.0000, 11.9000" in page
    assert "3 positions, 5.6 km" in page


def test_what_words_suggest_stands_beside_what_is_declared(
    console: TestClient, api: TestClient, house: House
) -> None:
    goods = [
        {"hs_code": "690721", "description": "замороженные куриные крылья"},
        {"hs_code": "690721", "description": "<b>general cargo</b>"},
    ]
    box = {"code": CODE, "load": "loaded", "goods": goods}
    send(api, lines(a_document(containers=[box])))
    page = console.get(f"/papers?q={CODE}").text
    assert "description suggests heading 0207" in page
    assert "declared 690721" in page
    assert "cannot tell" in page
    assert "<b>general" not in page
    paper = api.get(f"{PAPERS}/import_declaration/{MRN}").json()
    assert [f["result"] for f in paper["findings"]] == ["mismatch", "cannot_tell"]
    visit = house.desk.see(CODE, plates=(PLATE,))
    found = api.get(f"/v1/inspections/{visit}/papers").json()["findings"]
    assert [f["result"] for f in found] == ["mismatch", "cannot_tell"]


def test_goods_are_read_as_headings_with_scores(api: TestClient, house: House) -> None:
    answer = api.get("/v1/goods", params={"text": "frozen chicken wings"}).json()
    assert answer == {**GOODS, "candidates": answer["candidates"]}
    assert answer["candidates"][:1] == GOODS["candidates"]
    assert len(answer["candidates"]) == 5
    vague = api.get("/v1/goods", params={"text": "said to contain"}).json()
    assert (vague["heading"], vague["abstention"]) == (None, "names no goods")
    assert api.get("/v1/goods").status_code == 422
    assert api.get("/v1/goods", params={"text": "x" * 2001}).status_code == 422
    assert TestClient(house.app).get("/v1/goods?text=tiles").status_code == 401


def test_a_form_of_another_session_files_nothing(console: TestClient, house: House) -> None:
    files = [("files", ("d.json", lines(a_document())))]
    answer = console.post("/papers/upload", data={"csrf": "guessed"}, files=files)
    assert answer.status_code == 403
    assert house.stored() == 0


def test_without_a_session_the_page_leads_to_the_sign_in(house: House) -> None:
    anyone = TestClient(house.app, follow_redirects=False)
    assert anyone.get("/papers").headers["location"] == "/login?next=/papers"
    assert anyone.post("/papers/upload").status_code == 303


def test_the_service_empties_its_drop_folder_and_follows_the_papers(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    settings = Settings(
        data_dir=tmp_path / "state",
        weights_dir=WEIGHTS,
        papers_inbox=inbox,
        papers_site=SITE,
        papers_settle_s=0.05,
        poll_s=0.02,
        _env_file=None,  # type: ignore[call-arg]
    )
    tallyman = build(settings)
    desk = Desk(tallyman.engine)
    visit = desk.see(CODE)
    (inbox / "d.json").write_bytes(lines(a_document()))
    tallyman.paper_watch.start()
    try:
        end = time.monotonic() + 20
        while not desk.history(visit) and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        tallyman.close()
    assert desk.history(visit) == [f"import declaration {MRN} arrived"]
    assert (inbox / "done" / "d.json").exists()
    assert desk.result(visit, "number_declared") is Result.MATCH
