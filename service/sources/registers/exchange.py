"""One question to a register over HTTP: whatever it does, an answer or a reason in time.

The question runs in a thread of its own, because a register that sends one byte a second never
runs into a socket's time-out. Whoever asks waits until the deadline and no longer; threads that
still hang are counted, and beyond `max_waiting` of them nothing more is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import TypeVar

import httpx

_T = TypeVar("_T")
OK, SERVER_ERROR = 200, 500


class Silent(Exception):
    """No usable answer; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a register is asked. `deadline_s` is for all attempts together.

    After `failures_to_open` failures in a row nothing is asked for `rest_s`; then one question
    goes out, and its success closes the circuit again.
    """

    url: str
    deadline_s: float = 3.0
    attempts: int = 2
    pause_s: float = 0.1
    failures_to_open: int = 5
    rest_s: float = 30.0
    max_answer_bytes: int = 1024 * 1024
    max_waiting: int = 8


class Exchange:
    """The line to one register, shared by threads.

    Args:
        client: with the register's certificates; redirects are not followed.
        line: address, deadline, retries, breaker.
        monotonic: seconds that never go back.
    """

    def __init__(self, client: httpx.Client, line: Line, *, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._line = line
        self._monotonic = monotonic
        self._places = threading.BoundedSemaphore(line.max_waiting)
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0
        self._probing = False

    def ask(self, content: bytes, *, content_type: str, parse: Callable[[bytes], _T]) -> _T:
        """Send `content` and give the parsed answer.

        Args:
            content: the question.
            content_type: of the question.
            parse: raises ValueError for an answer that is garbage or about something else; that
                counts as a failure of the register.

        Raises:
            Silent: no usable answer in time, or the circuit is open.
        """
        self._enter()
        if not self._places.acquire(blocking=False):
            self._left(succeeded=False)
            raise Silent(f"{self._line.max_waiting} questions are unanswered already")
        give_up_at = self._monotonic() + self._line.deadline_s
        future: Future[bytes] = Future()
        threading.Thread(
            target=self._work, args=(future, content, content_type, give_up_at), daemon=True
        ).start()
        succeeded = False
        try:
            answer = parse(future.result(timeout=self._line.deadline_s))
            succeeded = True
        except FutureTimeout as problem:
            raise Silent(f"no answer within {self._line.deadline_s:g} s") from problem
        except ValueError as problem:
            raise Silent(f"an answer that cannot be used: {problem}") from problem
        finally:
            self._left(succeeded=succeeded)
        return answer

    def _enter(self) -> None:
        with self._lock:
            if self._failures < self._line.failures_to_open:
                return
            if self._probing or self._monotonic() < self._open_until:
                raise Silent(f"not asked: it failed {self._failures} times in a row")
            self._probing = True

    def _left(self, *, succeeded: bool) -> None:
        with self._lock:
            self._probing = False
            if succeeded:
                self._failures = 0
                return
            self._failures += 1
            if self._failures >= self._line.failures_to_open:
                self._open_until = self._monotonic() + self._line.rest_s

    def _work(
        self, future: Future[bytes], content: bytes, content_type: str, give_up_at: float
    ) -> None:
        try:
            future.set_result(self._attempts(content, content_type, give_up_at))
        except Exception as problem:  # noqa: BLE001 (goes to the asking thread, which judges it)
            future.set_exception(problem)
        finally:
            self._places.release()

    def _attempts(self, content: bytes, content_type: str, give_up_at: float) -> bytes:
        reason = "not asked"
        for number in range(self._line.attempts):
            if number:
                threading.Event().wait(self._line.pause_s)
            left = give_up_at - self._monotonic()
            if left <= 0:
                break
            try:
                status, answer = self._once(content, content_type, left, give_up_at)
            except (httpx.HTTPError, httpx.StreamError) as problem:
                reason = f"{type(problem).__name__}: {problem}"
                continue
            if status == OK:
                return answer
            reason = f"status {status}"
            if status < SERVER_ERROR:
                break
        raise Silent(reason)

    def _once(
        self, content: bytes, content_type: str, left_s: float, give_up_at: float
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": content_type, "Accept-Encoding": "identity"}
        with self._client.stream(
            "POST",
            self._line.url,
            content=content,
            headers=headers,
            timeout=left_s,
            follow_redirects=False,
        ) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                size += len(part)
                if size > self._line.max_answer_bytes:
                    raise Silent(f"an answer of more than {self._line.max_answer_bytes} bytes")
                if self._monotonic() > give_up_at:
                    raise Silent(f"no whole answer within {self._line.deadline_s:g} s")
                parts.append(part)
            return response.status_code, b"".join(parts)
