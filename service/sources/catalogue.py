"""All sources of papers, and which one reads a file: content decides, never the name.

One import and one line per source, alphabetical by name; those of third parties come from
`service.sources.plugins`.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.sources import (
    HEAD_BYTES,
    Batch,
    Limits,
    PaperFile,
    PaperSource,
    UnreadablePaper,
)
from service.sources.ais import AIS
from service.sources.baplie import BAPLIE
from service.sources.bill_of_lading import BillOfLading
from service.sources.coarri import COARRI
from service.sources.codeco import CODECO
from service.sources.container_status import CONTAINER_STATUS
from service.sources.coprar import COPRAR
from service.sources.customs_csv import CustomsCsv
from service.sources.dcsa_events import DCSA_EVENTS
from service.sources.edifact.envelope import message_kind
from service.sources.facturx import FacturX
from service.sources.gate_appointment import GATE_APPOINTMENT
from service.sources.gnss_track import GNSS_TRACK
from service.sources.ics2_ens import Ics2Ens
from service.sources.iftsta import IFTSTA
from service.sources.ncts import Ncts
from service.sources.packing_list import PackingList
from service.sources.tallyman_json import TallymanJson
from service.sources.tic40 import TIC40
from service.sources.ubl_invoice import UblInvoice
from service.sources.vermas import VERMAS
from service.sources.wco_data_model import WcoDataModel
from service.sources.weighbridge import WEIGHBRIDGE
from service.sources.xml_document import opening_tags

UNKNOWN = "unknown"

CATALOGUE: tuple[PaperSource, ...] = (
    AIS,
    BAPLIE,
    COARRI,
    CODECO,
    CONTAINER_STATUS,
    COPRAR,
    DCSA_EVENTS,
    GATE_APPOINTMENT,
    GNSS_TRACK,
    IFTSTA,
    TIC40,
    VERMAS,
    WEIGHBRIDGE,
    BillOfLading(),
    CustomsCsv(),
    FacturX(),
    Ics2Ens(),
    Ncts(),
    PackingList(),
    TallymanJson(),
    UblInvoice(),
    WcoDataModel(),
)


def read_paper_file(
    file: PaperFile, *, limits: Limits, sources: Sequence[PaperSource] = CATALOGUE
) -> Batch:
    """Read a file with the source that recognises it.

    If several recognise its beginning, each tries the whole, and the one that can read it is the
    more specific. If several can, the file is refused: guessing would file a paper as another.

    Raises:
        UnreadablePaper: too large, of no known format, ambiguous, or damaged.
    """
    if len(file.data) > limits.max_bytes:
        raise UnreadablePaper(
            UNKNOWN, f"{len(file.data)} bytes, at most {limits.max_bytes} are read"
        )
    head = file.data[:HEAD_BYTES]
    claims = [source for source in sources if source.recognises(head)]
    if not claims:
        known = ", ".join(sorted(source.name for source in sources))
        raise UnreadablePaper(UNKNOWN, f"{_looks_like(head)}; known are {known}")
    if len(claims) == 1:
        return claims[0].read(file, limits=limits)
    batches, problem = [], None
    for source in claims:
        try:
            batches.append(source.read(file, limits=limits))
        except UnreadablePaper as caught:
            problem = problem or caught
    if len(batches) == 1:
        return batches[0]
    if problem is not None and not batches:
        raise problem
    raise UnreadablePaper(
        UNKNOWN, f"ambiguous: can be read as {' and as '.join(batch.source for batch in batches)}"
    )


def _looks_like(head: bytes) -> str:
    """What a person should know of a file that no source reads."""
    kind, tags = message_kind(head), opening_tags(head)
    if kind is not None:
        return f"no known format: an EDIFACT message {kind}"
    if tags:
        return f"no known format: XML that begins with {tags[0][1][:60]!r}"
    return "no known format"
