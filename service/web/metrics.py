"""What Prometheus may know: requests, latencies, queue, analyses and alarms.

Each `Metrics` has its own registry, so that two applications in one process never mix. Worker
processes count for themselves; only the queue depth is read from the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.domain.inspection import InspectionState
from service.usecases.ports import Analyser
from vision.findings import Analysis, GrossCount
from vision.scan import RawScan

ANALYSIS_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 60.0)

QueueDepth = Callable[[], Mapping[InspectionState, int]]


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "tallyman_requests_total",
            "HTTP requests answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.latency = Histogram(
            "tallyman_request_seconds",
            "time from request to last byte of the answer; event streams are left out",
            ("method", "route"),
            registry=self.registry,
        )
        self.analysis_seconds = Histogram(
            "tallyman_analysis_seconds",
            "time that the analysers took for one order",
            buckets=ANALYSIS_BUCKETS_S,
            registry=self.registry,
        )
        self.analysis_failures = Counter(
            "tallyman_analysis_failures_total",
            "orders that ended in an exception",
            registry=self.registry,
        )
        self.coverage = Counter(
            "tallyman_coverage_total",
            "analyses of scans, by what became of them",
            ("analysis", "ran"),
            registry=self.registry,
        )
        self.alarms = Counter(
            "tallyman_alarms_total",
            "gross-count alarms",
            ("channel",),
            registry=self.registry,
        )

    def watch_queue(self, depth: QueueDepth) -> None:
        """Ask `depth` for the number of inspections per state at each scrape."""
        self.registry.register(_Queue(depth))

    def observe_analysis(self, analysis: Analysis, *, elapsed_s: float) -> None:
        """Count one finished order."""
        self.analysis_seconds.observe(elapsed_s)
        for entry in analysis.coverage:
            self.coverage.labels(entry.analysis, entry.ran.value).inc()
        for finding in analysis.findings:
            if isinstance(finding, GrossCount) and finding.alarm:
                self.alarms.labels(finding.channel.value).inc()

    def page(self) -> bytes:
        """The text that a scrape gets."""
        return generate_latest(self.registry)


class MeasuredAnalyser:
    """An analyser that counts and times; wrap the one that worker and API share."""

    def __init__(self, inner: Analyser, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    def analyse(self, files: Sequence[RawScan]) -> Analysis:
        started = time.perf_counter()
        with self._metrics.analysis_failures.count_exceptions():
            analysis = self._inner.analyse(files)
        self._metrics.observe_analysis(analysis, elapsed_s=time.perf_counter() - started)
        return analysis


class _Queue(Collector):
    def __init__(self, depth: QueueDepth) -> None:
        self._depth = depth

    def describe(self) -> Iterable[Metric]:
        # Registration must not touch the database.
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        family = self._family()
        counts = self._depth()
        for state in InspectionState:
            family.add_metric([state.value], counts.get(state, 0))
        return [family]

    @staticmethod
    def _family() -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "tallyman_inspections", "inspections by state, over all sites", labels=["state"]
        )


class CountRequests:
    """ASGI middleware: counts each request under its route, never under its raw path."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        streams = False

        async def watch(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = any(
                    name == b"content-type" and value.startswith(b"text/event-stream")
                    for name, value in message["headers"]
                )
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if route != "unmatched" else "any"
            self._metrics.requests.labels(method, route, str(status)).inc()
            if not streams:
                elapsed_s = time.perf_counter() - started
                self._metrics.latency.labels(method, route).observe(elapsed_s)
