"""What never becomes a request: answered as a problem too, instead of uvicorn's plain text."""

from __future__ import annotations

from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.web.problems import MEDIA_TYPE, Problem

LINGER_S = 5.0


class ProblemProtocol(H11Protocol):
    """Give it to uvicorn as `http=`.

    After the answer it reads on for a moment and forgets what comes: a connection that is closed
    with bytes unread is reset, and the answer is lost with it.
    """

    _refused = False

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Called for anything that is no HTTP/1.1, or whose headers are too long."""
        if self.conn.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            # An answer is under way; there is nothing left to say but goodbye.
            self.transport.close()
            return
        status = HTTPStatus.BAD_REQUEST
        problem = Problem(
            type="about:blank",
            title=status.phrase,
            status=status,
            detail="the request is no HTTP/1.1, or its headers are too long",
            instance="",
        )
        body = problem.model_dump_json(exclude_none=True).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        start = h11.Response(status_code=status, headers=headers, reason=status.phrase.encode())
        for event in (start, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self._refused = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_S, self.transport.close)
