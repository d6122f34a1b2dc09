"""The reader of make and model that the settings name; the product has none of its own."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from service.errors import NotConfigured
from vision.reading.vehicle_model import VehicleModelReader

ENTRY_POINT_GROUP = "tallyman.vehicle_models"


def load_vehicle_models(
    name: str, *, installed: Iterable[EntryPoint] | None = None
) -> VehicleModelReader | None:
    """What a name in the entry-point group stands for; None for "": nobody tells make and model.

    Args:
        name: as in the group `tallyman.vehicle_models`.
        installed: the entry points to choose from; None: those of this environment.

    Raises:
        NotConfigured: it is not installed, cannot be loaded, or is no `VehicleModelReader`.
    """
    if not name:
        return None
    found = {point.name: point for point in installed or entry_points(group=ENTRY_POINT_GROUP)}
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise NotConfigured(
            f"reader of vehicle models {name!r} is not installed; install the package that provides"
            f" it in the group {ENTRY_POINT_GROUP!r} (installed: {known})"
        )
    point = found[name]
    try:
        loaded = point.load()
        reader = loaded() if isinstance(loaded, type) else loaded
    except Exception as problem:
        raise NotConfigured(
            f"reader of vehicle models {name!r} ({point.value}) cannot be loaded:"
            f" {type(problem).__name__}: {problem}"
        ) from problem
    if not isinstance(reader, VehicleModelReader):
        raise NotConfigured(
            f"reader of vehicle models {name!r} ({point.value}) has no provenance and tell"
        )
    return reader
