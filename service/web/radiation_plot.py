"""A radiation scan for eyes: counts over time, waterfall, spectrum with its peaks and residual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from service.web.plot_axes import Axes, Panel
from service.web.plot_canvas import Canvas, Picture, PixelCanvas, SvgCanvas
from vision.findings import (
    BackgroundTracked,
    Channel,
    Finding,
    GrossCount,
    NuclideFound,
    SourceLocated,
    SpectrumFit,
)
from vision.scan import CountSeries, RadiationScan, Spectrum

Array = npt.NDArray[np.float64]
Span = tuple[float, float]

WIDTH = 960
COUNTS, NEUTRONS, WATERFALL, SPECTRUM, RESIDUAL = 230, 110, 170, 280, 110
# Around a single vehicle only this much of the quiet time is worth its place.
BEFORE_S, AFTER_S = 20.0, 10.0
MOST_POINTS = 1200
# Bins across: germanium peaks are a few keV wide, and a page has so many pixels.
MOST_BINS = 840
BAND_SIGMA = 3.0
LEAST_COUNTS_SHOWN = 0.5
LOWEST_LABEL_KEV = 25.0
LABELS_APART_KEV = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is drawn: the scan, its own findings, and the stretch of time."""

    scan: RadiationScan
    findings: Sequence[Finding]
    span: Span

    def counts(self, channel: Channel) -> list[GrossCount]:
        return [f for f in self.findings if isinstance(f, GrossCount) and f.channel is channel]


def svg(scan: RadiationScan, findings: Sequence[Finding]) -> str:
    """SVG with a transparent ground, in the colours of the page around it."""
    canvas = SvgCanvas(WIDTH)
    return canvas.finish(_draw(canvas, scan, findings))


def png(scan: RadiationScan, findings: Sequence[Finding]) -> bytes:
    """PNG on white."""
    canvas = PixelCanvas(WIDTH, _draw(SvgCanvas(WIDTH), scan, findings))
    _draw(canvas, scan, findings)
    return canvas.finish()


def _draw(canvas: Canvas, scan: RadiationScan, findings: Sequence[Finding]) -> int:
    """Draw everything; returns the height that it took."""
    top = 0
    series = scan.series
    view = _View(scan=scan, findings=findings, span=_span(series) if series else (0.0, 1.0))
    if series is not None:
        _counts(canvas, view, series, Panel(top=top, height=COUNTS))
        top += COUNTS
        if series.neutron is not None:
            _neutrons(canvas, view, series, Panel(top=top, height=NEUTRONS))
            top += NEUTRONS
        if series.windows is not None and series.window_edges_kev is not None:
            _waterfall(canvas, view, series, Panel(top=top, height=WATERFALL))
            top += WATERFALL
    front, behind, words = _spectra(view)
    if front is not None:
        _spectrum(canvas, view, (front, behind, words), Panel(top=top, height=SPECTRUM))
        top += SPECTRUM
        fit = next((f for f in view.findings if isinstance(f, SpectrumFit)), None)
        if behind is not None or fit is not None:
            _residual(canvas, front, behind, fit, Panel(top=top, height=RESIDUAL))
            top += RESIDUAL
    return top


def _span(series: CountSeries) -> Span:
    """All of it, or what surrounds a single vehicle."""
    first = float(series.start_s[0])
    last = float(series.start_s[-1] + series.duration_s[-1])
    runs = series.occupied_runs()
    if series.occupied is None or len(runs) != 1 or series.occupied.all():
        return first, last
    begin, end = runs[0]
    return (
        max(first, float(series.start_s[begin]) - BEFORE_S),
        min(last, float(series.start_s[end] + series.duration_s[end]) + AFTER_S),
    )


def _shown(series: CountSeries, span: Span) -> npt.NDArray[np.int64]:
    ends = series.start_s + series.duration_s
    return np.flatnonzero((ends > span[0]) & (series.start_s < span[1]))


