"""What the tests of the customs and commercial sources share: files, mutations, the contract."""

from collections.abc import Iterator

import numpy as np

from service.sources import HEAD_BYTES, Batch, Limits, PaperFile, PaperSource, UnreadablePaper

TOKENS = (
    b"<",
    b">",
    b"&",
    b'"',
    b"'",
    b"/",
    b"]",
    b"{",
    b",",
    b";",
    b"\n",
    b"-1",
    b"1e999",
    b"NaN",
    b"+",
    b":",
    b"?",
    b"UNT+9+1'",
)


def a_file(data: bytes | str, *, name: str = "upload", site: str = "gate-1") -> PaperFile:
    return PaperFile(name=name, data=data.encode() if isinstance(data, str) else data, site=site)


def read(source: PaperSource, data: bytes | str, *, limits: Limits | None = None) -> Batch:
    return source.read(a_file(data), limits=limits or Limits())


def mutations(data: bytes, *, count: int, seed: int = 20261) -> Iterator[bytes]:
    """Copies of `data` with bytes exchanged, cut out, doubled or put in, and cut-off ones."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        changed = bytearray(data)
        for _ in range(int(rng.integers(1, 6))):
            start = int(rng.integers(0, len(changed) + 1))
            end = min(len(changed), start + int(rng.integers(0, 40)))
            kind = int(rng.integers(0, 5))
            if kind == 0:
                changed[start:end] = b""
            elif kind == 1:
                changed[start:start] = bytes(changed[start:end])
            elif kind == 2:
                changed[start : start + 3] = rng.bytes(int(rng.integers(0, 4)))
            elif kind == 3:
                changed[start:start] = TOKENS[int(rng.integers(0, len(TOKENS)))]
            elif rng.random() < 0.2:
                del changed[start:]
        yield bytes(changed)


def assert_survives_mutations(
    source: PaperSource, data: bytes | str, *, count: int = 1000, seed: int = 20261
) -> None:
    """Whatever is done to the file: papers, refusals with reasons, or `UnreadablePaper`."""
    taken = 0
    for changed in mutations(
        data.encode() if isinstance(data, str) else data, count=count, seed=seed
    ):
        source.recognises(changed[:HEAD_BYTES])
        try:
            batch = source.read(a_file(changed), limits=Limits())
        except UnreadablePaper as problem:
            assert problem.source == source.name
            assert problem.reason
            continue
        assert batch.papers or batch.refused
        taken += bool(batch.papers)
        for refusal in batch.refused:
            assert refusal.reason
            assert refusal.where
        for paper in batch.papers:
            at = paper.revision.issued_at
            assert at is None or at.tzinfo is not None
    assert taken > count // 50, "the mutations were so coarse that nothing was ever read"
