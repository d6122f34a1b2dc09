"""Answers kept for a while, at most so many; "cannot tell" is never kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Generic, TypeVar

from service.usecases.registers import Answer, RegisterAnswer

_T = TypeVar("_T")


class AnswerCache(Generic[_T]):
    """Shared by threads.

    Args:
        found: how long an entry is good.
        not_found: how long an absence is; shorter, since what is missing may be entered any time.
        most: answers kept; the least recently used goes first.
        monotonic: seconds that never go back.
    """

    def __init__(
        self,
        *,
        found: timedelta,
        not_found: timedelta,
        monotonic: Callable[[], float],
        most: int = 10_000,
    ) -> None:
        self._keep = {Answer.FOUND: found, Answer.NOT_FOUND: not_found}
        self._most = most
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, RegisterAnswer[_T]]] = OrderedDict()

    def get(self, key: Hashable) -> RegisterAnswer[_T] | None:
        with self._lock:
            expiry, answer = self._kept.get(key, (0.0, None))
            if answer is None or self._monotonic() >= expiry:
                self._kept.pop(key, None)
                return None
            self._kept.move_to_end(key)
            return answer

    def put(self, key: Hashable, answer: RegisterAnswer[_T]) -> None:
        keep = self._keep.get(answer.answer)
        if keep is None or keep <= timedelta(0):
            return
        with self._lock:
            self._kept[key] = (self._monotonic() + keep.total_seconds(), answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
