"""Danger placards of a photograph, as readings: found, classified, doubled looks merged."""

from __future__ import annotations

import numpy as np

from vision.findings import Evidence, Orientation, Reading, Subject
from vision.models.shelf import Shelf
from vision.reading import ctc, diamonds, placard
from vision.reading.engines import OcrEngine
from vision.reading.line_posteriors import posteriors_of
from vision.reading.placard import MARINE, NONE, PlacardClass
from vision.reading.sign_shape import Corners, Picture, as_quad
from vision.scan import Photo

MODEL = "placard"
LOOK_PX = 96
_DIVISIONS = ("1.4", "1.5", "1.6")
_WORTH_READING = 0.15


def placards(photo: Photo, *, engine: OcrEngine, shelf: Shelf) -> tuple[Reading, ...]:
    """What every diamond shows that is a placard; one reading each.

    Raises:
        ModelUnavailable: the classifier or the engine cannot be opened.
    """
    shapes = diamonds.find(photo.pixels)
    if not shapes:
        return ()
    labels = shelf.manifest(MODEL).labels
    views = [diamonds.seen(photo.pixels, corners, size_px=LOOK_PX) for corners in shapes]
    layouts = shelf.run(MODEL, np.concatenate([placard.network_input(view) for view in views]))
    found: list[Reading] = []
    for corners, layout in zip(shapes, layouts, strict=True):
        if 1 - float(layout[labels.index(NONE)]) < _WORTH_READING:
            continue
        flat = diamonds.seen(photo.pixels, corners, size_px=placard.READ_PX)
        figure = posteriors_of(engine, placard.figure_crop(flat))
        said = placard.classify(layout, figure, labels)
        if said.text != NONE and said.share >= shelf.manifest(MODEL).thresholds["guess"].value:
            found.append(_reading(photo, corners, flat, said, engine=engine, shelf=shelf))
    return _once_each(found)


def _reading(
    photo: Photo,
    corners: Corners,
    flat: Picture,
    said: PlacardClass,
    *,
    engine: OcrEngine,
    shelf: Shelf,
) -> Reading:
    quad = as_quad(corners)
    note, accepted = "", _is_sure(said, shelf)
    weakest = said.figure if said.text != MARINE else said.layout
    if said.text in _DIVISIONS:
        steps = posteriors_of(engine, placard.division_crop(flat))
        weakest = ctc.weakest_character(steps, said.text.replace(".", ""))
        if weakest < shelf.manifest(MODEL).thresholds["figure"].value:
            accepted, note = False, "class 1; the division was not read"
    elif accepted and said.figure < shelf.manifest(MODEL).thresholds["figure"].value:
        note = "told by its colours and symbol; the figure was not read"
    return Reading(
        evidence=Evidence(scan_sha256=photo.sha256, box=quad.bounds(), quad=quad),
        provenance=shelf.provenance(MODEL, label="share"),
        subject=Subject.PLACARD,
        text=said.text,
        accepted=accepted,
        score=said.share,
        weakest=weakest,
        orientation=Orientation.HORIZONTAL,
        alternatives=said.alternatives,
        note=note,
    )


def _is_sure(said: PlacardClass, shelf: Shelf) -> bool:
    limits = shelf.manifest(MODEL).thresholds
    if said.share < limits["share"].value:
        return False
    read = said.figure >= limits["figure"].value and said.layout >= limits["layout"].value
    return read or said.layout >= limits["layout_alone"].value


def _once_each(readings: list[Reading]) -> tuple[Reading, ...]:
    """Of several outlines of one placard the surest."""
    kept: list[Reading] = []
    for reading in sorted(readings, key=lambda r: (not r.accepted, -r.score)):
        box = reading.evidence.box
        boxes = [other.evidence.box for other in kept]
        twice = any(
            box and other and box.intersection_px(other) > 0.4 * min(box.area_px, other.area_px)
            for other in boxes
        )
        if not twice:
            kept.append(reading)
    return tuple(kept)
