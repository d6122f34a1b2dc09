"""Bad input over HTTP: a 4xx problem each time, no traceback, and nothing stored."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from service.domain.access import Role
from tests.e2e.conftest import Server, tallyman
from tests.service.web import scans
from tests.service.web.conftest import LiveServer
from tests.service.web.hostile import FILES, READABLE
from tests.service.web.stand_ins import Site, a_declaration, all_sensors, as_json

GIB = 1024**3
log = logging.getLogger(__name__)


def is_problem(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The problem document; it must be one of ours, and a sentence, not a traceback."""
    assert answer.status_code in (statuses or range(400, 500)), answer.text
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"] and body["detail"]
    for trace in ("Traceback", 'File "', "0x7f", "object at"):
        assert trace not in answer.text
    return body


# files


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_refuses_the_upload_and_is_named(api: TestClient, site: Site, name: str) -> None:
    file_name, data = FILES[name]
    before = site.stored()
    files = [*all_sensors(), ("files", (file_name, data, "application/octet-stream"))]
    began = time.monotonic()
    problem = is_problem(api.post("/v1/inspections", files=files), 422)
    assert time.monotonic() - began < 10
    assert problem["type"] == "/problems/unreadable-upload"
    assert problem["errors"][0]["field"] == file_name
    assert site.stored() == before
    assert site.analyser.seen == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["xray", "photo", "radiation"])
def test_a_bad_file_is_refused_by_stateless_analysis(
    api: TestClient, site: Site, kind: str, name: str
) -> None:
    before = site.stored()
    is_problem(api.post(f"/v1/analyse/{kind}", content=FILES[name][1]), 422)
    assert site.stored() == before
    assert site.analyser.seen == []


@pytest.mark.parametrize("name", READABLE)
def test_an_odd_file_whose_picture_is_whole_is_taken(api: TestClient, name: str) -> None:
    file_name, data = READABLE[name]
    answer = api.post("/v1/inspections", files=[("files", (file_name, data, ""))])
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\scan.png", "scan.png"),
        ("a\0b.png", "ab.png"),
        ("..", ".."),
        ("/", "files-1"),
        ("x" * 500 + ".png", "x" * 200),
        ("\u202egnp.exe", "gnp.exe"),
        ("Über scan.png", "Über scan.png"),
    ],
)
def test_the_name_of_a_file_is_no_path_and_has_no_control_codes(
    anyone: TestClient, site: Site, sent: str, kept: str
) -> None:
    name = sent.replace("\\", "\\\\").encode()
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="'
        + name
        + b'"\r\n\r\n'
        + scans.a_grey_png()
        + b"\r\n--b--\r\n"
    )
    headers = {**site.key(), "Content-Type": "multipart/form-data; boundary=b"}
    answer = anyone.post("/v1/inspections", content=body, headers=headers)
    if "\0" in sent and answer.status_code == 422:
        is_problem(answer)  # the parser may refuse it in a header altogether
        return
    assert answer.status_code == 202, answer.text
    assert answer.json()["files"][0]["name"] == kept
    blobs = site.tallyman.services.settings.blob_dir
    assert all(len(path.name) == 64 for path in blobs.rglob("*") if path.is_file())


def test_the_name_of_a_file_adds_no_header_to_its_download(api: TestClient) -> None:
    name = 'a"; filename=evil.exe; x="%0d%0aX-Evil: 1é.png'
    sent = api.post("/v1/inspections", files=[("files", (name, scans.a_grey_png(), ""))])
    answer = api.get(sent.json()["files"][0]["url"])
    assert "x-evil" not in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition.count('"') == 2
    assert disposition.startswith('attachment; filename="')
    assert answer.headers["content-type"] == "image/png"


# JSON


