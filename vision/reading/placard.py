"""Which class a danger placard shows: a network tells its layout, the reader its figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Alternative
from vision.reading import ctc
from vision.reading.ctc import Posteriors
from vision.reading.sign_shape import Picture

PATCH_PX = 48
NONE = "none"
MARINE = "marine pollutant"
_FIGURES = ("1", "2", "3", "4", "5", "51", "52", "6", "7", "8", "9")
# Where the figure stands in the diamond's square, as shares: ADR 5.2.2.2.1.1, lower corner.
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.34, 0.66, 0.68, 0.92
READ_PX = 288
_WITHIN = 0.4
_SHOWN = 2
_LEAST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacardClass:
    """The best class; `layout` is the network's probability of it, `figure` the lowest posterior
    of a character of the figure that belongs to it, `share` the joint probability.
    """

    text: str
    layout: float
    figure: float
    share: float
    alternatives: tuple[Alternative, ...]


def network_input(patch: Picture) -> npt.NDArray[np.float32]:
    """(1, 3, PATCH_PX, PATCH_PX), exposure evened out; its points in the middle of the sides."""
    small = cv2.resize(patch, (PATCH_PX, PATCH_PX), interpolation=cv2.INTER_AREA)
    scaled = small.astype(np.float32)
    bright = max(24.0, float(np.percentile(scaled, 97)))
    tensor: npt.NDArray[np.float32] = (scaled / bright).clip(0, 1.3).transpose(2, 0, 1)[
        None
    ] * 2 - 1
    return np.ascontiguousarray(tensor, np.float32)


def figure_crop(flat: Picture) -> npt.NDArray[np.uint8]:
    """(H, W) grey of the corner with the figure, what lies outside the diamond painted over."""
    grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.uint8)
    side = grey.shape[0]
    x1, x2 = round(_LEFT * side), round(_RIGHT * side)
    y1, y2 = round(_TOP * side), round(_BOTTOM * side)
    part = np.array(grey[y1:y2, x1:x2], np.uint8)
    y, x = np.mgrid[y1:y2, x1:x2]
    # The line inside the edge runs at 12.5 mm of 250.
    inside = np.abs(x - side / 2) + (y - side / 2) < _WITHIN * side
    part[~inside] = np.uint8(np.median(part[inside]))
    return part


def division_crop(flat: Picture) -> npt.NDArray[np.uint8]:
    """(H, W) grey of the place where 1.4, 1.5 and 1.6 stand in large figures."""
    grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY), np.uint8)
    side = grey.shape[0]
    place = grey[round(0.19 * side) : round(0.47 * side), round(0.28 * side) : round(0.72 * side)]
    return np.ascontiguousarray(place)


def classify(
    layout: npt.NDArray[np.float32], figure: Posteriors, labels: Sequence[str]
) -> PlacardClass:
    """Both sources together.

    Args:
        layout: (len(labels),) probabilities.
        figure: of the lower corner.
        labels: of the network, `NONE` among them.
    """
    logs = {text: ctc.log_probability(figure, text) for text in (*_FIGURES, "")}
    total = float(np.logaddexp.reduce(list(logs.values())))
    scores = []
    for probability, label in zip(layout, labels, strict=True):
        wanted = _figures_of(label)
        own = max((logs[text] - total for text in wanted), default=-math.log(len(logs)))
        scores.append(math.log(max(float(probability), _LEAST)) + max(own, math.log(_LEAST)))
    joint = np.exp(np.array(scores) - float(np.logaddexp.reduce(scores)))
    order = np.argsort(-joint)
    best = int(order[0])
    shown = [ctc.weakest_character(figure, text) for text in _figures_of(labels[best]) if text]
    return PlacardClass(
        text=labels[best],
        layout=float(layout[best]),
        figure=max(shown, default=0.0),
        share=float(joint[best]),
        alternatives=tuple(
            Alternative(text=labels[i], score=float(joint[i]))
            for i in order[1 : 1 + _SHOWN].tolist()
            if joint[i] > 0.001
        ),
    )


def _figures_of(label: str) -> tuple[str, ...]:
    """What may stand in the corner; () where nothing follows from it."""
    if label == NONE:
        return ()
    if label == MARINE:
        return ("",)
    if label[0] == "5":
        return (label.replace(".", ""), "5")
    return (label[0],)
