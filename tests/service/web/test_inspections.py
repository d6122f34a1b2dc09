"""`/v1/inspections`: send, wait, list, look, decide."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.service.web import scans
from tests.service.web.stand_ins import (
    CODE,
    PLATE,
    Parts,
    Site,
    a_declaration,
    a_registration,
    all_sensors,
    as_json,
)

INSPECTIONS = "/v1/inspections"


def send(api: TestClient, parts: Parts | None = None, /, **fields: Any) -> dict[str, Any]:
    answer = api.post(INSPECTIONS, files=parts or all_sensors(), data=fields)
    assert answer.status_code == 202, answer.text
    sent: dict[str, Any] = answer.json()
    return sent


def judged(api: TestClient, of: Site, /, **fields: Any) -> dict[str, Any]:
    url = send(api, **fields)["url"]
    of.work_off()
    got: dict[str, Any] = api.get(url).json()
    return got


def advice_of(inspection: dict[str, Any]) -> str:
    return str(inspection["verdict"]["verdict"]["advice"])


# sending


def test_an_upload_is_accepted_and_says_where_to_look(api: TestClient) -> None:
    answer = api.post(INSPECTIONS, files=all_sensors(), data={"lane": "3"})
    assert answer.status_code == 202
    body = answer.json()
    assert answer.headers["Location"] == body["url"] == f"/v1/inspections/{body['id']}"
    assert (body["state"], body["lane"], body["site"]) == ("received", "3", "main")
    assert [file["kind"] for file in body["files"]] == ["xray", "photo", "radiation"]
    assert api.get(body["url"]).json() == body


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(scans.a_grey_png(), "xray", id="a grey picture is a view"),
        pytest.param(scans.a_photo_jpeg(), "photo", id="a coloured one a photograph"),
        pytest.param(scans.a_passage_csv(), "radiation", id="a count table a passage"),
        pytest.param(scans.a_tiff(), "xray", id="16-bit TIFF"),
    ],
)
def test_content_decides_the_kind_of_a_file_sent_without_one(
    api: TestClient, data: bytes, kind: str
) -> None:
    sent = send(api, [("files", ("a.bin", data, "application/octet-stream"))])
    assert [file["kind"] for file in sent["files"]] == [kind]


def test_the_field_decides_the_kind_of_a_grey_photograph(api: TestClient) -> None:
    sent = send(api, [("photo", ("night.png", scans.a_grey_png(), "image/png"))])
    assert sent["files"][0]["kind"] == "photo"


def test_a_picture_sent_as_radiation_is_refused_and_named(api: TestClient, site: Site) -> None:
    before = site.stored()
    answer = api.post(
        INSPECTIONS, files=[("radiation", ("side.png", scans.a_grey_png(), "image/png"))]
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unreadable-upload"
    assert answer.json()["errors"][0]["field"] == "side.png"
    assert site.stored() == before


def test_time_lane_and_references_are_kept(api: TestClient) -> None:
    sent = send(
        api,
        captured_at="2026-03-01T12:00:00+02:00",
        lane="7",
        declaration_ref="D-9",
        registration_refs=["R-1", "R-2"],
    )
    assert sent["captured_at"] == "2026-03-01T10:00:00Z"
    assert sent["declaration_ref"] == "D-9"
    assert sent["registration_refs"] == ["R-1", "R-2"]


def test_papers_may_come_in_the_same_request(api: TestClient, site: Site) -> None:
    got = judged(
        api,
        site,
        declaration=as_json(a_declaration()),
        registrations=as_json([a_registration()]),
    )
    assert advice_of(got) == "release"
    assert api.get("/v1/declarations/D-1").json()["version"] == 1
    assert api.get(f"/v1/registrations/{PLATE}").json()["plate"] == PLATE


@pytest.mark.parametrize(
    ("declaration", "field"),
    [
        pytest.param(a_declaration(colour="red"), "declaration.colour", id="unknown field"),
        pytest.param(
            a_declaration(containers=[{"code": "CSQU3054384"}]),
            "containers.0.code",
            id="wrong check digit",
        ),
        pytest.param(
            a_declaration(
                containers=[{"code": CODE, "goods": [{"hs_code": "8431", "gross_mass_kg": "18 t"}]}]
            ),
            "declaration.containers.0.goods.0.gross_mass_kg",
            id="text where a number is due",
        ),
    ],
)
def test_a_wrong_declaration_in_the_upload_refuses_all_of_it(
    api: TestClient, site: Site, declaration: dict[str, Any], field: str
) -> None:
    before = site.stored()
    answer = api.post(INSPECTIONS, files=all_sensors(), data={"declaration": as_json(declaration)})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert site.stored() == before


# Idempotency-Key and Prefer


def test_a_repeated_request_with_its_key_is_one_inspection(api: TestClient, site: Site) -> None:
    headers = {"Idempotency-Key": "a-1"}
    first = api.post(INSPECTIONS, files=all_sensors(), headers=headers).json()
    before = site.stored()
    again = api.post(INSPECTIONS, files=all_sensors(), headers=headers)
    assert again.json()["id"] == first["id"]
    assert site.stored() == before


def test_a_key_used_for_another_request_is_a_conflict_and_stores_nothing(
    api: TestClient, site: Site
) -> None:
    headers = {"Idempotency-Key": "a-1"}
    api.post(INSPECTIONS, files=all_sensors(), headers=headers)
    before = site.stored()
    answer = api.post(INSPECTIONS, files=all_sensors(seed=9), headers=headers)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/idempotency-mismatch"
    assert site.stored() == before


def test_two_callers_may_use_the_same_key(anyone: TestClient, site: Site) -> None:
    ids = set()
    for name in ("gate 1", "gate 2"):
        headers = {**site.key(name=name), "Idempotency-Key": "a-1"}
        ids.add(anyone.post(INSPECTIONS, files=all_sensors(), headers=headers).json()["id"])
    assert len(ids) == 2


def test_prefer_wait_answers_with_the_verdict(api: TestClient, site: Site) -> None:
    site.tallyman.worker.start()
    answer = api.post(INSPECTIONS, files=all_sensors(), headers={"Prefer": "wait=10"})
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert answer.json()["state"] == "judged"
    assert advice_of(answer.json()) == "review"


def test_prefer_wait_gives_up_in_time(api: TestClient) -> None:
    began = time.monotonic()
    answer = api.post(INSPECTIONS, files=all_sensors(), headers={"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert 0.9 < time.monotonic() - began < 5


def test_a_failed_analysis_ends_the_wait_with_its_reason(api: TestClient, site: Site) -> None:
    site.analyser.failure = RuntimeError("the engine is lost")
    site.tallyman.worker.start()
    answer = api.post(INSPECTIONS, files=all_sensors(), headers={"Prefer": "wait=20"})
    assert answer.status_code == 201
    assert answer.json()["state"] == "failed"
    assert "the engine is lost" in answer.json()["failure"]


def test_a_failed_inspection_can_be_analysed_again(api: TestClient, site: Site) -> None:
    site.analyser.failure = RuntimeError("the engine is lost")
    got = judged(api, site)
    assert got["state"] == "failed"
    site.analyser.failure = None
    assert api.post(f"{got['url']}/retry").status_code == 202
    site.work_off()
    assert api.get(got["url"]).json()["state"] == "judged"
    assert api.post(f"{got['url']}/retry").status_code == 409


# evidence


def test_findings_name_model_version_threshold_and_place(api: TestClient, site: Site) -> None:
    got = judged(api, site)
    body = api.get(f"{got['url']}/findings").json()
    codes = [f for f in body["findings"] if f.get("subject") == "container_code"]
    assert [f["text"] for f in codes] == [CODE]
    assert codes[0]["provenance"] == {
        "model": "stub",
        "version": "1",
        "sha256": "0" * 64,
        "threshold": 0.5,
    }
    assert codes[0]["evidence"]["scan_sha256"] == got["files"][1]["sha256"]
    assert [f["id"] for f in body["findings"]] == [f"f{i}" for i in range(len(body["findings"]))]
    assert {entry["ran"] for entry in body["coverage"]} == {"ran"}


def test_there_are_no_findings_before_the_analysis(api: TestClient) -> None:
    answer = api.get(f"{send(api)['url']}/findings")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/not-found"


def test_the_original_comes_back_byte_for_byte(api: TestClient) -> None:
    for file in send(api)["files"]:
        answer = api.get(file["url"])
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert answer.headers["content-type"].startswith(file["media_type"])
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_pictures_and_overlays_are_what_a_browser_shows(api: TestClient, site: Site) -> None:
    got = judged(api, site)
    types = {"xray": "image/png", "photo": "image/jpeg", "radiation": "image/svg+xml"}
    for file in got["files"]:
        for url in (file["picture_url"], file["overlay_url"]):
            answer = api.get(url)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith(types[file["kind"]])
    plain, drawn = (
        cv2.imdecode(
            np.frombuffer(api.get(got["files"][0][name]).content, np.uint8), cv2.IMREAD_COLOR
        )
        for name in ("picture_url", "overlay_url")
    )
    assert plain is not None and drawn is not None
    changed = np.argwhere((plain != drawn).any(axis=2))
    # The stub's outline is 40..280 x 30..200; nothing right of it is painted.
    assert changed[:, 1].max() <= 284
    assert (drawn[100, 40] != plain[100, 40]).any()


def test_a_file_of_another_inspection_is_not_found(api: TestClient) -> None:
    first = send(api)
    second = send(api, [("photo", ("b.jpg", scans.a_photo_jpeg(seed=8), "image/jpeg"))])
    sha256 = second["files"][0]["sha256"]
    for ending in ("", "/picture", "/overlay"):
        answer = api.get(f"{first['url']}/files/{sha256}{ending}")
        assert answer.status_code == 404


# listing


def test_the_list_is_newest_first_and_pages_by_cursor(api: TestClient) -> None:
    sent = [send(api)["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        page = api.get(INSPECTIONS, params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        seen += [row["id"] for row in page.json()["items"]]
        cursor = page.json()["next"]
    assert seen == sent[::-1]
    assert cursor is None


def test_the_list_filters(api: TestClient, site: Site) -> None:
    looked_at = judged(api, site, lane="north-4")
    empty = a_declaration(site="east", containers=[{"code": CODE, "load": "empty"}])
    held = judged(api, site, declaration=as_json(empty), site="east")
    waiting = send(api, captured_at="2020-01-01T00:00:00Z")

    def ids(**params: Any) -> set[str]:
        answer = api.get(INSPECTIONS, params=params)
        assert answer.status_code == 200, answer.text
        return {row["id"] for row in answer.json()["items"]}

    assert ids(state="received") == {waiting["id"]}
    assert ids(state=["judged", "received"]) == {looked_at["id"], held["id"], waiting["id"]}
    assert ids(advice="review") == {looked_at["id"]}
    assert ids(advice="hold") == {held["id"]}
    assert ids(advice=["hold", "review"]) == {looked_at["id"], held["id"]}
    assert ids(site="east") == {held["id"]}
    assert ids(text="north-4") == {looked_at["id"]}
    assert ids(text=CODE.lower()) == {looked_at["id"], held["id"]}
    assert ids(captured_to="2021-01-01T00:00:00Z") == {waiting["id"]}
    assert ids(captured_from="2021-01-01T00:00:00Z") == {looked_at["id"], held["id"]}
    assert ids(text="nothing of ours") == set()


def test_a_declaration_for_another_site_than_the_upload_is_refused(
    api: TestClient, site: Site
) -> None:
    before = site.stored()
    papers = as_json(a_declaration(site="east"))
    answer = api.post(INSPECTIONS, files=all_sensors(), data={"declaration": papers})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "declaration.site"
    assert site.stored() == before


def test_a_row_of_the_list_says_what_an_officer_needs(api: TestClient, site: Site) -> None:
    got = judged(api, site)
    row = api.get(INSPECTIONS).json()["items"][0]
    assert row["id"] == got["id"]
    assert row["advice"] == "review"
    assert row["container_codes"] == [CODE]
    assert row["plates"] == [PLATE]
    assert row["reasons"] == got["verdict"]["verdict"]["reasons"]


# decisions


def test_a_decision_is_recorded_with_who_and_when(api: TestClient, site: Site) -> None:
    got = judged(api, site)
    answer = api.post(
        f"{got['url']}/decisions",
        json={"outcome": "hold", "note": "no papers", "verdict_number": 1},
    )
    assert answer.status_code == 201
    decision = answer.json()["decisions"][0]
    assert answer.json()["state"] == "decided"
    assert (decision["outcome"], decision["by"], decision["note"]) == (
        "hold",
        "operator of all",
        "no papers",
    )
    age = datetime.now(UTC) - datetime.fromisoformat(decision["at"])
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_deciding_again_is_the_undo_and_keeps_the_first(api: TestClient, site: Site) -> None:
    got = judged(api, site)
    for outcome in ("hold", "examine"):
        api.post(f"{got['url']}/decisions", json={"outcome": outcome})
    decisions = api.get(got["url"]).json()["decisions"]
    assert [(d["number"], d["outcome"]) for d in decisions] == [(1, "hold"), (2, "examine")]


def test_releasing_against_the_advice_needs_a_note(api: TestClient, site: Site) -> None:
    got = judged(api, site)
    answer = api.post(f"{got['url']}/decisions", json={"outcome": "release"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "note"
    with_note = {"outcome": "release", "note": "papers seen on paper"}
    assert api.post(f"{got['url']}/decisions", json=with_note).status_code == 201


def test_nothing_is_decided_before_there_is_a_verdict(api: TestClient) -> None:
    answer = api.post(f"{send(api)['url']}/decisions", json={"outcome": "hold"})
    assert answer.status_code == 409


def test_a_verdict_that_the_person_has_not_seen_is_a_conflict(api: TestClient, site: Site) -> None:
    got = judged(api, site, declaration_ref="D-1")
    api.post("/v1/declarations", json=a_declaration())
    seen = {"outcome": "hold", "note": "n", "verdict_number": 1}
    answer = api.post(f"{got['url']}/decisions", json=seen)
    assert answer.status_code == 409
    assert "verdict 2 has replaced verdict 1" in answer.json()["detail"]


# what a page asks for while others write


def test_many_readers_see_whole_inspections_while_files_come_in(
    api: TestClient, site: Site
) -> None:
    faults: list[str] = []

    def read() -> None:
        for _ in range(20):
            answer = api.get(INSPECTIONS)
            if answer.status_code != 200:
                faults.append(answer.text)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for seed in range(5):
        judged(api, site, lane=str(seed))
    for reader in readers:
        reader.join()
    assert not faults
