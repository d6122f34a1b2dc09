"""Stateless analysis, events, models, health, metrics, and the documentation of it all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from service.domain.access import Role
from service.web import examples, paper_examples, passage_examples
from service.web.api_passages import ClosedOut, PassageIn, PassageOut, RecordsIn
from service.web.app import create_app
from service.web.goods_schemas import GoodsOut
from service.web.openapi import VERBS
from service.web.paper_schemas import ImportOut, PaperOut, VisitOut
from service.web.problems import KINDS, Problem
from service.web.schemas import (
    DecisionIn,
    DeclarationIn,
    FindingsOut,
    InspectionOut,
    PageOut,
    RegistrationIn,
)
from service.web.wiring import Readiness
from tests.service.web import scans
from tests.service.web.conftest import LiveServer
from tests.service.web.stand_ins import CODE, Site, all_sensors

# stateless


@pytest.mark.parametrize(
    ("kind", "data", "found"),
    [
        ("xray", scans.a_grey_png(), {"scan_quality", "container", "load_state"}),
        ("photo", scans.a_photo_jpeg(), {"reading"}),
        ("radiation", scans.a_passage_csv(), {"gross_count"}),
    ],
)
def test_a_file_alone_is_analysed_and_nothing_is_kept(
    api: TestClient, site: Site, kind: str, data: bytes, found: set[str]
) -> None:
    before = site.stored()
    raw = api.post(f"/v1/analyse/{kind}", content=data)
    form = api.post(f"/v1/analyse/{kind}", files=[("files", ("a", data, ""))])
    for answer in (raw, form):
        assert answer.status_code == 200, answer.text
        assert {f["kind"] for f in answer.json()["findings"]} == found
        assert {c["ran"] for c in answer.json()["coverage"]} == {"ran"}
    assert site.stored() == before


def test_several_views_are_analysed_together(api: TestClient) -> None:
    files = [("photo", (f"{n}.jpg", scans.a_photo_jpeg(seed=n), "image/jpeg")) for n in (1, 2)]
    body = api.post("/v1/analyse/photo", files=files).json()
    assert [f["text"] for f in body["findings"]].count(CODE) == 2


@pytest.mark.parametrize(
    ("path", "request_body"),
    [
        pytest.param("/v1/analyse/photo", {"content": b""}, id="empty body"),
        pytest.param("/v1/analyse/photo", {"content": b"text"}, id="no picture"),
        pytest.param(
            "/v1/analyse/xray",
            {"files": [("photo", ("a.jpg", scans.a_photo_jpeg(), ""))]},
            id="a photograph sent for an X-ray",
        ),
        pytest.param("/v1/analyse/video", {"content": scans.a_grey_png()}, id="no such kind"),
    ],
)
def test_what_cannot_be_analysed_is_a_problem(
    api: TestClient, path: str, request_body: dict[str, Any]
) -> None:
    answer = api.post(path, **request_body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


# events


def events(answer: httpx.Response, count: int) -> list[dict[str, Any]]:
    """The first `count` events of a stream, each with the id that the stream gave it."""

    def read() -> Iterator[dict[str, Any]]:
        number = None
        for line in answer.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("data: "):
                yield {"id": number, **json.loads(line[6:])}

    stream = read()
    return [next(stream) for _ in range(count)]


def test_the_history_of_an_inspection_streams_and_resumes(live: LiveServer) -> None:
    headers = live.site.key()
    with httpx.Client(base_url=live.url, headers=headers, timeout=10) as client:
        url = client.post("/v1/inspections", files=all_sensors()).json()["url"]
        live.site.work_off()
        with client.stream("GET", f"{url}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            seen = events(stream, 4)
        assert [event["name"] for event in seen] == [
            "received",
            "analysing",
            "analysed",
            "judged",
        ]
        assert all(event["id"] == event["sequence"] for event in seen)
        client.post(f"{url}/decisions", json={"outcome": "hold", "note": "n"})
        last_seen = {"Last-Event-ID": str(seen[-1]["id"])}
        with client.stream("GET", f"{url}/events", headers=last_seen) as stream:
            assert [event["name"] for event in events(stream, 1)] == ["decided"]


def test_the_stream_of_all_shows_the_own_sites_from_now_on(live: LiveServer) -> None:
    with httpx.Client(base_url=live.url, timeout=10) as client:
        north, south = live.site.key(Role.PORT, "north"), live.site.key(Role.PORT, "south")
        client.post("/v1/inspections", files=all_sensors(), headers=north)
        with client.stream("GET", "/v1/events", headers=north) as stream:
            client.post("/v1/inspections", files=all_sensors(), headers=south)
            own = client.post("/v1/inspections", files=all_sensors(), headers=north).json()
            assert events(stream, 1)[0]["inspection_id"] == own["id"]


def test_a_silent_stream_shows_that_it_lives(site: Site, live: LiveServer) -> None:
    settings = site.tallyman.services.settings.model_copy(update={"sse_heartbeat_s": 0.2})
    site.app.state.services = replace(site.tallyman.services, settings=settings)
    with (
        httpx.Client(base_url=live.url, headers=site.key(), timeout=10) as client,
        client.stream("GET", "/v1/events") as stream,
    ):
        assert ": still here" in (line for line in stream.iter_lines())


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "\u00b2", "9" * 30])
def test_an_event_id_that_is_not_ours_is_refused(api: TestClient, last: str) -> None:
    answer = api.get("/v1/events", headers={"Last-Event-ID": last.encode("latin-1")})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Last-Event-ID"


# operations


def test_the_line_up_names_every_model_with_its_sha256(api: TestClient) -> None:
    models = api.get("/v1/models").json()
    assert {"container-finder", "nuclide-identifier"} <= {model["model"] for model in models}
    assert all(re.fullmatch(r"[0-9a-f]{64}", model["sha256"]) for model in models)


def test_readiness_says_what_is_missing(site: Site, anyone: TestClient) -> None:
    waiting = anyone.get("/readyz")
    assert waiting.status_code == 503
    assert waiting.json()["problems"] == ["the models are being opened"]
    site.app.state.services = replace(
        site.tallyman.services, readiness=lambda: Readiness(ready=True)
    )
    assert anyone.get("/readyz").json() == {"ready": True, "problems": []}


def test_health_can_be_asked_with_head(anyone: TestClient) -> None:
    assert anyone.head("/healthz").status_code == 200
    assert anyone.head("/readyz").status_code == 503


def test_metrics_count_requests_analyses_and_the_queue(api: TestClient, site: Site) -> None:
    api.post("/v1/inspections", files=all_sensors())
    site.work_off()
    api.post("/v1/inspections", files=all_sensors())
    text = api.get("/metrics").text

    def value(name: str) -> float:
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert found, f"{name} not in\n{text}"
        return float(found[1])

    assert value("tallyman_analysis_seconds_count") == 1
    assert value('tallyman_requests_total{method="POST",route="/v1/inspections",status="202"}') == 2
    assert value('tallyman_inspections{state="received"}') == 1
    assert value('tallyman_inspections{state="judged"}') == 1


def test_an_unexpected_failure_gives_an_incident_number_and_no_traceback(site: Site) -> None:
    def broken() -> Readiness:
        raise RuntimeError("secret detail")

    app = create_app(replace(site.tallyman.services, readiness=broken))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.fullmatch(r"[0-9a-f]{12}", answer.json()["incident"])
    assert "secret detail" not in answer.text


def test_every_kind_of_problem_is_explained_where_its_type_points(anyone: TestClient) -> None:
    for slug, kind in KINDS.items():
        answer = anyone.get(f"/problems/{slug}")
        assert answer.status_code == 200
        assert kind.remedy in answer.text
    assert anyone.get("/problems/other").status_code == 404


# documentation


@pytest.fixture
def document(site: Site) -> dict[str, Any]:
    made: dict[str, Any] = site.app.openapi()
    return made


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, own in document["paths"].items():
        for verb, operation in own.items():
            if verb in VERBS:
                yield verb, path, operation


def test_every_error_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    for verb, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status.startswith("4"):
                assert list(answer["content"]) == ["application/problem+json"], (verb, path, status)
                content = answer["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                Problem.model_validate(content["example"])
        if path.startswith("/v1/"):
            assert {"401", "403", "422", "429"} <= set(operation["responses"]), (verb, path)
    assert "HTTPValidationError" not in json.dumps(document)


def test_every_body_and_every_json_answer_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for verb, path, operation in operations(document):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/json":
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                shown = "example" in content or "examples" in schemas.get(name, {})
                assert shown, (verb, path)
        for status, answer in operation["responses"].items():
            if status.startswith("2") and "application/json" in answer.get("content", {}):
                assert "example" in answer["content"]["application/json"], (verb, path, status)


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (DeclarationIn, examples.DECLARATION),
        (RegistrationIn, examples.REGISTRATION),
        (DecisionIn, examples.DECISION),
        (PassageIn, passage_examples.PASSAGE_IN),
        (RecordsIn, passage_examples.RECORDS_IN),
    ],
)
def test_request_examples_are_accepted(model: type[Any], example: dict[str, Any]) -> None:
    model.model_validate(example)


def test_the_declaration_of_the_example_is_filed_as_its_example_answer(
    anyone: TestClient, site: Site
) -> None:
    anyone.headers.update(site.key())
    filed = anyone.post("/v1/declarations", json=examples.DECLARATION).json()
    assert filed == examples.FILED_DECLARATION
    entry = anyone.post("/v1/registrations", json=examples.REGISTRATION).json()
    assert entry == examples.FILED_REGISTRATION


@pytest.mark.parametrize(
    ("model", "example"),
    [
        pytest.param(ImportOut, paper_examples.IMPORTED, id="imported"),
        pytest.param(PaperOut, paper_examples.PAPER, id="paper"),
        pytest.param(VisitOut, paper_examples.VISIT, id="visit"),
        pytest.param(GoodsOut, paper_examples.GOODS, id="goods"),
        pytest.param(PassageOut, passage_examples.OPENED, id="passage-opened"),
        pytest.param(PassageOut, passage_examples.LASTING, id="passage"),
        pytest.param(ClosedOut, passage_examples.CLOSED, id="passage-closed"),
        pytest.param(InspectionOut, examples.RECEIVED, id="received"),
        pytest.param(InspectionOut, examples.JUDGED, id="judged"),
        pytest.param(InspectionOut, examples.DECIDED, id="decided"),
        pytest.param(PageOut, examples.PAGE, id="page"),
        pytest.param(FindingsOut, examples.FINDINGS, id="findings"),
    ],
)
def test_answer_examples_have_exactly_the_fields_of_an_answer(
    model: type[BaseModel], example: dict[str, Any]
) -> None:
    assert model.model_validate(example).model_dump(mode="json") == example


def test_the_page_of_the_api_lists_every_route_and_loads_nothing_from_elsewhere(
    anyone: TestClient, document: dict[str, Any]
) -> None:
    page = anyone.get("/docs").text
    for path in document["paths"]:
        assert path in page
    outside = re.findall(r'(?:src|href)="(https?:)?//', page)
    assert not outside
