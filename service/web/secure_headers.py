"""Headers that every answer carries, whoever made it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Of what is not a page of the console; a plot that is opened by itself brings its own styles.
API_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
ONE_YEAR_S = 31_536_000


class SecureHeaders:
    """ASGI middleware; a header that an answer has already stays as it is."""

    def __init__(self, app: ASGIApp, *, behind_tls: bool) -> None:
        self._app = app
        self._headers = {**ALWAYS, "Content-Security-Policy": API_POLICY}
        if behind_tls:
            self._headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR_S}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, answer)
