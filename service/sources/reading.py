"""The sources of papers as the use cases see them: bytes in, papers or one kind of error out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo

from service.errors import UnreadablePapers
from service.sources import Batch, Limits, PaperFile, PaperSource, UnreadablePaper
from service.sources.catalogue import CATALOGUE, read_paper_file
from service.usecases.paper_ports import readable


def paper_reader(
    *,
    limits: Limits,
    sources: Sequence[PaperSource] = CATALOGUE,
    local_zone: Callable[[str], tzinfo] = lambda site: UTC,
) -> Callable[..., Batch]:
    """A `service.usecases.import_papers.PaperReader`.

    Args:
        limits: what is read at all.
        sources: the formats that are known.
        local_zone: of a site, for times that come without a zone.
    """

    def read(name: str, data: bytes, *, site: str) -> Batch:
        file = PaperFile(name=name, data=data, site=site, local_zone=local_zone(site))
        try:
            return read_paper_file(file, limits=limits, sources=sources)
        except UnreadablePaper as problem:
            raise UnreadablePapers(
                problem.source,
                readable(problem.reason),
                file=name,
                where=readable(problem.where),
            ) from problem

    return read
