"""COPRAR, container discharge or loading order: UN/EDIFACT D.95B and later, SMDG 1.2 to 2.1.

Accepted: BGM 1001 of 43 or 118 (discharge) and 45 or 121 (load); one EQD group per container.
Message functions 9, 2 and 22 order, 4 and 5 amend, 1 and 3 cancel the containers that they list.
A replacement (5) amends what it lists; what it no longer lists is not known here.
"""

from __future__ import annotations

from functools import partial

from service.domain.papers.movement import MovementEvent
from service.domain.papers.paper import PaperKind
from service.sources.edifact.movement import ContainerList, take_container_list
from service.sources.edifact.source import EdifactSource

_SHAPE = ContainerList(
    kind=PaperKind.LOADING_ORDER,
    events={
        "43": MovementEvent.TO_DISCHARGE,
        "118": MovementEvent.TO_DISCHARGE,
        "45": MovementEvent.TO_LOAD,
        "121": MovementEvent.TO_LOAD,
    },
    moments=(),
)

COPRAR = EdifactSource("coprar", "COPRAR", partial(take_container_list, shape=_SHAPE))
