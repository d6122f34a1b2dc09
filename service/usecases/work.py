"""Take jobs, analyse, judge; lose nothing when a worker dies."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from service.domain.inspection import Inspection
from service.errors import LeaseLost, NotFound
from service.usecases.ports import Analyser, BlobStore, Clock, Lease, Repository
from service.usecases.rejudge import Judge
from vision.findings import Analysis
from vision.scan import RawScan

Complete = Callable[[Inspection, Sequence[RawScan], Analysis], Analysis]
"""Adds what an analysis of the files alone cannot know, such as a comparison with earlier ones."""

log = logging.getLogger(__name__)
RENEWALS_PER_LEASE = 3
MAX_REASON = 500


class Worker:
    """Works off the queue in its own threads until it is told to stop.

    Args:
        lease: a job that is not renewed for so long goes to someone else.
        poll_s: how often to look for jobs that other processes queued.
    """

    def __init__(
        self,
        name: str,
        *,
        repository: Repository,
        blobs: BlobStore,
        analyser: Analyser,
        judge: Judge,
        clock: Clock,
        lease: timedelta,
        poll_s: float,
        threads: int = 1,
        complete: Complete | None = None,
    ) -> None:
        self._name = name
        self._repository = repository
        self._blobs = blobs
        self._analyser = analyser
        self._judge = judge
        self._clock = clock
        self._lease = lease
        self._poll_s = poll_s
        self._complete = complete
        self._not_before: dict[str, datetime] = {}
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """A job may have come."""
        self._wake.set()

    def stop(self, *, timeout_s: float = 10.0) -> None:
        """Finish what was begun, then stop; beyond the timeout the lease runs out instead."""
        self._stopping.set()
        self._wake.set()
        end = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))

    def work_once(self) -> bool:
        """One job, if there is one. False when idle."""
        self._catch_up()
        lease = self._repository.claim(worker=self._name, now=self._clock(), lease=self._lease)
        if lease is None:
            return False
        try:
            with self._renewed(lease):
                analysed = self._analyse(lease)
        except LeaseLost as problem:
            log.warning("%s", problem)
            return True
        if analysed:
            self._judge_or_leave(lease.inspection_id, cause="analysed")
        return True

    def _catch_up(self) -> None:
        """Judge what a crash left behind; whoever judges just now has a lease's time for it."""
        now = self._clock()
        for inspection_id in self._repository.awaiting_verdict(changed_before=now - self._lease):
            if self._not_before.get(inspection_id, now) <= now:
                self._judge_or_leave(inspection_id, cause="recovered")

    def _judge_or_leave(self, inspection_id: str, *, cause: str) -> None:
        """One inspection that cannot be judged must not stop the others; it is tried again."""
        try:
            self._judge(inspection_id, cause=cause)
        except Exception:
            log.exception("judging %s", inspection_id)
            self._not_before[inspection_id] = self._clock() + self._lease
        else:
            self._not_before.pop(inspection_id, None)

    def _analyse(self, lease: Lease) -> bool:
        """Whether there is an analysis now. Raises: LeaseLost."""
        started = time.perf_counter()
        try:
            file = self._repository.judging_file(lease.inspection_id)
            scans = [
                RawScan(name=f.name, data=self._blobs.get(f.sha256), kind=f.kind)
                for f in file.inspection.files
            ]
            analysis = self._analyser.analyse(scans)
            if self._complete is not None:
                analysis = self._complete(file.inspection, scans, analysis)
            elapsed_s = time.perf_counter() - started
            now = self._clock()
            self._repository.finish(lease, analysis=analysis, elapsed_s=elapsed_s, now=now)
        except LeaseLost:
            raise
        except NotFound as problem:
            self._give_up(lease, f"evidence is missing: {problem}", final=True)
            return False
        except Exception as problem:
            log.exception("analysis of %s", lease.inspection_id)
            self._give_up(lease, f"{type(problem).__name__}: {problem}", final=False)
            return False
        return True

    def _give_up(self, lease: Lease, reason: str, *, final: bool) -> None:
        # PostgreSQL stores no NUL, and what an engine says may have one.
        text = reason.replace("\0", "")[:MAX_REASON]
        self._repository.give_up(lease, reason=text, now=self._clock(), final=final)

    @contextmanager
    def _renewed(self, lease: Lease) -> Iterator[None]:
        """Renew the lease in the background for as long as the work goes on."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(self._lease.total_seconds() / RENEWALS_PER_LEASE):
                try:
                    self._repository.renew(lease, now=self._clock(), extend=self._lease)
                except LeaseLost:
                    return
                except Exception:
                    log.exception("renewing the lease of %s", lease.inspection_id)

        thread = threading.Thread(target=renew, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if self.work_once():
                    continue
            except Exception:
                log.exception("worker %s", self._name)
            self._wake.wait(self._poll_s)
            self._wake.clear()