def _steps(series: CountSeries, counts: Array, shown: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """Corner points of a rate over time; of very long series the largest of each group."""
    group = max(1, -(-shown.size // MOST_POINTS))
    starts = shown[::group]
    rate = np.maximum.reduceat((counts / series.duration_s)[shown], np.arange(0, shown.size, group))
    begin = series.start_s[starts]
    last = float(series.start_s[shown[-1]] + series.duration_s[shown[-1]])
    edges = np.append(begin, last)
    return np.repeat(edges, 2)[1:-1], np.repeat(rate, 2)


def _counts(canvas: Canvas, view: _View, series: CountSeries, panel: Panel) -> None:
    shown = _shown(series, view.span)
    x, y = _steps(series, series.gamma, shown)
    found = view.counts(Channel.GAMMA)
    behind = [f for f in view.findings if isinstance(f, BackgroundTracked)]
    floor = min([float(y.min()), *(b.rate_cps for b in behind)])
    axes = Axes.linear(panel, view.span, (0.9 * floor if floor > 0 else 0.0, float(y.max()) * 1.06))
    axes.frame(canvas, x_title="time (s)", y_title="gamma (counts/s)")
    _occupancies(canvas, axes, series)
    for tracked in behind:
        spread = np.sqrt(tracked.rate_cps / float(np.median(series.duration_s[shown])))
        span = _occupied_span(series, tracked.occupancy, view.span)
        axes.band(
            canvas,
            span,
            (tracked.rate_cps - BAND_SIGMA * spread, tracked.rate_cps + BAND_SIGMA * spread),
            "band",
        )
        axes.curve(canvas, np.array(span), np.full(2, tracked.rate_cps), "behind", width=1.0)
    _alarms(canvas, axes, found)
    axes.curve(canvas, x, y, "curve")
    for place in view.findings:
        if isinstance(place, SourceLocated) and place.evidence.interval_s is not None:
            middle = sum(place.evidence.interval_s) / 2
            words = place.extent.value.replace("_", " ") + (", at the cab" if place.at_cab else "")
            axes.mark(canvas, middle, words)
    axes.caption(canvas, _caption(found), alarm=any(f.alarm for f in found))


def _occupied_span(series: CountSeries, occupancy: int, span: Span) -> Span:
    """The time of one occupancy with a little before and after; all of it without marks."""
    if occupancy == 0:
        return span
    begin, end = series.occupied_runs()[occupancy - 1]
    return (
        max(span[0], float(series.start_s[begin]) - BEFORE_S / 2),
        min(span[1], float(series.start_s[end] + series.duration_s[end]) + AFTER_S / 2),
    )


def _occupancies(canvas: Canvas, axes: Axes, series: CountSeries) -> None:
    if series.occupied is None or series.occupied.all() or not series.occupied.any():
        return
    for begin, end in series.occupied_runs():
        last = float(series.start_s[end] + series.duration_s[end])
        axes.column(canvas, (float(series.start_s[begin]), last), "occupied")


def _alarms(canvas: Canvas, axes: Axes, found: Sequence[GrossCount]) -> None:
    for count in found:
        if count.alarm and count.evidence.interval_s is not None:
            axes.column(canvas, count.evidence.interval_s, "alarm_area", edge="alarm")


def _caption(found: Sequence[GrossCount]) -> str:
    alarms = [count for count in found if count.alarm]
    if not found:
        return ""
    if len(found) > 1:
        return f"{len(found)} vehicles, {len(alarms)} alarm(s)"
    count = found[0]
    word = "ALARM" if count.alarm else "no alarm"
    return f"{word}, z {count.z:.1f} (limit {count.provenance.threshold or 0:.2f})"


def _neutrons(canvas: Canvas, view: _View, series: CountSeries, panel: Panel) -> None:
    if series.neutron is None:
        return
    shown = _shown(series, view.span)
    x, y = _steps(series, series.neutron, shown)
    axes = Axes.linear(panel, view.span, (0.0, max(float(y.max()), 1.0) * 1.1))
    axes.frame(canvas, x_title="", y_title="neutrons (counts/s)", ticks=3)
    _occupancies(canvas, axes, series)
    found = view.counts(Channel.NEUTRON)
    _alarms(canvas, axes, found)
    axes.curve(canvas, x, y, "neutron")
    axes.caption(canvas, _caption(found), alarm=any(f.alarm for f in found))


def _waterfall(canvas: Canvas, view: _View, series: CountSeries, panel: Panel) -> None:
    """Excess over the mean of the unoccupied time, in standard deviations, window by window."""
    windows, edges = series.windows, series.window_edges_kev
    if windows is None or edges is None:
        return
    shown = _shown(series, view.span)
    used = windows.sum(axis=1) > 0
    if not used.any():
        return
    low, high = np.flatnonzero(used)[[0, -1]]
    rows = windows[low : high + 1]
    quiet = _quiet(series)
    rate = rows[:, quiet].sum(axis=1) / series.duration_s[quiet].sum()
    expected = rate[:, None] * series.duration_s[shown]
    z = (rows[:, shown] - expected) / np.sqrt(expected + 1)
    # Equal steps of time across: samples at rest are longer than those near a vehicle.
    times = np.linspace(*view.span, 480)
    column = np.searchsorted(series.start_s[shown], times, side="right") - 1
    top = max(6.0, float(np.quantile(z, 0.995)))
    scaled = np.clip((z[:, column.clip(0)] + 2) / (top + 2), 0, 1)
    grey = np.rint(255 * np.repeat(scaled[::-1], 6, axis=0)).astype(np.uint8)
    coloured: Picture = np.ascontiguousarray(
        cv2.applyColorMap(grey, cv2.COLORMAP_VIRIDIS)[:, :, ::-1], dtype=np.uint8
    )
    axes = Axes.linear(panel, view.span, (0.0, float(high - low + 1)))
    axes.image(canvas, coloured)
    ticks = [
        (place - low, f"{edges[place]:.0f}")
        for place in range(low, high + 2, max(1, (high - low + 1) // 5))
    ]
    axes.frame(canvas, x_title="", y_title="energy (keV)", y_ticks=ticks, grid=False)
    axes.caption(canvas, f"excess over background, up to {top:.0f} standard deviations")


def _quiet(series: CountSeries) -> npt.NDArray[np.bool_]:
    occupied = series.occupied
    if occupied is not None and occupied.any() and not occupied.all():
        return ~occupied
    rate = series.gamma / series.duration_s
    return np.asarray(rate <= np.quantile(rate, 0.2))


def _spectra(view: _View) -> tuple[Spectrum | None, Spectrum | None, str]:
    """The spectrum to show, the background to lay under it, and what it is of."""
    scan, series = view.scan, view.scan.series
    alarm = next((f for f in view.counts(Channel.GAMMA) if f.alarm), None)
    span = alarm.evidence.interval_s if alarm else None
    if series is None or series.channels is None or series.channel_edges_kev is None:
        front = scan.spectra[0] if scan.spectra else None
        return front, scan.background, ""
    middle = series.start_s + series.duration_s / 2
    quiet = _quiet(series)
    inside = ~quiet if span is None else (middle >= span[0]) & (middle <= span[1])
    if not inside.any():
        return None, None, ""
    words = "" if span is None else f"alarm, {span[0]:.1f} to {span[1]:.1f} s"
    return _summed(series, inside), _summed(series, quiet), words


def _summed(series: CountSeries, part: npt.NDArray[np.bool_]) -> Spectrum | None:
    if series.channels is None or series.channel_edges_kev is None or not part.any():
        return None
    live = float(series.duration_s[part].sum())
    return Spectrum(
        counts=series.channels[part].sum(axis=0, dtype=np.float64),
        edges_kev=series.channel_edges_kev,
        live_time_s=live,
        real_time_s=live,
    )


def _binned(spectrum: Spectrum, edges: Array) -> Array:
    sums = np.concatenate([[0.0], np.cumsum(spectrum.counts)])
    return np.diff(np.interp(edges, spectrum.edges_kev, sums))


def _edges(front: Spectrum) -> Array:
    """At most `MOST_BINS` bins, up to where the counts end."""
    size = front.counts.size
    end = int(np.searchsorted(np.cumsum(front.counts), 0.9995 * front.counts.sum())) + 1
    end = min(size, round(1.1 * end))
    step = max(1, -(-end // MOST_BINS))
    return front.edges_kev[: end + 1 : step]


def _spectrum(
    canvas: Canvas,
    view: _View,
    spectra: tuple[Spectrum, Spectrum | None, str],
    panel: Panel,
) -> None:
    front, behind, words = spectra
    edges = _edges(front)
    middles = (edges[1:] + edges[:-1]) / 2
    counts = _binned(front, edges)
    axes = Axes.logarithmic(
        panel,
        (float(edges[0]), float(edges[-1])),
        (LEAST_COUNTS_SHOWN, max(float(counts.max()), 2.0) * 4),
    )
    axes.frame(canvas, x_title="energy (keV)", y_title="counts")
    if behind is not None:
        share = front.live_time_s / behind.live_time_s
        axes.curve(canvas, middles, _binned(behind, edges) * share, "behind", width=1.1)
    axes.curve(canvas, middles, counts, "curve")
    for fit in [f for f in view.findings if isinstance(f, SpectrumFit)][:1]:
        axes.curve(canvas, middles, _fitted(fit, edges), "fit", width=1.1)
    for row, (line, label) in enumerate(_peaks(view, (float(edges[0]), float(edges[-1])))):
        height = float(np.interp(line, middles, counts))
        axes.peak(canvas, (line, height), label, row=row % 4)
    axes.caption(canvas, words)


def _peaks(view: _View, span: Span) -> list[tuple[float, str]]:
    """Lines of the nuclides that were named; of lines side by side the first."""
    lines = sorted(
        (line, found.nuclide)
        for found in view.findings
        if isinstance(found, NuclideFound)
        for line in found.lines_kev
        if max(span[0], LOWEST_LABEL_KEV) <= line <= span[1]
    )
    kept: list[tuple[float, str]] = []
    last: dict[str, float] = {}
    for line, nuclide in lines:
        if line - last.get(nuclide, -np.inf) > LABELS_APART_KEV:
            kept.append((line, f"{nuclide} {line:.0f}"))
            last[nuclide] = line
    return kept


def _fitted(fit: SpectrumFit, edges: Array) -> Array:
    sums = np.concatenate([[0.0], np.cumsum(fit.counts)])
    return np.diff(np.interp(edges, np.asarray(fit.edges_kev), sums))


def _residual(
    canvas: Canvas,
    front: Spectrum,
    behind: Spectrum | None,
    fit: SpectrumFit | None,
    panel: Panel,
) -> None:
    """What is left without the fit, or without the background, in standard deviations."""
    edges = _edges(front)
    middles = (edges[1:] + edges[:-1]) / 2
    counts = _binned(front, edges)
    if fit is not None:
        expected = _fitted(fit, edges)
        z = (counts - expected) / np.sqrt(expected + 1)
        # Where the detector hardly sees, nothing was fitted.
        z[(edges[:-1] < fit.edges_kev[0]) | (edges[1:] > fit.edges_kev[-1])] = 0.0
    elif behind is not None:
        share = front.live_time_s / behind.live_time_s
        base = _binned(behind, edges)
        z = (counts - share * base) / np.sqrt(counts + share**2 * base + 1)
    else:
        return
    most = max(4.0, float(np.abs(z).max()) * 1.1)
    axes = Axes.linear(panel, (float(edges[0]), float(edges[-1])), (min(-3.0, z.min() * 1.1), most))
    axes.frame(canvas, x_title="", y_title="residual (sigma)", ticks=3)
    axes.curve(canvas, middles, np.zeros(middles.size), "grid", width=1.0)
    axes.curve(canvas, middles, z, "good", width=1.0)