JSON_BODIES = {
    "nothing": b"",
    "half an object": b'{"reference": "D-1", "cont',
    "no JSON": b"reference=D-1",
    "something behind it": as_json(a_declaration()).encode() + b"{}",
    "null": b"null",
    "a list": b"[]",
    "a string": b'"D-1"',
    "UTF-16": as_json(a_declaration()).encode("utf-16"),
    "UTF-32": as_json(a_declaration()).encode("utf-32"),
    "with a byte order mark": as_json(a_declaration()).encode("utf-8-sig"),
    "Latin-1": as_json(a_declaration()).replace("D-1", "Ü").encode("latin-1"),
    "a lone surrogate": as_json(a_declaration()).replace("D-1", "\\ud800").encode(),
    "a surrogate in UTF-8": as_json(a_declaration()).encode().replace(b"D-1", b"\xed\xa0\x80"),
    "nested 100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "objects nested 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "NaN": b'{"reference": NaN}',
    "infinity": b'{"reference": -Infinity}',
    "a number beyond a double": b'{"reference": 1e999}',
    "a number of 5,000 digits": b'{"reference": ' + b"9" * 5_000 + b"}",
    "a null byte": as_json(a_declaration()).replace("D-1", "D\\u0000").encode(),
    "10,000 unknown fields": json.dumps({f"f{n}": n for n in range(10_000)}).encode(),
    "a mass of NaN": as_json(a_declaration())
    .replace('"hs_code"', '"gross_mass_kg": NaN, "hs_code"')
    .encode(),
}


@pytest.mark.parametrize("name", JSON_BODIES)
@pytest.mark.parametrize("path", ["/v1/declarations", "/v1/registrations"])
def test_a_bad_json_body_is_refused(api: TestClient, site: Site, path: str, name: str) -> None:
    before = site.stored()
    headers = {"Content-Type": "application/json"}
    is_problem(api.post(path, content=JSON_BODIES[name], headers=headers), 422)
    assert site.stored() == before


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "a/b;c"])
def test_papers_are_json_and_say_so(api: TestClient, site: Site, kind: str) -> None:
    before = site.stored()
    headers = {"Content-Type": kind}
    body = as_json(a_declaration()).encode()
    problem = is_problem(api.post("/v1/declarations", content=body, headers=headers), 415)
    assert problem["type"] == "/problems/unsupported-type"
    assert site.stored() == before


def test_a_json_body_has_a_limit_of_its_own_even_for_strangers(
    anyone: TestClient, site: Site
) -> None:
    before = site.stored()
    body = b'{"reference": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    headers = {"Content-Type": "application/json"}
    is_problem(anyone.post("/v1/declarations", content=body, headers=headers), 413)
    assert site.stored() == before


@pytest.mark.parametrize(
    "decision",
    [
        {"outcome": "destroy"},
        {"outcome": "hold", "note": 5},
        {"outcome": "hold", "note": "x" * 4001},
        {"outcome": "hold", "verdict_number": "first"},
        {"outcome": "hold", "verdict_number": 1e30},
        {"outcome": "hold", "by": "someone else"},
        {},
    ],
)
def test_a_bad_decision_is_refused(api: TestClient, site: Site, decision: dict[str, Any]) -> None:
    url = api.post("/v1/inspections", files=all_sensors()).json()["url"]
    site.work_off()
    before = site.stored()
    is_problem(api.post(f"{url}/decisions", json=decision), 422)
    assert site.stored() == before


# forms and fields


def part(name: str, value: bytes = b"x", *, extra: str = "") -> bytes:
    return (
        f'--b\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()
        + value
        + b"\r\n"
    )


