"""What a look for hidden objects found, as findings, with what it could not see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vision.findings import Evidence, ObjectFound, ObjectsSought, Provenance
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.scan import XrayImage
from vision.xray.doors import door_end
from vision.xray.objects import MODEL, look, threshold_names, zone_of

NO_THRESHOLD = "its detector has no threshold for grey levels that a scanner windowed for eyes"


def lineup(shelf: Shelf) -> tuple[Provenance, ...]:
    """The detector with its first class's threshold, if it takes part.

    Raises:
        ModelUnavailable: it is in the line-up and its manifest is wrong.
    """
    if MODEL not in shelf.lineup:
        return ()
    first = next(iter(shelf.manifest(MODEL).thresholds))
    return (shelf.provenance(MODEL, label=first),)


def search(
    image: XrayImage,
    view: npt.NDArray[np.float32],
    containers: Sequence[Box],
    *,
    shelf: Shelf,
) -> tuple[list[ObjectFound | ObjectsSought], str]:
    """Findings, and why there are none: "" if the detector looked.

    Args:
        image: the scan as it came; its unit decides which thresholds hold.
        view: (H, W) of it in [0, 1], air bright.
        containers: outlines in the view.
        shelf: holds the detector.

    Raises:
        ModelUnavailable: the model is missing or tampered with.
    """
    manifest = shelf.manifest(MODEL)
    names = threshold_names(manifest, image.unit)
    if not names:
        return [], NO_THRESHOLD
    if not containers:
        return [], "no container was found"
    limits = {label: manifest.thresholds[name].value for label, name in names.items()}
    findings: list[ObjectFound | ObjectsSought] = []
    doors = door_end(view, containers)
    looks = look(view, containers, shelf=shelf, lowest=min(limits.values()))
    for outline, looked in zip(containers, looks, strict=True):
        found = [
            ObjectFound(
                evidence=Evidence(scan_sha256=image.sha256, box=_inside(candidate.box, view)),
                provenance=shelf.provenance(MODEL, label=names[candidate.label]),
                label=candidate.label,
                score=candidate.score,
                zone=zone_of(candidate.box, outline, doors),
            )
            for candidate in looked.candidates
            if candidate.score >= limits.get(candidate.label, np.inf)
        ]
        findings += found
        findings.append(
            ObjectsSought(
                evidence=Evidence(scan_sha256=image.sha256, box=outline),
                provenance=shelf.provenance(MODEL, label=next(iter(names.values()))),
                labels=tuple(names),
                found=len(found),
                visible_share=looked.visible_share,
            )
        )
    return findings, ""


def _inside(box: Box, view: npt.NDArray[np.float32]) -> Box:
    """The part of the box that lies in the picture; a detector may reach a little beyond."""
    height, width = view.shape
    x1, y1 = min(max(0.0, box.x1), width - 2.0), min(max(0.0, box.y1), height - 2.0)
    x2, y2 = max(x1 + 1, min(box.x2, width)), max(y1 + 1, min(box.y2, height))
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)
