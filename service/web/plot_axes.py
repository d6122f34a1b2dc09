"""Axes of one panel of a plot: from values to pixels, with frame, ticks and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
import numpy.typing as npt

from service.web.plot_canvas import Canvas, Picture

Array = npt.NDArray[np.float64]
Span = tuple[float, float]

WIDTH = 960
LEFT, RIGHT, TOP, BOTTOM = 78, 18, 24, 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Where a panel lies in the plot, in pixels."""

    top: int
    height: int


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Round values, about `count` of them, between the two."""
    raw = (high - low) / max(1, count)
    if raw <= 0:
        return [low]
    power = 10.0 ** floor(log10(raw))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= raw * 0.999)
    return [step * i for i in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """A panel with its ranges; build with `linear` or `logarithmic`."""

    panel: Panel
    x_range: Span
    y_range: Span
    log: bool

    @staticmethod
    def linear(panel: Panel, x_range: Span, y_range: Span) -> Axes:
        return Axes(panel=panel, x_range=x_range, y_range=_opened(y_range), log=False)

    @staticmethod
    def logarithmic(panel: Panel, x_range: Span, y_range: Span) -> Axes:
        return Axes(panel=panel, x_range=x_range, y_range=y_range, log=True)

    @property
    def _bounds(self) -> tuple[float, float, float, float]:
        base = self.panel.top + self.panel.height - BOTTOM
        return LEFT, self.panel.top + TOP, WIDTH - RIGHT, base

    def x(self, value: float) -> float:
        left, _, right, _ = self._bounds
        low, high = self.x_range
        part = (value - low) / max(high - low, 1e-9)
        return left + (right - left) * min(1.0, max(0.0, part))

    def y(self, value: float) -> float:
        _, top, _, base = self._bounds
        low, high = self.y_range
        if self.log:
            value, low, high = log10(max(value, low)), log10(low), log10(high)
        part = (value - low) / max(high - low, 1e-9)
        return base - (base - top) * min(1.0, max(0.0, part))

    def frame(
        self,
        canvas: Canvas,
        *,
        x_title: str,
        y_title: str,
        ticks: int = 5,
        y_ticks: Sequence[tuple[float, str]] | None = None,
        grid: bool = True,
    ) -> None:
        """Border, ticks and titles."""
        left, top, right, base = self._bounds
        if y_ticks is None:
            y_ticks = self._y_ticks(ticks)
        for value, words in y_ticks:
            at = self.y(value)
            if grid:
                canvas.path([(left, at), (right, at)], "grid", width=0.8)
            else:
                canvas.path([(left - 4, at), (left, at)], "soft", width=0.8)
            canvas.text((left - 7, at + 4), words, "soft", anchor="end")
        for value in nice_ticks(*self.x_range, 9):
            at = self.x(value)
            canvas.path([(at, base), (at, base + 4)], "soft", width=0.8)
            canvas.text((at, base + 17), f"{value:g}", "soft", anchor="middle")
        corners = [(left, top), (right, top), (right, base), (left, base), (left, top)]
        canvas.path(corners, "soft", width=0.8)
        if x_title:
            canvas.text((right, base + 31), x_title, "soft", anchor="end")
        canvas.text((16, (top + base) / 2), y_title, "soft", anchor="middle", turned=True)

    def _y_ticks(self, count: int) -> list[tuple[float, str]]:
        low, high = self.y_range
        if self.log:
            powers = range(ceil(log10(low)), floor(log10(high)) + 1)
            return [(10.0**p, f"{10**p:g}") for p in powers]
        return [(value, f"{value:g}") for value in nice_ticks(low, high, count)]

    def curve(self, canvas: Canvas, x: Array, y: Array, style: str, *, width: float = 1.3) -> None:
        """A line through the points."""
        canvas.path(
            [(self.x(float(a)), self.y(float(b))) for a, b in zip(x, y, strict=True)],
            style,
            width=width,
        )

    def band(self, canvas: Canvas, x: Span, y: Span, style: str) -> None:
        """A filled rectangle in values."""
        (a, b), (low, high) = x, y
        corners = [(a, low), (b, low), (b, high), (a, high)]
        canvas.area([(self.x(p), self.y(q)) for p, q in corners], style)

    def column(self, canvas: Canvas, span: Span, style: str, *, edge: str = "") -> None:
        """A filled stretch of the x axis, full height, at least two pixels wide."""
        _, top, _, base = self._bounds
        a = self.x(span[0])
        b = max(self.x(span[1]), a + 2)
        canvas.area([(a, top), (b, top), (b, base), (a, base)], style)
        if edge:
            for at in (a, b):
                canvas.path([(at, top), (at, base)], edge, width=1.0)

    def mark(self, canvas: Canvas, x: float, words: str) -> None:
        """A small triangle on the top border, with a word."""
        _, top, _, _ = self._bounds
        at = self.x(x)
        canvas.area([(at - 5, top), (at + 5, top), (at, top + 8)], "alarm")
        canvas.text((at + 8, top + 12), words, "alarm", size=11)

    def peak(self, canvas: Canvas, at: tuple[float, float], label: str, *, row: int) -> None:
        """A thin line from a peak up to its label; rows keep labels apart."""
        _, top, _, _ = self._bounds
        x, y = self.x(at[0]), self.y(at[1])
        height = top + 14 + 14 * row
        if y - 4 > height + 3:
            canvas.path([(x, height + 3), (x, y - 4)], "soft", width=0.8)
        side = "end" if x > WIDTH - 130 else "start"
        canvas.text(
            (x + (3 if side == "start" else -3), height), label, "ink", anchor=side, size=11
        )

    def image(self, canvas: Canvas, pixels: Picture) -> None:
        """Pixels over the whole inside."""
        left, top, right, base = self._bounds
        canvas.image((left, top), (right - left, base - top), pixels)

    def caption(self, canvas: Canvas, words: str, *, alarm: bool = False) -> None:
        """A line above the panel, at the right."""
        if words:
            _, top, right, _ = self._bounds
            style = "alarm" if alarm else "ink"
            canvas.text((right, top - 7), words, style, anchor="end")


def _opened(span: Span) -> Span:
    low, high = span
    return (low, high) if high > low else (low, low + 1.0)
