import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import httpx
import pytest
from register_builders import Watch, a_server, an_exchange

from service.sources.registers.exchange import Exchange, Line, Silent


def ask(exchange: Exchange, parse: Callable[[bytes], str] = bytes.decode) -> str:
    return exchange.ask(b"?", content_type="text/plain", parse=parse)


def ask_server(behave: Callable[[BaseHTTPRequestHandler], None], **line: float) -> str:
    settings = {"deadline_s": 0.4, "pause_s": 0.0, **line}
    with a_server(behave) as url, httpx.Client() as client:
        exchange = Exchange(client, Line(url=url, **settings), monotonic=time.monotonic)  # type: ignore[arg-type]
        started = time.monotonic()
        try:
            return ask(exchange)
        finally:
            assert time.monotonic() - started < 1.5, "it blocked its visit"


def send(handler: BaseHTTPRequestHandler, body: bytes, *, length: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


def test_an_answer_in_time_is_given() -> None:
    assert ask_server(lambda handler: send(handler, b"yes")) == "yes"


def never_answers(handler: BaseHTTPRequestHandler) -> None:
    handler.over.wait(5)  # type: ignore[attr-defined]


def drips_its_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.over.wait(0.05):  # type: ignore[attr-defined]
        handler.wfile.write(b".")


def drips_its_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.over.wait(0.05):  # type: ignore[attr-defined]
        handler.wfile.write(b"X")


def says_more_than_it_sends(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"half", length=1000)
    handler.close_connection = True


def sends_no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01garbage\r\n\r\n")
    handler.close_connection = True


def sends_too_much(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"x" * 3_000_000)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize(
    "behave",
    [
        never_answers,
        drips_its_body,
        drips_its_headers,
        says_more_than_it_sends,
        sends_no_http,
        sends_too_much,
        hangs_up,
    ],
)
def test_whatever_a_register_does_the_reason_comes_in_time(
    behave: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    with pytest.raises(Silent) as caught:
        ask_server(behave)
    assert str(caught.value)


def test_no_one_listening_is_a_reason() -> None:
    with a_server(lambda handler: None) as url:
        gone = url
    with httpx.Client() as client, pytest.raises(Silent, match="ConnectError"):
        ask(Exchange(client, Line(url=gone, pause_s=0.0), monotonic=time.monotonic))


def test_a_failure_of_the_server_is_tried_again_and_a_refusal_is_not() -> None:
    calls: list[int] = []

    def fails_once(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(503) if len(calls) == 1 else httpx.Response(200, text="yes")

    assert ask(an_exchange(fails_once)) == "yes"
    assert len(calls) == 2
    calls.clear()

    def refuses(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(404)

    with pytest.raises(Silent, match="status 404"):
        ask(an_exchange(refuses))
    assert len(calls) == 1


def test_a_redirection_is_not_followed() -> None:
    def elsewhere(request: httpx.Request) -> httpx.Response:
        assert "register.example" in str(request.url)
        return httpx.Response(302, headers={"Location": "https://evil.example"})

    with pytest.raises(Silent, match="status 302"):
        ask(an_exchange(elsewhere))


def test_an_answer_that_cannot_be_parsed_is_a_failure() -> None:
    def refuse(data: bytes) -> str:
        raise ValueError("it answers another query")

    with pytest.raises(Silent, match="cannot be used: it answers another query"):
        ask(an_exchange(lambda request: httpx.Response(200, text="yes")), refuse)


def test_the_circuit_opens_rests_probes_and_closes() -> None:
    watch, calls = Watch(), []
    healthy = False

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(200, text="yes") if healthy else httpx.Response(400)

    line = Line(url="https://r.example", failures_to_open=3, rest_s=30, deadline_s=3)
    exchange = an_exchange(answer, line=line, monotonic=watch)
    for _ in range(3):
        with pytest.raises(Silent, match="status 400"):
            ask(exchange)
    for _ in range(5):
        with pytest.raises(Silent, match="not asked: it failed 3 times"):
            ask(exchange)
    assert len(calls) == 3
    watch.now = 31.0
    with pytest.raises(Silent, match="status 400"):
        ask(exchange)
    with pytest.raises(Silent, match="not asked"):
        ask(exchange)
    assert len(calls) == 4
    watch.now, healthy = 62.0, True
    assert ask(exchange) == "yes"
    assert ask(exchange) == "yes"


def test_hanging_questions_are_counted_and_no_more_are_asked() -> None:
    release = threading.Event()

    def hangs(request: httpx.Request) -> httpx.Response:
        release.wait(5)
        return httpx.Response(200, text="late")

    line = Line(
        url="https://r.example", deadline_s=0.05, max_waiting=2, failures_to_open=99, attempts=1
    )
    exchange = an_exchange(hangs, line=line)
    for _ in range(2):
        with pytest.raises(Silent, match="no answer within"):
            ask(exchange)
    with pytest.raises(Silent, match="2 questions are unanswered"):
        ask(exchange)
    release.set()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert ask(exchange) == "late"
            break
        except Silent:
            time.sleep(0.01)
    else:
        pytest.fail("the places were never given back")
