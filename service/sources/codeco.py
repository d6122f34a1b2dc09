"""CODECO, container gate-in or gate-out report: UN/EDIFACT D.95B and later, SMDG and ITIGG.

Accepted: BGM 1001 of 34 (in) and 36 (out); one EQD group per container with its time (DTM 7, 203
or 181), terminal (LOC 165) and truck: TDT with mode 3 whose means of transport is the plate.
"""

from __future__ import annotations

from functools import partial

from service.domain.papers.movement import MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources.edifact.movement import ContainerList, take_container_list
from service.sources.edifact.source import EdifactSource

_SHAPE = ContainerList(
    kind=PaperKind.GATE_MOVE,
    events={"34": MovementEvent.GATE_IN, "36": MovementEvent.GATE_OUT},
    moments=("7", "203", "181"),
    places=("165", "175"),
    # One container may pass the gate twice for the same voyage.
    by_vessel_call=False,
)

CODECO = EdifactSource("codeco", "CODECO", partial(take_container_list, shape=_SHAPE))
