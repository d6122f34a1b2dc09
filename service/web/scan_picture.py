"""An X-ray scan with all that was measured in it, as one picture for people."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from service.web.overlay import Picture, draw, labels
from vision.findings import ContainerFound, Finding
from vision.models.shelf import Shelf
from vision.xray.inside_view import InsideView, look_inside
from vision.xray.materials import pseudo_colour
from vision.xray.sight import Sight

MOST_WIDTH_PX = 2400
INSIDE, PROFILE = (70, 190, 110), (230, 60, 60)
# How much darker than the walls is shown as full strength, in units of the limit of "loaded".
STRONGEST = 6.0
TINT = 0.55
GAP_PX = 8


def png(sight: Sight, findings: Sequence[Finding], *, shelf: Shelf) -> bytes:
    """PNG of two or three rows.

    The view with outlines, inside and fill profile; the same with the places tinted that are darker
    than the walls, which is why a container counts as loaded; pseudo-colour, if two energies tell
    materials.
    """
    grey = np.rint(sight.view * 255).astype(np.uint8)
    view: Picture = np.repeat(grey[:, :, None], 3, axis=2)
    boxes = [f.evidence.box for f in findings if isinstance(f, ContainerFound)]
    whys = [look_inside(sight, box, shelf=shelf) for box in boxes if box is not None]
    plain, heated = view.copy(), view.copy()
    for why in whys:
        _profile(plain, why)
        _tint(heated, why)
    rows = [draw(plain, labels(findings, scan_sha256=sight.image.sha256)), heated]
    if any(why.classes is not None for why in whys):
        rows.append(_coloured(sight, view, whys))
    gap = np.full((GAP_PX, view.shape[1], 3), 255, dtype=np.uint8)
    joined = np.concatenate([part for row in rows for part in (row, gap)][:-1])
    return _encode(_fitting(joined))


def _profile(picture: Picture, why: InsideView) -> None:
    """Outline of the inside, and the height of the load in each step."""
    inside = why.inside
    line = max(2, picture.shape[1] // 900)
    cv2.rectangle(picture, (inside.x1, inside.y1), (inside.x2, inside.y2), INSIDE, line)
    heights = (why.heat > why.load).mean(axis=0)
    step = (inside.x2 - inside.x1) / heights.size
    tall = inside.y2 - inside.y1
    points = [
        (round(inside.x1 + (n + side) * step), round(inside.y2 - height * tall))
        for n, height in enumerate(heights)
        for side in (0, 1)
    ]
    cv2.polylines(
        picture, [np.array(points, np.int32)], isClosed=False, color=PROFILE, thickness=line
    )


def _tint(picture: Picture, why: InsideView) -> None:
    inside = why.inside
    size = (inside.x2 - inside.x1, inside.y2 - inside.y1)
    heat = cv2.resize(why.heat / (STRONGEST * why.load), size, interpolation=cv2.INTER_LINEAR)
    scaled = np.rint(heat.clip(0, 1) * 255).astype(np.uint8)
    colour = cv2.applyColorMap(scaled, cv2.COLORMAP_INFERNO)[:, :, ::-1].astype(np.float32)
    strength = TINT * np.minimum(1.0, heat * STRONGEST)[:, :, None]
    part = picture[inside.y1 : inside.y2, inside.x1 : inside.x2]
    part[:] = np.rint(part * (1 - strength) + colour * strength).astype(np.uint8)


def _coloured(sight: Sight, view: Picture, whys: Sequence[InsideView]) -> Picture:
    picture = view.copy()
    for why in whys:
        if why.classes is not None:
            inside = why.inside
            bright = sight.view[inside.y1 : inside.y2, inside.x1 : inside.x2]
            picture[inside.y1 : inside.y2, inside.x1 : inside.x2] = pseudo_colour(
                bright, why.classes
            )
    return picture


def _fitting(pixels: Picture) -> Picture:
    scale = MOST_WIDTH_PX / pixels.shape[1]
    if scale >= 1:
        return pixels
    size = (MOST_WIDTH_PX, max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _encode(pixels: Picture) -> bytes:
    done, data = cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, ::-1]))
    if not done:
        raise RuntimeError("the picture could not be encoded")
    return data.tobytes()
