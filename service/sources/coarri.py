"""COARRI, container discharge or loading report: UN/EDIFACT D.95B and later, SMDG and ITIGG.

Accepted: BGM 1001 of 44, 98 or 119 (discharged), 46, 122 or 270 (loaded) and 24 (restowed); one
EQD group per container with its time (DTM 203, 7 or 181) and stowage cell (LOC 147).
"""

from __future__ import annotations

from functools import partial

from service.domain.papers.movement import MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources.edifact.movement import ContainerList, take_container_list
from service.sources.edifact.source import EdifactSource

_SHAPE = ContainerList(
    kind=PaperKind.LOADING_REPORT,
    events={
        "44": MovementEvent.DISCHARGED,
        "98": MovementEvent.DISCHARGED,
        "119": MovementEvent.DISCHARGED,
        "46": MovementEvent.LOADED,
        "122": MovementEvent.LOADED,
        "270": MovementEvent.LOADED,
        "24": MovementEvent.RESTOWED,
    },
    moments=("203", "7", "181"),
    places=("165", "175"),
)

COARRI = EdifactSource("coarri", "COARRI", partial(take_container_list, shape=_SHAPE))
