"""What all analyses of one view share, so that none computes it again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.scan import XrayImage
from vision.xray.calibration import Calibration, ScannerBook
from vision.xray.normalise import transmission_like
from vision.xray.transmission import Floats, Transmission, measure

# Shares of the tight outline that corner posts, roof and floor take by ISO 1496-1 boxes, for where
# the load hides them; and that they take at most, with what a chassis adds to the floor.
END, ROOF, FLOOR = 0.012, 0.04, 0.075
MOST_END, MOST_ROOF, MOST_FLOOR = 0.06, 0.09, 0.22
# The corrugated end walls begin behind the posts.
BEHIND_POST = 0.008
LIGHTEST, LEAST_STEP = 90.0, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One view: `view` is (H, W) in [0, 1] with air bright, for the eye's kind of question;
    `seen` is what may be measured, None where pixels are grey levels; `calibration` is the site's.
    """

    image: XrayImage
    view: Floats
    seen: Transmission | None
    calibration: Calibration | None

    @property
    def pitch_mm(self) -> tuple[float, float] | None:
        """(along, upwards) of a pixel, as the file says or else the site."""
        said, known = self.image.acquisition, self.calibration
        if said.pitch_x_mm and said.pitch_y_mm:
            return said.pitch_x_mm, said.pitch_y_mm
        if known and known.pitch_x_mm and known.pitch_y_mm:
            return known.pitch_x_mm, known.pitch_y_mm
        return None


def sight_of(image: XrayImage, scanners: ScannerBook) -> Sight:
    """Normalise a view once for all."""
    seen = measure(image)
    # Detectors that do not agree, and a source that flickers, are no part of what there is to see.
    if seen is None:
        view = transmission_like(image)
    else:
        view = np.exp(-seen.attenuation[:, :, 0]).clip(0, 1)
    return Sight(
        image=image,
        view=view,
        seen=seen,
        calibration=scanners.of(image.acquisition.scanner),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Interior:
    """Inside of a container in whole pixels: ends, roof and floor left out.

    Where an edge was not `seen`, the usual share of the outline stands for it.
    """

    x1: int
    y1: int
    x2: int
    y2: int
    roof_seen: bool = False
    floor_seen: bool = False
    ends_seen: bool = False

    def part(self, view: Floats) -> Floats:
        """That part of a picture, (h, w); a view, not a copy."""
        return view[self.y1 : self.y2, self.x1 : self.x2]

    def cut(self, seen: Transmission) -> Transmission:
        """That part of a measured view."""
        return Transmission(
            attenuation=seen.attenuation[self.y1 : self.y2, self.x1 : self.x2],
            opaque=seen.opaque[self.y1 : self.y2, self.x1 : self.x2],
            noise=seen.noise,
        )


def interior_of(view: Floats, outline: Box) -> Interior:
    """Where roof, floor, and corner posts end, by the lightest lines across each.

    Args:
        view: (H, W) in [0, 1], air bright.
        outline: the container's own edges.
    """
    high, wide = outline.height_px, outline.width_px
    x1, x2, y1, y2 = int(outline.x1), int(outline.x2), int(outline.y1), int(outline.y2)
    middle = slice(int(y1 + 0.2 * high), max(int(y2 - 0.3 * high), int(y1 + 0.2 * high) + 1))
    along = slice(int(x1 + 0.1 * wide), max(int(x2 - 0.1 * wide), int(x1 + 0.1 * wide) + 1))
    # The lightest tenth of a line is the wall between packages; frame parts are dark all along.
    columns = np.percentile(view[middle, x1:x2:1], LIGHTEST, axis=0)
    rows = np.percentile(view[y1:y2, along][:, :: max(1, int(wide) // 400)], LIGHTEST, axis=1)
    posts = int(BEHIND_POST * wide)
    left, left_seen = _frame_px(columns, MOST_END, END, behind=posts)
    right, right_seen = _frame_px(columns[::-1], MOST_END, END, behind=posts)
    roof, roof_seen = _frame_px(rows, MOST_ROOF, ROOF)
    floor, floor_seen = _frame_px(rows[::-1], MOST_FLOOR, FLOOR)
    left_x, top_y = x1 + left, y1 + roof
    return Interior(
        x1=left_x,
        y1=top_y,
        x2=max(x2 - right, left_x + 1),
        y2=max(y2 - floor, top_y + 1),
        roof_seen=roof_seen,
        floor_seen=floor_seen,
        ends_seen=left_seen and right_seen,
    )


def _frame_px(
    lines: npt.NDArray[np.floating], most: float, usual: float, *, behind: int = 0
) -> tuple[int, bool]:
    """How many lines from the edge belong to the frame, and whether its end was seen.

    Args:
        lines: brightness of each line from one edge to the other.
        most: share of the lines within which the frame must end.
        usual: share to take where there is no end to be seen.
        behind: lines to add where there is.
    """
    size = lines.size
    zone = lines[: max(4, int(most * size))]
    inner = float(np.median(lines[zone.size : max(zone.size + 4, size // 2)]))
    darkest = float(zone.min())
    if inner - darkest < LEAST_STEP:
        return int(usual * size), False
    dark = np.flatnonzero(zone < (inner + darkest) / 2)
    end = int(dark[-1]) + 1
    seen = end < zone.size
    return (end + 1 + behind if seen else int(usual * size)), seen
