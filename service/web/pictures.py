"""Scans as pictures for people: PNG for X-ray, JPEG for photographs, SVG plots for radiation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import cv2
import numpy as np
import numpy.typing as npt

from service.web import full_depth
from service.web.overlay import Picture, draw, labels
from vision.findings import Finding, GrossCount
from vision.scan import Photo, RadiationScan, Scan, Spectrum, XrayImage
from vision.xray.normalise import transmission_like

MAX_SIDE_PX = 4096
PLOT_WIDTH, PLOT_HEIGHT = 900, 260
MARGIN = 46


def render(scan: Scan, *, window: tuple[int, int] | None = None) -> tuple[bytes, str]:
    """(content, media type) of a scan as it is looked at, nothing drawn on it.

    `window` is (black, white) of an X-ray view on the scale of `full_depth.counts_of`.
    """
    if isinstance(scan, RadiationScan):
        return plot(scan, ()).encode(), "image/svg+xml"
    if window is not None and isinstance(scan, XrayImage):
        counts = full_depth.shrunk(full_depth.counts_of(scan), max_side_px=MAX_SIDE_PX)
        grey = full_depth.windowed(counts, low=window[0], high=window[1])
        return _encode(_grey_to_rgb(grey), photo=False)
    return _encode(_pixels(scan), photo=isinstance(scan, Photo))


def full_range(scan: XrayImage) -> bytes:
    """PNG of an X-ray view at full depth, packed into red and green; see `full_depth.packed`."""
    counts = full_depth.shrunk(full_depth.counts_of(scan), max_side_px=MAX_SIDE_PX)
    return _encode(full_depth.packed(counts), photo=False)[0]


def overlay(scan: Scan, findings: Sequence[Finding]) -> tuple[bytes, str]:
    """As `render`, with the findings of this scan drawn on it."""
    if isinstance(scan, RadiationScan):
        own = [f for f in findings if f.evidence.scan_sha256 == scan.sha256]
        return plot(scan, own).encode(), "image/svg+xml"
    drawn = draw(_pixels(scan), labels(findings, scan_sha256=scan.sha256))
    return _encode(drawn, photo=isinstance(scan, Photo))


def _pixels(scan: XrayImage | Photo) -> Picture:
    if isinstance(scan, Photo):
        return scan.pixels
    return _grey_to_rgb(np.rint(transmission_like(scan) * 255).astype(np.uint8))


def _grey_to_rgb(grey: Picture) -> Picture:
    return np.repeat(grey[:, :, None], 3, axis=2)


def _encode(pixels: Picture, *, photo: bool) -> tuple[bytes, str]:
    side = max(pixels.shape[:2])
    if side > MAX_SIDE_PX:
        scale = MAX_SIDE_PX / side
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    ending = ".jpg" if photo else ".png"
    done, data = cv2.imencode(ending, np.ascontiguousarray(pixels[:, :, ::-1]))
    if not done:
        raise RuntimeError("the picture could not be encoded")
    return data.tobytes(), "image/jpeg" if photo else "image/png"


def plot(scan: RadiationScan, findings: Sequence[Finding]) -> str:
    """SVG: counts over time, then the spectrum on a logarithmic scale."""
    parts, top = [], 0
    series = scan.series
    alarms = [f for f in findings if isinstance(f, GrossCount) and f.alarm]
    if series is not None:
        rate = series.gamma / series.duration_s
        marks = [f.evidence.interval_s for f in alarms if f.evidence.interval_s]
        parts.append(
            _axes(
                top,
                ("time (s)", "gamma (counts/s)"),
                series.start_s,
                rate,
                log=False,
                marks=marks,
            )
        )
        top += PLOT_HEIGHT
    for spectrum in scan.spectra[:1]:
        x, y = _spectrum_curve(spectrum)
        behind = None
        if scan.background is not None:
            _, behind = _spectrum_curve(scan.background)
            behind = behind * spectrum.live_time_s / scan.background.live_time_s
            behind = behind if behind.size == y.size else None
        parts.append(_axes(top, ("energy (keV)", "counts"), x, y, log=True, behind=behind))
        top += PLOT_HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PLOT_WIDTH} {top}" role="img">'
        "<style>text{font:12px system-ui,sans-serif;fill:#667}path{fill:none}</style>"
        + "".join(parts)
        + "</svg>"
    )


def _spectrum_curve(
    spectrum: Spectrum,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """At most 512 points, neighbouring channels summed."""
    counts = spectrum.counts
    step = max(1, counts.size // 512)
    size = counts.size // step * step
    summed = counts[:size].reshape(-1, step).sum(axis=1)
    return spectrum.edges_kev[:size:step], summed


def _axes(
    top: int,
    titles: tuple[str, str],
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    *,
    log: bool,
    marks: Sequence[tuple[float, float]] = (),
    behind: npt.NDArray[np.float64] | None = None,
) -> str:
    low, high = float(x[0]), max(float(x[-1]), float(x[0]) + 1)

    def scale(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.log10(values.clip(0.5)) if log else values

    values = scale(y)
    bottom, most = (np.log10(0.5) if log else 0.0), max(float(values.max()), 1.0) * 1.05
    inner_w, inner_h = PLOT_WIDTH - 2 * MARGIN, PLOT_HEIGHT - 2 * MARGIN

    def px(value: float) -> float:
        return MARGIN + inner_w * (value - low) / (high - low)

    def py(value: float) -> float:
        return top + MARGIN / 2 + inner_h * (1 - (value - bottom) / (most - bottom))

    def path(curve: npt.NDArray[np.float64], colour: str) -> str:
        points = "L".join(f"{px(a):.1f},{py(b):.1f}" for a, b in zip(x, curve, strict=True))
        return f'<path d="M{points}" stroke="{colour}" stroke-width="1.4"/>'

    shaded = "".join(
        f'<rect x="{px(a):.1f}" y="{top + MARGIN / 2}" width="{max(2, px(b) - px(a)):.1f}" '
        f'height="{inner_h}" fill="#d33" opacity="0.2"/>'
        for a, b in marks
    )
    base = top + MARGIN / 2 + inner_h
    ticks = "".join(
        f'<text x="{px(t):.0f}" y="{base + 16:.0f}" text-anchor="middle">{t:.0f}</text>'
        for t in np.linspace(low, high, 7)
    ) + "".join(
        f'<text x="{MARGIN - 6}" y="{py(t) + 4:.0f}" text-anchor="end">'
        f"{(10**t if log else t):.3g}</text>"
        for t in np.linspace(bottom, most, 4)
    )
    return (
        f'<rect x="{MARGIN}" y="{top + MARGIN / 2}" width="{inner_w}" height="{inner_h}" '
        'fill="none" stroke="#99a" stroke-width="0.6"/>'
        + shaded
        + (path(scale(behind), "#99a") if behind is not None else "")
        + path(values, "#2a7de1")
        + ticks
        + f'<text x="{PLOT_WIDTH / 2}" y="{base + 34:.0f}" text-anchor="middle">'
        f"{escape(titles[0])}</text>"
        f'<text x="{MARGIN + 6}" y="{top + 14}">{escape(titles[1])}</text>'
    )
