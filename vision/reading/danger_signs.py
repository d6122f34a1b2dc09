"""Orange plates and danger placards of a photograph, as readings."""

from __future__ import annotations

from collections.abc import Sequence

from vision.findings import Evidence, Finding, Orientation, Provenance, Reading, Subject
from vision.grammar.adr import Pair
from vision.models.shelf import Shelf
from vision.reading import orange_plate, orange_text, placard_finder
from vision.reading.engines import OcrEngine
from vision.reading.line_posteriors import posteriors_of
from vision.reading.orange_plate import Orange, OrangePlate
from vision.reading.orange_text import PlateText
from vision.scan import Photo

ORANGE_MODEL = "orange-plate"
BLANK = "blank"
_PAIR_NOTES = {
    Pair.UN_WITHOUT_HAZARD: "our list gives no hazard number for this UN number",
    Pair.OTHER_HAZARD: "the hazard number is not the one that belongs to this UN number",
    Pair.UN_NOT_LISTED: "this UN number is not in our list",
}


class DangerSigns:
    """Reads with whichever engine it is given; see `PhotoPart`.

    Args:
        engine: reads the numbers.
        shelf: holds `orange-plate` and `placard`.
    """

    analysis = "danger_signs"

    def __init__(self, engine: OcrEngine, shelf: Shelf) -> None:
        self._engine = engine
        self._shelf = shelf

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        names = (ORANGE_MODEL, placard_finder.MODEL)
        return tuple(self._shelf.provenance(name, label="share") for name in names)

    def look(self, photo: Photo, found: Sequence[Finding]) -> tuple[Finding, ...]:
        """See `PhotoPart`."""
        del found
        return (
            *self._orange_plates(photo),
            *placard_finder.placards(photo, engine=self._engine, shelf=self._shelf),
        )

    def _orange_plates(self, photo: Photo) -> tuple[Reading, ...]:
        limits = self._shelf.parameters(ORANGE_MODEL)
        orange = Orange(
            hue_low=limits["hue_low"],
            hue_high=limits["hue_high"],
            least_saturation=limits["least_saturation"],
            least_value=limits["least_value"],
        )
        plates = orange_plate.find(photo.pixels, orange=orange)
        readings = (self._orange_plate(photo, plate) for plate in plates)
        return tuple(reading for reading in readings if reading is not None)

    def _orange_plate(self, photo: Photo, plate: OrangePlate) -> Reading | None:
        limits = self._shelf.manifest(ORANGE_MODEL).thresholds
        text = None
        if plate.line >= limits["line"].value:
            text = orange_text.decode(*(posteriors_of(self._engine, row) for row in plate.rows))
        if text is None or text.weakest < limits["guess"].value:
            if plate.line >= limits["line"].value or not self._is_blank(plate):
                return None
            return self._reading(
                photo,
                plate,
                None,
                "orange plate without numbers: dangerous goods, which ones it does not say",
            )
        notes = [_PAIR_NOTES[text.pair]] if text.pair in _PAIR_NOTES else []
        if not text.known_hazard:
            notes.append("there is no such hazard number")
        return self._reading(photo, plate, text, "; ".join(notes))

    def _is_blank(self, plate: OrangePlate) -> bool:
        limits = self._shelf.manifest(ORANGE_MODEL).thresholds
        plain = plate.framed >= limits["framed"].value and plate.even >= limits["even"].value
        ends = plate.thin >= limits["thin"].value
        return plain and ends and plate.hue <= limits["blank_hue"].value

    def _reading(
        self, photo: Photo, plate: OrangePlate, text: PlateText | None, note: str
    ) -> Reading:
        limits = self._shelf.manifest(ORANGE_MODEL).thresholds
        accepted = (
            text is not None
            and text.known_hazard
            and text.pair is Pair.LISTED
            and text.share >= limits["share"].value
            and text.weakest >= limits["weakest"].value
        )
        return Reading(
            evidence=Evidence(scan_sha256=photo.sha256, box=plate.quad.bounds(), quad=plate.quad),
            provenance=self._shelf.provenance(ORANGE_MODEL, label="share"),
            subject=Subject.ORANGE_PLATE,
            text=text.text if text else BLANK,
            accepted=accepted,
            score=text.share if text else plate.even,
            weakest=text.weakest if text else plate.even,
            orientation=Orientation.MULTI_LINE,
            alternatives=text.alternatives if text else (),
            note=note,
        )
