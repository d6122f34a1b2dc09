"""A worker process: works off the queue of a shared database until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from service.bootstrap import build
from service.config import Settings

log = logging.getLogger(__name__)


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what was begun is finished first."""
    tallyman = build(settings)
    tallyman.models.warm_up()
    for problem in tallyman.models.problems:
        log.error("%s", problem)
    stop = threading.Event()

    def asked_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGINT, asked_to_stop)
    tallyman.worker.start()
    tallyman.paper_watch.start()
    log.info("working")
    while not stop.wait(1.0):
        pass
    tallyman.close()
