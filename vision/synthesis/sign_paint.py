"""Inks of signs and plates, and how they bleach."""

from __future__ import annotations

import numpy as np

Rgb = tuple[int, int, int]
WHITE: Rgb = (240, 240, 238)
BLACK: Rgb = (22, 22, 24)
RED: Rgb = (206, 32, 38)
GREEN: Rgb = (24, 132, 72)
BLUE: Rgb = (22, 82, 165)
YELLOW: Rgb = (250, 205, 20)
ORANGE: Rgb = (240, 118, 20)


def shade(colour: Rgb, rng: np.random.Generator) -> Rgb:
    """Another printer's ink of that colour, bleached a little."""
    pale = rng.uniform(0, 0.22)
    moved = np.array(colour) + rng.normal(0, 5, 3) + rng.normal(0, 8)
    r, g, b = np.clip(moved * (1 - pale) + 200 * pale, 4, 252).astype(int)
    return int(r), int(g), int(b)
