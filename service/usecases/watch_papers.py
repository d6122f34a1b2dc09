"""What a service does about papers in the background: follow them, empty the drop folder."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)
Chore = Callable[[], object]


class PaperWatch:
    """Does its chores one after the other in a thread of its own, until it is told to stop.

    An analysis takes seconds and papers must not wait for it, hence a thread beside the worker.

    Args:
        chores: each does what there is to do and returns; they may be done by many at once.
        poll_s: how often to look for what other processes filed.
    """

    def __init__(self, chores: Sequence[Chore], *, poll_s: float) -> None:
        self._chores = chores
        self._poll_s = poll_s
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="papers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Papers may have come."""
        self._wake.set()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Finish the chore at hand, then stop."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for chore in self._chores:
                try:
                    chore()
                except Exception:
                    log.exception("papers")
            self._wake.wait(self._poll_s)
            self._wake.clear()
