"""What the tests of the customs and commercial sources share: files and the contract."""

from service.sources import Batch, Limits, PaperFile, PaperSource
from service.sources.contract import broken_promises


def a_file(data: bytes | str, *, name: str = "upload", site: str = "gate-1") -> PaperFile:
    return PaperFile(name=name, data=data.encode() if isinstance(data, str) else data, site=site)


def read(source: PaperSource, data: bytes | str, *, limits: Limits | None = None) -> Batch:
    return source.read(a_file(data), limits=limits or Limits())


def assert_survives_mutations(
    source: PaperSource, data: bytes | str, *, count: int = 1000, seed: int = 20261
) -> None:
    """Whatever is done to the file: papers, refusals with reasons, or `UnreadablePaper`."""
    sample = a_file(data)
    assert list(broken_promises(source, [sample], mutated=count, seed=seed)) == []
