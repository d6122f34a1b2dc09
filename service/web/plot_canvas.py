"""Two surfaces to draw a plot on: SVG for browsers, pixels for files."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]
Point = tuple[float, float]

# Role of a stroke or fill: (on light, on dark, opacity).
STYLES: dict[str, tuple[str, str, float]] = {
    "ink": ("#27313f", "#d8e0ea", 1.0),
    "soft": ("#6b7788", "#93a1b5", 1.0),
    "grid": ("#d5dbe3", "#2b3442", 1.0),
    "curve": ("#1f6fd0", "#4ea3ff", 1.0),
    "band": ("#1f6fd0", "#4ea3ff", 0.16),
    "behind": ("#8a96a6", "#8593a6", 1.0),
    "occupied": ("#6b7788", "#93a1b5", 0.13),
    "alarm": ("#cf2f3a", "#f2545b", 1.0),
    "alarm_area": ("#cf2f3a", "#f2545b", 0.20),
    "fit": ("#d2691e", "#ffa657", 1.0),
    "neutron": ("#7446c8", "#b08cff", 1.0),
    "good": ("#1f8a4c", "#3ebd74", 1.0),
}


class Canvas(Protocol):
    """Coordinates in pixels of the plot, y down."""

    def path(self, points: Sequence[Point], style: str, *, width: float = 1.3) -> None: ...

    def area(self, points: Sequence[Point], style: str) -> None: ...

    def text(
        self,
        at: Point,
        words: str,
        style: str,
        *,
        anchor: str = "start",
        size: int = 12,
        turned: bool = False,
    ) -> None: ...

    def image(self, at: Point, size: Point, pixels: Picture) -> None: ...


class SvgCanvas:
    """Transparent; colours follow the `color-scheme` of the page that it stands in, which need
    not be the one that the reader prefers elsewhere; by itself it is light.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[str] = []

    def path(self, points: Sequence[Point], style: str, *, width: float = 1.3) -> None:
        line = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<path class="s-{style}" d="M{line}" stroke-width="{width:g}"/>')

    def area(self, points: Sequence[Point], style: str) -> None:
        line = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<path class="f-{style}" d="M{line}Z"/>')

    def text(
        self,
        at: Point,
        words: str,
        style: str,
        *,
        anchor: str = "start",
        size: int = 12,
        turned: bool = False,
    ) -> None:
        x, y = at
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
        self._parts.append(
            f'<text class="f-{style}" x="{x:.1f}" y="{y:.1f}" font-size="{size}" '
            f'text-anchor="{anchor}"{turn}>{escape(words)}</text>'
        )

    def image(self, at: Point, size: Point, pixels: Picture) -> None:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        data = base64.b64encode(file.getvalue()).decode()
        self._parts.append(
            f'<image x="{at[0]:.1f}" y="{at[1]:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}" '
            f'preserveAspectRatio="none" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>'
        )

    def finish(self, height: int) -> str:
        """The document."""
        rules = "".join(_rules(name, *style) for name, style in STYLES.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._width} {height}" '
            'role="img"><style>text{font-family:system-ui,sans-serif}path{fill:none}'
            f"{rules}</style>"
            f"{''.join(self._parts)}</svg>"
        )


def _rules(name: str, light: str, dark: str, opacity: float) -> str:
    """The light colour once more for browsers older than `light-dark` (2024)."""
    both = f"light-dark({light},{dark})"
    return (
        f".s-{name}{{stroke:{light};stroke:{both};fill:none}}"
        f".f-{name}{{fill:{light};fill:{both};stroke:none;fill-opacity:{opacity}}}"
    )


class PixelCanvas:
    """White paper, twice as fine as the plot's own pixels."""

    SCALE = 2

    def __init__(self, width: int, height: int) -> None:
        size = (width * self.SCALE, height * self.SCALE)
        self._picture = Image.new("RGB", size, "white")
        self._draw = ImageDraw.Draw(self._picture, "RGBA")

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.SCALE, y * self.SCALE) for x, y in points]

    def path(self, points: Sequence[Point], style: str, *, width: float = 1.3) -> None:
        thick = max(1, round(width * self.SCALE))
        self._draw.line(self._scaled(points), fill=_rgba(style), width=thick, joint="curve")

    def area(self, points: Sequence[Point], style: str) -> None:
        self._draw.polygon(self._scaled(points), fill=_rgba(style))

    def text(
        self,
        at: Point,
        words: str,
        style: str,
        *,
        anchor: str = "start",
        size: int = 12,
        turned: bool = False,
    ) -> None:
        font = ImageFont.load_default(size * self.SCALE)
        where = {"start": "ls", "middle": "ms", "end": "rs"}[anchor]
        x, y = at[0] * self.SCALE, at[1] * self.SCALE
        if not turned:
            self._draw.text((x, y), words, fill=_rgba(style), font=font, anchor=where)
            return
        left, top, right, bottom = font.getbbox(words)
        label = Image.new("RGBA", (round(right - left) + 4, round(bottom - top) + 4))
        ImageDraw.Draw(label).text((2 - left, 2 - top), words, fill=_rgba(style), font=font)
        label = label.rotate(90, expand=True)
        shift = {"start": label.height, "middle": label.height // 2, "end": 0}[anchor]
        self._picture.paste(label, (round(x) - label.width, round(y) - shift), label)

    def image(self, at: Point, size: Point, pixels: Picture) -> None:
        fitted = Image.fromarray(pixels).resize(
            (round(size[0] * self.SCALE), round(size[1] * self.SCALE)), Image.Resampling.NEAREST
        )
        self._picture.paste(fitted, (round(at[0] * self.SCALE), round(at[1] * self.SCALE)))

    def finish(self) -> bytes:
        """The picture as PNG."""
        file = io.BytesIO()
        self._picture.save(file, "PNG", optimize=True)
        return file.getvalue()


def _rgba(style: str) -> tuple[int, int, int, int]:
    colour, _, opacity = STYLES[style]
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(255 * opacity)
