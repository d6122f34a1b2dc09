"""Take jobs, analyse, judge; lose nothing when a worker dies."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from service.errors import LeaseLost, NotFound
from service.usecases.ports import Analyser, BlobStore, Clock, Lease, Repository
from service.usecases.rejudge import Judge
from vision.scan import RawScan

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
    ) -> None:
        self._name = name
        self._repository = repository
        self._blobs = blobs
        self._analyser = analyser
        self._judge = judge
        self._clock = clock
        self._lease = lease
        self._poll_s = poll_s
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

    def run_until_stopped(self) -> None:
        """As `start`, in the calling thread too."""
        self.start()
        while not self._stopping.wait(1.0):
            pass

    def work_once(self) -> bool:
        """One job, if there is one. False when idle."""
        for inspection_id in self._repository.awaiting_verdict():
            # Left over from a crash between analysis and verdict.
            self._judge(inspection_id, cause="recovered")
        lease = self._repository.claim(worker=self._name, now=self._clock(), lease=self._lease)
        if lease is None:
            return False
        try:
            with self._renewed(lease):
                self._analyse(lease)
        except LeaseLost as problem:
            log.warning("%s", problem)
        return True

    def _analyse(self, lease: Lease) -> None:
        started = time.perf_counter()
        try:
            file = self._repository.judging_file(lease.inspection_id)
            scans = [
                RawScan(name=f.name, data=self._blobs.get(f.sha256), kind=f.kind)
                for f in file.inspection.files
            ]
            analysis = self._analyser.analyse(scans)
        except NotFound as problem:
            self._give_up(lease, f"evidence is missing: {problem}", final=True)
            return
        except Exception as problem:
            log.exception("analysis of %s", lease.inspection_id)
            self._give_up(lease, f"{type(problem).__name__}: {problem}", final=False)
            return
        elapsed_s = time.perf_counter() - started
        self._repository.finish(lease, analysis=analysis, elapsed_s=elapsed_s, now=self._clock())
        self._judge(lease.inspection_id, cause="analysed")

    def _give_up(self, lease: Lease, reason: str, *, final: bool) -> None:
        self._repository.give_up(lease, reason=reason[:MAX_REASON], now=self._clock(), final=final)

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
