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

# Shares of the tight outline that walls, corner posts, roof and floor with its beams take.
END, ROOF, FLOOR = 0.035, 0.05, 0.16


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
    return Sight(
        image=image,
        view=transmission_like(image),
        seen=measure(image),
        calibration=scanners.of(image.acquisition.scanner),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Interior:
    """Inside of a container in whole pixels: ends, roof and floor left out."""

    x1: int
    y1: int
    x2: int
    y2: int

    def of(self, picture: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """That part of a picture, (h, w, ...); a view, not a copy."""
        return picture[self.y1 : self.y2, self.x1 : self.x2]

    def cut(self, seen: Transmission) -> Transmission:
        """That part of a measured view."""
        return Transmission(
            attenuation=seen.attenuation[self.y1 : self.y2, self.x1 : self.x2],
            opaque=seen.opaque[self.y1 : self.y2, self.x1 : self.x2],
            noise=seen.noise,
        )


def interior_of(outline: Box) -> Interior:
    """By the usual shares of a dry box; `outline` is of its own edges."""
    x1 = int(outline.x1 + END * outline.width_px)
    y1 = int(outline.y1 + ROOF * outline.height_px)
    return Interior(
        x1=x1,
        y1=y1,
        x2=max(int(outline.x2 - END * outline.width_px), x1 + 1),
        y2=max(int(outline.y2 - FLOOR * outline.height_px), y1 + 1),
    )