SCAN = part("files", scans.a_grey_png(), extra='; filename="a.png"')
END = b"--b--\r\n"
FORMS: dict[str, tuple[str, bytes]] = {
    "no file": ("multipart/form-data; boundary=b", part("lane") + END),
    "nothing": ("multipart/form-data; boundary=b", b""),
    "no last boundary": ("multipart/form-data; boundary=b", SCAN),
    "half a part": ("multipart/form-data; boundary=b", SCAN[:2000]),
    "another boundary": ("multipart/form-data; boundary=c", SCAN + END),
    "no boundary": ("multipart/form-data", SCAN + END),
    "an empty boundary": ("multipart/form-data; boundary=", SCAN + END),
    "a boundary of 5,000 characters": (f"multipart/form-data; boundary={'b' * 5000}", SCAN + END),
    "url encoding": ("application/x-www-form-urlencoded", b"site=main"),
    "JSON": ("application/json", b"{}"),
    "no content type": ("", SCAN + END),
    "10,000 fields": ("multipart/form-data; boundary=b", part("lane") * 10_000 + SCAN + END),
    "10,000 files": ("multipart/form-data; boundary=b", SCAN[:200] + b"\r\n" + SCAN * 100 + END),
    "an unknown field": ("multipart/form-data; boundary=b", SCAN + part("colour") + END),
    "a field twice": ("multipart/form-data; boundary=b", SCAN + part("lane") * 2 + END),
    "a part without a name": (
        "multipart/form-data; boundary=b",
        b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" + SCAN + END,
    ),
    "a part with a header of 20,000 bytes": (
        "multipart/form-data; boundary=b",
        part("lane", extra="; x=" + "y" * 20_000) + SCAN + END,
    ),
    "a part with 1,000 headers": (
        "multipart/form-data; boundary=b",
        b"--b\r\n" + b"A: b\r\n" * 1000 + SCAN[5:] + END,
    ),
    "a field of 2 MiB": (
        "multipart/form-data; boundary=b",
        part("lane", b"x" * 2**21) + SCAN + END,
    ),
    "a field that is not UTF-8": (
        "multipart/form-data; boundary=b",
        part("lane", b"\xff\xfe") + SCAN + END,
    ),
    "a lane of 101 characters": (
        "multipart/form-data; boundary=b",
        part("lane", b"x" * 101) + SCAN + END,
    ),
    "a null byte in the lane": (
        "multipart/form-data; boundary=b",
        part("lane", b"a\0b") + SCAN + END,
    ),
    "a line feed in the site": (
        "multipart/form-data; boundary=b",
        part("site", b"a\nb") + SCAN + END,
    ),
    "a reference of 201 characters": (
        "multipart/form-data; boundary=b",
        part("declaration_ref", b"x" * 201) + SCAN + END,
    ),
    "101 references": (
        "multipart/form-data; boundary=b",
        b"".join(part("registration_refs", str(n).encode()) for n in range(101)) + SCAN + END,
    ),
    "a declaration nested 100,000 deep": (
        "multipart/form-data; boundary=b",
        part("declaration", b"[" * 100_000) + SCAN + END,
    ),
    "a declaration in UTF-16": (
        "multipart/form-data; boundary=b",
        part("declaration", as_json(a_declaration()).encode("utf-16")) + SCAN + END,
    ),
    **{
        f"captured at {value}": (
            "multipart/form-data; boundary=b",
            part("captured_at", value.encode()) + SCAN + END,
        )
        for value in (
            "yesterday",
            "-1",
            "1764000000",
            "2026-03-01T10:00:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "1900-01-01T00:00:00Z",
            "3026-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
        )
    },
}


@pytest.mark.parametrize("name", FORMS)
def test_a_bad_form_is_refused(api: TestClient, site: Site, name: str) -> None:
    kind, body = FORMS[name]
    before = site.stored()
    is_problem(api.post("/v1/inspections", content=body, headers={"Content-Type": kind}), 422)
    assert site.stored() == before


@pytest.mark.parametrize("key", ["", "x" * 201, "x" * 60_000])
def test_a_bad_idempotency_key_is_refused(api: TestClient, site: Site, key: str) -> None:
    before = site.stored()
    headers = {"Idempotency-Key": key}
    is_problem(api.post("/v1/inspections", files=all_sensors(), headers=headers), 422)
    assert site.stored() == before


def test_a_wait_of_hours_is_cut_to_what_the_server_allows(api: TestClient, site: Site) -> None:
    site.tallyman.worker.start()
    answer = api.post("/v1/inspections", files=all_sensors(), headers={"Prefer": "wait=99999"})
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "wait=30"


@pytest.mark.parametrize(
    "prefer", ["wait=-1", "wait=x", "wait=", "respond-async", "wait=1e9", "\u00e9"]
)
def test_a_preference_that_makes_no_sense_is_no_wait(api: TestClient, prefer: str) -> None:
    began = time.monotonic()
    headers = {"Prefer": prefer.encode("latin-1")}
    answer = api.post("/v1/inspections", files=all_sensors(), headers=headers)
    assert answer.status_code == 202
    assert time.monotonic() - began < 5


# addresses, queries, methods


