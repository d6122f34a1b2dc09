"""Everything that a photograph is looked at for beside codes and plates, as it serves."""

from __future__ import annotations

from vision.models.shelf import Shelf
from vision.reading.danger_signs import DangerSigns
from vision.reading.engines import OcrEngine
from vision.reading.photo_part import PhotoPart
from vision.reading.vehicle_colour import ColourOfVehicle
from vision.reading.vehicle_model import ModelOfVehicle, VehicleModelReader


def photo_parts(
    engine: OcrEngine, shelf: Shelf, *, models: VehicleModelReader | None = None
) -> tuple[PhotoPart, ...]:
    """In the order in which they look; make and model only if someone tells them."""
    own: tuple[PhotoPart, ...] = (DangerSigns(engine, shelf), ColourOfVehicle(shelf))
    return own if models is None else (*own, ModelOfVehicle(models))
