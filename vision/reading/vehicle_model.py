"""Make and model of a vehicle: a seam for others' models, for we have none that we can vouch for.

A package offers a `VehicleModelReader` in the entry-point group that the service's settings name.
Without one nothing is said of make and model, which every rule takes for "cannot tell".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from vision.findings import Evidence, Finding, Provenance, Reading, Subject, VehicleModel
from vision.geometry import Box
from vision.scan import Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeAndModel:
    """What a reader takes the vehicle for; `probability` is of both together."""

    make: str
    model: str
    probability: float


@runtime_checkable
class VehicleModelReader(Protocol):
    """Tells a vehicle's make and model. One instance serves several threads."""

    @property
    def provenance(self) -> Provenance:
        """Its model, version, sha256 and the probability from which it is relied on."""
        ...

    def tell(self, pixels: npt.NDArray[np.uint8], plate: Box) -> MakeAndModel | None:
        """Of the vehicle that carries the plate; None where it cannot tell.

        Args:
            pixels: (H, W, 3) RGB, the whole photograph; must not be written to.
            plate: where its licence plate stands.

        Raises:
            ModelUnavailable: its weights cannot be opened.
        """
        ...


class ModelOfVehicle:
    """Asks a reader of the vehicle whose plate was read; see `PhotoPart`."""

    analysis = "vehicle_model"

    def __init__(self, reader: VehicleModelReader) -> None:
        self._reader = reader

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        return (self._reader.provenance,)

    def look(self, photo: Photo, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """One finding for each plate that was read; not accepted where the reader cannot tell."""
        plates = [
            f.evidence.box
            for f in found
            if isinstance(f, Reading) and f.subject is Subject.PLATE and f.accepted
        ]
        return tuple(self._of(photo, box) for box in plates if box is not None)

    def _of(self, photo: Photo, plate: Box) -> VehicleModel:
        provenance = self._reader.provenance
        told = self._reader.tell(photo.pixels, plate)
        least = 1.0 if provenance.threshold is None else provenance.threshold
        return VehicleModel(
            evidence=Evidence(scan_sha256=photo.sha256, box=plate),
            provenance=provenance,
            make=told.make if told else "",
            model=told.model if told else "",
            probability=told.probability if told else 0.0,
            accepted=told is not None and told.probability >= least,
        )
