"""What every paper source promises, checked on samples: ours in the tests, those of third parties
by `tallyman papers contract`.

Its own samples are recognised and read, and by no other source; what is cut off is never taken in
silence; whatever is done to a file, papers, refusals with their reasons, or `UnreadablePaper` come
of it, and nothing else is raised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from service.sources import HEAD_BYTES, Batch, Limits, PaperFile, PaperSource, UnreadablePaper
from service.sources.statement import sha256_of

CUTS = 60
MUTATIONS = 1000
LEAST_TAKEN = 50
"""One in so many mutations must still be read, or they were so coarse that nothing was tried."""

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
_TOKENS = (
    b"<", b">", b"&", b'"', b"'", b"/", b"]", b"{", b",", b";", b"\n", b"-1", b"1e999", b"NaN",
    b"+", b":", b"?", b"UNT+9+1'",
)  # fmt: skip
_OF_NO_FORMAT = (b"", b"\x00" * 100, b"\xff\xfe\x00", b"hello", b"{}", b"[]", b"<a/>", b"a,b\n1,2")


def broken_promises(
    source: PaperSource,
    samples: Sequence[PaperFile],
    *,
    others: Sequence[PaperSource] = (),
    mutated: int = MUTATIONS,
    seed: int = 20261,
) -> Iterator[str]:
    """What the source does not keep, in words; nothing if it keeps everything.

    Args:
        source: the one to check.
        samples: whole files of its format, each with at least one paper.
        others: sources that run beside it and must not claim its samples.
        mutated: damaged copies to try of each sample.
        seed: of the damage; the same seed does the same.
    """
    if not _NAME.fullmatch(source.name):
        yield f"name {source.name!r}: expected lower-case letters, digits and underscores"
    if source.name in {other.name for other in others}:
        yield f"name {source.name!r} is taken by another source"
    for data in _OF_NO_FORMAT:
        if _claims(source, data):
            yield f"claims a file of no format: {data[:20]!r}"
    if not samples:
        yield "no sample to check it on"
    for sample in samples:
        for problem in _problems(source, sample, others=others, mutated=mutated, seed=seed):
            yield f"{sample.name}: {problem}"


def mutations(data: bytes, *, count: int, seed: int) -> Iterator[bytes]:
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
            elif kind == 2:  # noqa: PLR2004
                changed[start : start + 3] = rng.bytes(int(rng.integers(0, 4)))
            elif kind == 3:  # noqa: PLR2004
                changed[start:start] = _TOKENS[int(rng.integers(0, len(_TOKENS)))]
            elif rng.random() < 0.2:  # noqa: PLR2004
                del changed[start:]
        yield bytes(changed)


def _problems(
    source: PaperSource,
    sample: PaperFile,
    *,
    others: Sequence[PaperSource],
    mutated: int,
    seed: int,
) -> Iterator[str]:
    if not _claims(source, sample.data):
        yield "its own sample is not recognised"
    rivals = [other.name for other in others if _claims(other, sample.data)]
    if rivals:
        yield f"its sample is recognised by {', '.join(rivals)} too"
    whole, problem = _read(source, sample)
    if whole is None:
        yield problem or "its own sample cannot be read"
        return
    yield from _of_a_batch(source, sample, whole)
    if not whole.papers:
        yield "its own sample gives no paper"
    if _read(source, sample)[0] != whole:
        yield "reading it twice gives two results"
    if _read(source, sample, limits=Limits(max_bytes=len(sample.data) - 1))[0] is not None:
        yield "a file larger than the limit is read"
    yield from _of_cuts(source, sample, whole)
    yield from _of_damage(source, sample, count=mutated, seed=seed)


def _of_a_batch(source: PaperSource, file: PaperFile, batch: Batch) -> Iterator[str]:
    if batch.source != source.name:
        yield f"names itself {batch.source!r}"
    if not batch.papers and not batch.refused:
        yield "gives neither papers nor refusals"
    for refusal in (*batch.refused, *batch.doubts):
        if not refusal.reason:
            yield f"refuses {refusal.where!r} without a reason"
    if any(not refusal.where for refusal in batch.refused):
        yield "refuses without saying where"
    for paper in batch.papers:
        origin, at = paper.origin, paper.revision.issued_at
        if origin.source != source.name or origin.file_sha256 != sha256_of(file):
            yield f"{paper.reference}: the origin is not this file and source"
        if at is not None and at.tzinfo is None:
            yield f"{paper.reference}: a time of issue without a zone"


def _of_cuts(source: PaperSource, sample: PaperFile, whole: Batch) -> Iterator[str]:
    bodies = {paper.reference: paper.body for paper in whole.papers}
    for cut in range(1, len(sample.data), max(1, len(sample.data) // CUTS)):
        file = replace(sample, data=sample.data[:cut])
        if not _claims(source, file.data):
            continue
        batch, problem = _read(source, file)
        if batch is None:
            if problem:
                yield f"cut at byte {cut}: {problem}"
        elif not batch.refused and not batch.doubts:
            same = all(bodies.get(paper.reference) == paper.body for paper in batch.papers)
            if not same and not file.data.endswith(b"\n"):
                yield f"cut at byte {cut}: another paper is taken in silence"


def _of_damage(source: PaperSource, sample: PaperFile, *, count: int, seed: int) -> Iterator[str]:
    taken = 0
    for number, data in enumerate(mutations(sample.data, count=count, seed=seed), start=1):
        file = replace(sample, data=data)
        batch, problem = _read(source, file)
        if batch is None:
            if problem:
                yield f"damage {number} of seed {seed}: {problem}"
            continue
        taken += bool(batch.papers)
        for broken in _of_a_batch(source, file, batch):
            yield f"damage {number} of seed {seed}: {broken}"
    if count and taken * LEAST_TAKEN <= count:
        yield f"only {taken} of {count} damaged copies were read at all"


def _claims(source: PaperSource, data: bytes) -> bool:
    return source.recognises(data[:HEAD_BYTES])


def _read(
    source: PaperSource, file: PaperFile, *, limits: Limits | None = None
) -> tuple[Batch | None, str]:
    """The batch, or what is wrong with how it was refused: "" for a proper refusal."""
    try:
        source.recognises(file.data[:HEAD_BYTES])
        return source.read(file, limits=limits or Limits()), ""
    except UnreadablePaper as problem:
        proper = problem.source == source.name and problem.reason
        return None, "" if proper else f"an improper refusal: {problem}"
    except Exception as problem:  # noqa: BLE001 - what else it raises is the question
        return None, f"raises {type(problem).__name__}: {problem}"