NO_ID = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/inspections/x",
        f"/v1/inspections/{NO_ID}",
        f"/v1/inspections/{NO_ID.upper()}",
        "/v1/inspections/%00",
        "/v1/inspections/..%2f..%2fetc%2fpasswd",
        "/v1/inspections/" + "a" * 5000,
        f"/v1/inspections/{NO_ID}/files/x",
        f"/v1/inspections/{NO_ID}/files/..%2f..%2fsession.key",
        f"/v1/inspections/{NO_ID}/files/{'0' * 64}/picture",
        "/v1/declarations/nothing",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/nothing.js",
        "/problems/../healthz/x",
        "/%ff%fe",
    ],
)
def test_what_is_not_there_is_not_found(api: TestClient, path: str) -> None:
    is_problem(api.get(path), 404)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=" + "A" * 500,
        "cursor=%00",
        "cursor=MTc2OjA=%F0",
        "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6eA==",
        "cursor=",
        "limit=0",
        "limit=1000000",
        "limit=-1",
        "limit=many",
        "state=lost",
        "advice=shrug",
        "captured_from=yesterday",
        "captured_from=2026-01-01T00:00:00",
        "captured_to=1e400",
        "text=%00",
        "text=" + "x" * 300,
        "site=%0a",
    ],
)
def test_a_bad_query_is_refused(api: TestClient, query: str) -> None:
    is_problem(api.get(f"/v1/inspections?{query}"), 422)


def test_a_search_is_taken_literally(api: TestClient) -> None:
    api.post("/v1/inspections", files=all_sensors(), data={"lane": "100% wide"})
    for text, found in (("100%", 1), ("1%e", 0), ("_00", 0), ("' OR 1=1 --", 0), ('"', 0)):
        rows = api.get("/v1/inspections", params={"text": text}).json()["items"]
        assert len(rows) == found, text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"])
