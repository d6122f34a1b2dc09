"""What stands on vehicles and looks like a danger sign from afar, and is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from vision.synthesis.placard_art import font_of
from vision.synthesis.sign_paint import BLACK, ORANGE, RED, WHITE, YELLOW, shade

Picture = npt.NDArray[np.uint8]
Maker = Callable[[np.random.Generator, Path | None], Image.Image]
_CLEAR = (0, 0, 0, 0)


def decoy(rng: np.random.Generator, *, font: Path | None) -> Picture:
    """One of them, (H, W, 4)."""
    maker = _MAKERS[int(rng.integers(len(_MAKERS)))]
    return np.asarray(maker(rng, font), dtype=np.uint8)


def _lamp(rng: np.random.Generator, font: Path | None) -> Image.Image:
    """An indicator or a beacon, bright in the middle."""
    del font
    image = Image.new("RGBA", (240, 160), _CLEAR)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, 239, 159), radius=int(rng.integers(4, 70)), fill=(*BLACK, 255))
    for step in range(12):
        glow = (min(255, 220 + 3 * step), min(255, 90 + 9 * step), 10 + 6 * step, 255)
        inset = 12 + 5 * step
        draw.rounded_rectangle(
            (inset, inset * 0.8, 239 - inset, 159 - inset * 0.8), radius=8, fill=glow
        )
    return image


def _advert(rng: np.random.Generator, font: Path | None) -> Image.Image:
    """An orange board with a company's name, sometimes framed or with a line."""
    image = Image.new("RGBA", (420, int(rng.integers(140, 330))), (*shade(ORANGE, rng), 255))
    draw = ImageDraw.Draw(image)
    ink = (*(WHITE if rng.random() < 0.5 else BLACK), 255)
    if rng.random() < 0.3:
        draw.rectangle((0, 0, 419, image.height - 1), outline=ink, width=10)
    word = str(rng.choice(["TRANS", "CARGO 24", "0800 1234", "LOGISTIK", "RENT", "EXPRESS"]))
    draw.text(
        (210, image.height / 2), word, fill=ink, font=font_of(font, 70), anchor="mm", stroke_width=2
    )
    return image


def _warning_triangle(rng: np.random.Generator, font: Path | None) -> Image.Image:
    image = Image.new("RGBA", (300, 262), _CLEAR)
    draw = ImageDraw.Draw(image)
    draw.polygon([(150, 0), (299, 261), (0, 261)], fill=(*shade(RED, rng), 255))
    draw.polygon([(150, 60), (246, 230), (54, 230)], fill=(*WHITE, 255))
    draw.text((150, 165), "!", fill=(*BLACK, 255), font=font_of(font, 110), anchor="mm")
    return image


def _plain_diamond(rng: np.random.Generator, font: Path | None) -> Image.Image:
    """A priority-road sign, a pictogram's label or an empty placard frame."""
    image = Image.new("RGBA", (300, 300), _CLEAR)
    draw = ImageDraw.Draw(image)
    outer = (*shade(WHITE, rng), 255)
    kind = rng.random()
    inner = (
        YELLOW if kind < 0.4 else WHITE if kind < 0.7 else RED if kind < 0.8 else (120, 124, 130)
    )
    draw.polygon([(150, 0), (299, 150), (150, 299), (0, 150)], fill=outer)
    inset = int(rng.integers(6, 50))
    corners = [(150, inset), (299 - inset, 150), (150, 299 - inset), (inset, 150)]
    edge = (*(BLACK if kind < 0.7 else inner), 255)
    draw.polygon(corners, fill=(*inner, 255), outline=edge, width=6)
    if rng.random() < 0.4:
        word = str(rng.choice(["!", "LQ", "A", "TIR", "II", "M"]))
        draw.text((150, 150), word, fill=(*BLACK, 255), font=font_of(font, 100), anchor="mm")
    return image


def _limited_quantity(rng: np.random.Generator, font: Path | None) -> Image.Image:
    """ADR 3.4.7: white, black above and below; no class."""
    del font
    image = Image.new("RGBA", (300, 300), _CLEAR)
    draw = ImageDraw.Draw(image)
    draw.polygon([(150, 0), (299, 150), (150, 299), (0, 150)], fill=(*shade(WHITE, rng), 255))
    draw.polygon([(150, 0), (225, 75), (75, 75)], fill=(*BLACK, 255))
    draw.polygon([(150, 299), (225, 225), (75, 225)], fill=(*BLACK, 255))
    draw.line([(150, 2), (297, 150), (150, 297), (3, 150), (150, 2)], fill=(*BLACK, 255), width=6)
    return image


def _chevrons(rng: np.random.Generator, font: Path | None) -> Image.Image:
    """ECE R70 rear marking: red and yellow slanting stripes."""
    del font
    image = Image.new("RGBA", (560, 130), (*shade(YELLOW, rng), 255))
    draw = ImageDraw.Draw(image)
    for x in range(-140, 640, 140):
        corners = [(x, 130), (x + 70, 130), (x + 200, 0), (x + 130, 0)]
        draw.polygon(corners, fill=(*shade(RED, rng), 255))
    return image


def _plate_like(rng: np.random.Generator, font: Path | None) -> Image.Image:
    """A yellow or white plate with numbers, framed: no orange."""
    ground = YELLOW if rng.random() < 0.6 else WHITE
    image = Image.new("RGBA", (400, 220), (*shade(ground, rng), 255))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 399, 219), outline=(*BLACK, 255), width=10)
    for y in (65, 155):
        text = "".join(rng.choice(list("0123456789ABCDEFX"), 4))
        draw.text((200, y), text, fill=(*BLACK, 255), font=font_of(font, 80), anchor="mm")
    return image


_MAKERS: tuple[Maker, ...] = (
    _lamp,
    _advert,
    _warning_triangle,
    _plain_diamond,
    _plain_diamond,
    _limited_quantity,
    _chevrons,
    _plate_like,
)
