"""Paper sources of third parties: installed beside the service, and named in its settings.

A package offers one in the entry-point group `tallyman.paper_sources`; the value is a `PaperSource`
or a class that makes one. It is used only where `TALLYMAN_PAPERS_PLUGINS` names it, and one that
cannot be loaded stops start-up. `tallyman papers contract NAME SAMPLE` checks it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from service.errors import NotConfigured
from service.sources import Batch, Limits, PaperFile, PaperSource, UnreadablePaper
from service.sources.catalogue import CATALOGUE

ENTRY_POINT_GROUP = "tallyman.paper_sources"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A source whose mistakes are those of its file: the service goes on, and says what failed."""

    source: PaperSource

    @property
    def name(self) -> str:
        return self.source.name

    def recognises(self, head: bytes) -> bool:
        try:
            return self.source.recognises(head)
        except Exception:
            log.exception("paper source %s cannot tell whether a file is of its format", self.name)
            return False

    def read(self, file: PaperFile, *, limits: Limits) -> Batch:
        """Raises: UnreadablePaper."""
        try:
            return self.source.read(file, limits=limits)
        except UnreadablePaper:
            raise
        except Exception as problem:
            log.exception("paper source %s failed on %s", self.name, file.name)
            reason = f"the source failed: {type(problem).__name__}: {problem}"
            raise UnreadablePaper(self.name, reason[:500]) from problem


def sources_in_use(
    names: Sequence[str], *, installed: Iterable[EntryPoint] | None = None
) -> tuple[PaperSource, ...]:
    """All of the catalogue, and those of third parties that the settings name.

    Args:
        names: as in the entry-point group.
        installed: the entry points to choose from; None: those of this environment.

    Raises:
        NotConfigured: a named source is not installed, cannot be loaded, or bears the name of
            another.
    """
    found: dict[str, PaperSource] = {source.name: source for source in CATALOGUE}
    for source in load_plugins(names, installed=installed):
        if source.name in found:
            raise NotConfigured(f"there are two paper sources of the name {source.name!r}")
        found[source.name] = Guarded(source)
    return tuple(found.values())


def load_plugins(
    names: Sequence[str], *, installed: Iterable[EntryPoint] | None = None
) -> tuple[PaperSource, ...]:
    """As they are, for the contract. Raises: NotConfigured."""
    points = entry_points(group=ENTRY_POINT_GROUP) if installed is None else installed
    found = {point.name: point for point in points}
    return tuple(_load(name, found) for name in names)


def _load(name: str, found: dict[str, EntryPoint]) -> PaperSource:
    point = found.get(name)
    if point is None:
        known = ", ".join(sorted(found)) or "none"
        raise NotConfigured(
            f"TALLYMAN_PAPERS_PLUGINS: paper source {name!r} is not installed; install the package"
            f" that provides it in the group {ENTRY_POINT_GROUP!r} (installed: {known})"
        )
    try:
        loaded = point.load()
        source = loaded() if isinstance(loaded, type) else loaded
    except Exception as problem:
        raise NotConfigured(
            f"TALLYMAN_PAPERS_PLUGINS: paper source {name!r} ({point.value}) cannot be loaded:"
            f" {type(problem).__name__}: {problem}; reinstall the package that provides it"
        ) from problem
    if not all(hasattr(source, member) for member in ("name", "recognises", "read")):
        raise NotConfigured(
            f"TALLYMAN_PAPERS_PLUGINS: paper source {name!r} ({point.value}) is no PaperSource:"
            " needs name, recognises, read"
        )
    return source  # type: ignore[no-any-return]
