"""Gateways on the loopback that answer as EUCARIS and the police do, or as badly as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from service.sources import Limits
from service.sources.xml_document import parse_xml

NAMESPACE = "urn:tallyman:vehicle-register:1"


class Mood(StrEnum):
    """What a gateway does with a question."""

    KNOWS = "knows"
    KNOWS_NOT = "knows_not"
    HANGS = "hangs"
    DRIPS = "drips"
    BREAKS = "breaks"
    SHUTS = "shuts"
    BABBLES = "babbles"
    ANOTHER_PLATE = "another_plate"
    ANOTHER_QUERY = "another_query"
    CONTRADICTS = "contradicts"


BAD = tuple(mood for mood in Mood if mood not in {Mood.KNOWS, Mood.KNOWS_NOT})


class Gateway:
    """One register; `mood` may change at any time, `asked` are the plates in order."""

    def __init__(self) -> None:
        self.mood = Mood.KNOWS
        self.asked: list[str] = []
        self.over = threading.Event()
        self.url = ""

    def answer(self, question: bytes) -> bytes:
        raise NotImplementedError

    def behave(self, handler: BaseHTTPRequestHandler, question: bytes) -> None:
        body = self.answer(question)
        if self.mood is Mood.HANGS:
            self.over.wait(30)
        if self.mood is Mood.SHUTS or self.over.is_set():
            handler.close_connection = True
            return
        if self.mood is Mood.BABBLES:
            body = b"\x00\xff<html>it works</html>"
        handler.send_response(500 if self.mood is Mood.BREAKS else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if self.mood is Mood.DRIPS:
            for byte in body:
                handler.wfile.write(bytes([byte]))
                if self.over.wait(0.1):
                    return
        handler.wfile.write(body)


class VehicleGateway(Gateway):
    """Speaks the profile of `service.sources.registers.eucaris`; every vehicle is a white MAN."""

    def answer(self, question: bytes) -> bytes:
        root = parse_xml(question, source="question", limits=Limits())
        names = ("QueryId", "Country", "Plate")
        asked = {name: found.text for name in names if (found := root.first(name)) is not None}
        self.asked.append(asked["Plate"])
        query = "other" if self.mood is Mood.ANOTHER_QUERY else asked["QueryId"]
        plate = "OTHER1" if self.mood is Mood.ANOTHER_PLATE else asked["Plate"]
        result = "not_found" if self.mood in {Mood.KNOWS_NOT, Mood.CONTRADICTS} else "found"
        vehicle = (
            f"<Vehicle><Plate>{plate}</Plate><Country>{asked['Country']}</Country>"
            "<Make>MAN</Make><Colour>white</Colour><Stolen>false</Stolen></Vehicle>"
        )
        return (
            f'<VehicleResponse xmlns="{NAMESPACE}"><QueryId>{query}</QueryId>'
            f"<Result>{result}</Result>{'' if self.mood is Mood.KNOWS_NOT else vehicle}"
            "</VehicleResponse>"
        ).encode()


class PoliceGateway(Gateway):
    """Speaks as `service.sources.registers.stolen_objects` does; KNOWS is a hit."""

    def answer(self, question: bytes) -> bytes:
        asked = json.loads(question)
        self.asked.append(asked["object"]["plate"])
        about = asked["object"]
        if self.mood is Mood.ANOTHER_PLATE:
            about = {**about, "plate": "OTHER1"}
        hit = {"reference": "SIS-77", "category": "stolen vehicle", "action": "seize"}
        none = self.mood in {Mood.KNOWS_NOT, Mood.CONTRADICTS}
        answer = {
            "query_id": "other" if self.mood is Mood.ANOTHER_QUERY else asked["query_id"],
            "object": about,
            "result": "no_hit" if none else "hit",
            "hit": None if self.mood is Mood.KNOWS_NOT else hit,
        }
        return json.dumps(answer).encode()


@contextmanager
def serving(gateway: Gateway) -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            try:
                gateway.behave(self, question)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}/ask"
    try:
        yield gateway
    finally:
        gateway.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