@pytest.mark.parametrize(
    "path", ["/v1/inspections", "/v1/declarations", f"/v1/inspections/{NO_ID}"]
)
def test_a_method_that_is_not_there_says_which_are(
    api: TestClient, site: Site, path: str, method: str
) -> None:
    before = site.stored()
    answer = api.request(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST", "HEAD"}
    if method != "HEAD":
        is_problem(answer, 405)
    assert site.stored() == before


# what only a socket can send


def exchange(server: LiveServer, *pieces: bytes, end: bool = False) -> bytes:
    """Send the pieces, and hang up if `end`; else the whole answer, as its length says."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                sock.sendall(piece)
        if end:
            return b""
        received = bytearray()
        while not whole(received) and (chunk := sock.recv(65_536)):
            received += chunk
        return bytes(received)


def whole(received: bytearray) -> bool:
    start, _, body = bytes(received).partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", start, re.IGNORECASE)
    return length is not None and len(body) >= int(length[1])


def parsed(raw: bytes) -> httpx.Response:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines[1:]]
    return httpx.Response(int(lines[0].split()[1]), headers=headers, content=body)


def head(server: LiveServer, *lines: str, path: str = "/v1/inspections") -> bytes:
    key = server.site.key()["Authorization"]
    return "\r\n".join(
        [
            f"POST {path} HTTP/1.1",
            "Host: x",
            f"Authorization: {key}",
            "Content-Type: multipart/form-data; boundary=b",
            "Connection: close",
            *lines,
            "",
            "",
        ]
    ).encode()


def still_works(server: LiveServer) -> None:
    answer = httpx.post(
        f"{server.url}/v1/inspections", files=all_sensors(), headers=server.site.key()
    )
    assert answer.status_code == 202


def test_an_upload_cut_midway_leaves_nothing(live: LiveServer) -> None:
    request = head(live, f"Content-Length: {len(SCAN) + 5000}")
    before = live.site.stored()
    exchange(live, request, SCAN[:3000], end=True)
    exchange(live, request, SCAN, end=True)
    time.sleep(0.3)
    assert live.site.stored() == before
    still_works(live)


def test_a_chunked_upload_cut_midway_leaves_nothing(live: LiveServer) -> None:
    request = head(live, "Transfer-Encoding: chunked")
    before = live.site.stored()
    exchange(live, request, b"%x\r\n" % len(SCAN) + SCAN + b"\r\n", end=True)
    exchange(live, request, b"%x\r\n" % (len(SCAN) + 100) + SCAN, end=True)
    time.sleep(0.3)
    assert live.site.stored() == before
    still_works(live)


def test_a_body_without_its_last_boundary_is_a_problem(live: LiveServer) -> None:
    request = head(live, f"Content-Length: {len(SCAN)}")
    before = live.site.stored()
    answer = parsed(exchange(live, request, SCAN))
    assert "cut midway" in is_problem(answer, 422)["detail"]
    assert live.site.stored() == before


def test_two_gigabytes_are_refused_before_they_are_sent(live: LiveServer) -> None:
    announced = f"Content-Length: {2 * GIB}"
    plain, expecting = head(live, announced), head(live, announced, "Expect: 100-continue")
    before = live.site.stored()
    began = time.monotonic()
    assert is_problem(parsed(exchange(live, plain)), 413)["type"] == "/problems/too-large"
    answer = exchange(live, expecting)
    assert b"100 Continue" not in answer
    is_problem(parsed(answer), 413)
    assert time.monotonic() - began < 5
    assert live.site.stored() == before


def test_a_body_without_end_is_refused_at_the_limit(live: LiveServer) -> None:
    request = head(live, "Transfer-Encoding: chunked")
    before = live.site.stored()
    megabyte = b"%x\r\n" % 2**20 + bytes(2**20) + b"\r\n"
    start = b"%x\r\n" % 100 + SCAN[:100] + b"\r\n"
    is_problem(parsed(exchange(live, request, start, *[megabyte] * 12)), 413)
    assert live.site.stored() == before


def test_someone_who_sends_too_much_at_full_speed_still_gets_the_answer(live: LiveServer) -> None:
    body = SCAN[:100] + bytes(12 * 2**20)
    for length in (f"Content-Length: {len(body)}", "Content-Length: 1000000000"):
        is_problem(parsed(exchange(live, head(live, length), body)), 413)


GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /v1/inspections HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "request_head",
    [
        pytest.param(b"GARBAGE\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET /healthz HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(GET + b"A: " + b"a" * 10**6 + b"\r\n\r\n", id="header of 1 MB"),
        pytest.param(
            b"GET /" + b"a" * 10**6 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="address of 1 MB"
        ),
        pytest.param(GET + b"A: b\r\n" * 200_000 + b"\r\n", id="200,000 headers"),
        pytest.param(GET + b"A: a\0b\r\n\r\n", id="null byte in a header"),
        pytest.param(POST + b"Content-Length: -5\r\n\r\n", id="negative length"),
        pytest.param(POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", id="two lengths"),
        pytest.param(POST + b"Transfer-Encoding: smoke\r\n\r\n", id="no such encoding"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
    ],
)
def test_what_is_no_request_is_a_problem_too(live: LiveServer, request_head: bytes) -> None:
    is_problem(parsed(exchange(live, request_head)))
    assert httpx.get(f"{live.url}/healthz").status_code == 200


def test_many_bad_uploads_at_once_do_no_harm(live: LiveServer) -> None:
    headers = live.site.key(Role.PORT)
    statuses: list[int] = []

    def send() -> None:
        for name in ("truncated PNG", "60,000 x 60,000 PNG", "N42 that expands entities"):
            file_name, data = FILES[name]
            files = [("files", (file_name, data, ""))]
            url = f"{live.url}/v1/inspections"
            statuses.append(httpx.post(url, files=files, headers=headers, timeout=30).status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [422] * 18
    still_works(live)


@pytest.mark.slow
def test_two_gigabytes_without_a_length_keep_memory_bounded(demo: Server) -> None:
    made = tallyman("keys", "create", "gate", "--json", TALLYMAN_DATA_DIR=str(demo.data_dir))
    key = json.loads(made.stdout)["key"]
    before = demo.rss_mb()
    peak = before
    sent = 0

    def body() -> Iterator[bytes]:
        nonlocal peak, sent
        yield SCAN[:100]
        for _ in range(2 * 1024):
            yield bytes(2**20)
            sent += 2**20
            peak = max(peak, demo.rss_mb())

    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "multipart/form-data; boundary=b",
    }
    answer = httpx.post(f"{demo.url}/v1/inspections", content=body(), headers=headers, timeout=60)
    is_problem(answer, 413)
    log.info("RSS %.0f MB before, %.0f at most, %.0f after", before, peak, demo.rss_mb())
    assert sent == 2 * GIB
    assert peak - before < 500
    assert httpx.get(f"{demo.url}/readyz").status_code == 200
