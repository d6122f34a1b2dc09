"""Looks of loads that were decided, by heading: a site's own library of what goods look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.domain.access import Caller
from service.domain.reconcile.history import GoodsLook
from service.usecases.ports import CaseFile, Repository
from vision.findings import CargoEmbedding, ContainerFound, ScanFingerprint
from vision.xray.likeness import p_value, votes

HEADING = 4
# Enough for a p-value of 1 in 200; the newest, as scanners change.
OF_A_HEADING, OF_A_LIBRARY = 200, 4_000
# Neighbours are asked only about a load that is as strange as this, which few are.
STRANGE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelfmark:
    """Where looks can be compared: one site, one scanner, one version of the model."""

    site: str
    scanner: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedLoad:
    """One load with what was declared of it; `vector` is (F,) float32 of unit length."""

    mark: Shelfmark
    heading: str
    at: datetime
    inspection_id: str
    scan_sha256: str
    container_code: str
    reference: str
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A load of the library beside one that is looked at; `cosine` is 1 for the very same look."""

    load: LookedLoad
    cosine: float
    same_heading: bool
    same_box: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookTable:
    """(N, F) vectors, with the inspection and the heading of each."""

    inspection_ids: tuple[str, ...]
    headings: tuple[str, ...]
    vectors: npt.NDArray[np.float32]

    def without(self, inspection_id: str) -> LookTable:
        """A load is not its own reference."""
        keep = [i for i, own in enumerate(self.inspection_ids) if own != inspection_id]
        if len(keep) == len(self.inspection_ids):
            return self
        return LookTable(
            inspection_ids=tuple(self.inspection_ids[i] for i in keep),
            headings=tuple(self.headings[i] for i in keep),
            vectors=self.vectors[keep],
        )


class GoodsLibrary(Protocol):
    """The library in the database."""

    def put(self, load: LookedLoad) -> None:
        """In place of what the inspection had put there before."""
        ...

    def take_out(self, inspection_id: str) -> None: ...

    def looks(self, mark: Shelfmark, *, heading: str | None, limit: int) -> LookTable:
        """The newest first, of one heading or of all: what is asked at every verdict."""
        ...

    def newest(self, mark: Shelfmark, *, limit: int) -> tuple[LookedLoad, ...]: ...


def looked_load(file: CaseFile) -> LookedLoad | None:
    """The load of a case, with the heading declared for it, "" if that is not one alone.

    None where the newest analysis saw not exactly one container with a look: which goods are in
    which of two boxes the scan does not say.
    """
    findings = file.analyses[-1].analysis.findings if file.analyses else ()
    seen = [f for f in findings if isinstance(f, CargoEmbedding)]
    boxes = {f.evidence.box for f in findings if isinstance(f, ContainerFound)}
    if len(seen) != 1 or len(boxes) > 1:
        return None
    own, paper = seen[0], file.declaration
    scanners = {
        f.evidence.scan_sha256: f.scanner for f in findings if isinstance(f, ScanFingerprint)
    }
    declared = paper.all_goods if paper else ()
    headings = {goods.hs_code[:HEADING] for goods in declared}
    heading = headings.pop() if len(headings) == 1 else ""
    return LookedLoad(
        mark=Shelfmark(
            site=file.inspection.site,
            scanner=scanners.get(own.evidence.scan_sha256, ""),
            model=f"{own.provenance.model} {own.provenance.version}",
        ),
        heading=heading if len(heading) == HEADING else "",
        at=file.inspection.captured_at,
        inspection_id=file.inspection.id,
        scan_sha256=own.evidence.scan_sha256,
        container_code=paper.containers[0].code if paper and len(paper.containers) == 1 else "",
        reference=paper.reference if paper else "",
        vector=np.array(own.vector, dtype=np.float32),
    )


def learn_look(file: CaseFile, *, clean: bool | None, library: GoodsLibrary) -> None:
    """Put a load that is known to be clean where it belongs; take out one that no longer is."""
    load = looked_load(file) if clean else None
    if load is not None and load.heading:
        library.put(load)
    else:
        library.take_out(file.inspection.id)


def with_look(file: CaseFile, *, library: GoodsLibrary) -> CaseFile:
    """The case with how its load looks among decided ones of the declared heading."""
    own = looked_load(file)
    if own is None or not own.heading:
        return file
    return replace(file, history=replace(file.history, look=look_among(own, library)))


def look_among(own: LookedLoad, library: GoodsLibrary) -> GoodsLook:
    """How a load looks among those of its heading, and what it looks like if it is strange."""
    known = library.looks(own.mark, heading=own.heading, limit=OF_A_HEADING)
    known = known.without(own.inspection_id)
    count = len(known.inspection_ids)
    if count == 0:
        return GoodsLook(heading=own.heading, references=0, p_value=None)
    strange = p_value(own.vector, known.vectors)
    others: list[tuple[str, float]] = []
    if strange <= STRANGE:
        every = library.looks(own.mark, heading=None, limit=OF_A_LIBRARY)
        every = every.without(own.inspection_id)
        others = votes(own.vector, every.vectors, every.headings)
    return GoodsLook(
        heading=own.heading,
        references=count,
        p_value=round(strange, 5),
        others=tuple((kind, round(share, 3)) for kind, share in others),
    )


def alike(
    inspection_id: str,
    *,
    limit: int,
    caller: Caller,
    repository: Repository,
    library: GoodsLibrary,
) -> tuple[Alike, ...]:
    """Decided loads of the same scanner that look most alike, the nearest first.

    Raises:
        NotFound: no such inspection at the caller's sites.
    """
    own = looked_load(repository.case_file(inspection_id, caller=caller))
    if own is None:
        return ()
    every = _others(own, library.newest(own.mark, limit=OF_A_LIBRARY))
    if not every:
        return ()
    cosines = _looks(every) @ own.vector
    return tuple(
        Alike(
            load=every[place],
            cosine=float(cosines[place]),
            same_heading=bool(own.heading) and every[place].heading == own.heading,
            same_box=bool(own.container_code) and every[place].container_code == own.container_code,
        )
        for place in np.argsort(cosines)[::-1][:limit]
    )


def _others(own: LookedLoad, loads: tuple[LookedLoad, ...]) -> tuple[LookedLoad, ...]:
    return tuple(
        load
        for load in loads
        if load.inspection_id != own.inspection_id and load.vector.shape == own.vector.shape
    )


def _looks(loads: tuple[LookedLoad, ...]) -> npt.NDArray[np.float32]:
    return np.stack([load.vector for load in loads])
