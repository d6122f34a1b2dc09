"""Damaged radiation files: cut ones are refused, mangled ones never crash or hang a reader."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from passage_samples import RECORDS, SAMPLES, SUFFIXES

from vision.errors import UnreadableScan
from vision.findings import Ran
from vision.formats import read_scan
from vision.radiation.analyser import RadiationAnalyser
from vision.scan import RadiationScan, RawScan, ScanKind

# These state no length: cut exactly at a line end they are shorter files of the same kind.
WITHOUT_LENGTH = {"csv", "spectrum csv", "rpm", "tka"}
LONGEST_S = 5.0


def read(name: str, data: bytes) -> RadiationScan:
    raw = RawScan(name=f"file{SUFFIXES.get(name, '')}", data=data, kind=ScanKind.RADIATION)
    scan = read_scan(raw)
    assert isinstance(scan, RadiationScan)
    return scan


@pytest.mark.parametrize("name", SAMPLES)
def test_the_whole_file_is_read(name: str) -> None:
    scan = read(name, SAMPLES[name]())
    assert scan.spectra or scan.series is not None


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_file_is_refused(name: str) -> None:
    data = SAMPLES[name]()
    rng = np.random.default_rng(11)
    # Nothing but white space follows the last element of a document or the last row of a table.
    end = len(data.rstrip())
    places = {*rng.integers(1, end, 60).tolist(), end - 1, end - 2, end // 2}
    for place in sorted(places):
        cut = data[:place]
        if name in WITHOUT_LENGTH and cut.endswith(b"\n"):
            continue
        heading, record = RECORDS.get(name, (0, len(data)))
        if place > heading and (place - heading) % record == 0:
            continue
        try:
            scan = read(name, cut)
        except UnreadableScan:
            continue
        assert scan.doubt, f"{name} cut at {place} of {len(data)} was read as whole"


def test_a_last_line_without_its_end_is_read_and_the_doubt_is_told() -> None:
    whole = SAMPLES["csv"]()
    assert read("csv", whole).doubt == ""
    scan = read("csv", whole.rstrip())
    assert np.array_equal(scan.series.gamma, read("csv", whole).series.gamma)
    entries = RadiationAnalyser().analyse(scan, name="a.csv")[1]
    entry = next(entry for entry in entries if entry.analysis == "whole_file")
    assert entry.ran is Ran.NOT_POSSIBLE


def test_a_daily_file_is_refused_if_it_ends_within_an_occupancy() -> None:
    lines = SAMPLES["rpm"]().splitlines(keepends=True)
    inside = next(i for i, line in enumerate(lines) if line.startswith(b"GS")) + 2
    with pytest.raises(UnreadableScan, match="middle of an occupancy"):
        read("rpm", b"".join(lines[:inside]))
    with pytest.raises(UnreadableScan, match="no occupancy"):
        read("rpm", b"".join(lines[:10]))


def test_a_document_whose_spectra_cannot_all_be_read_is_refused() -> None:
    data = SAMPLES["n42"]()
    broken = data.replace(b"<ChannelData>", b"<ChannelData>1 2", 1)
    first = data.index(b"<ChannelData>") + len(b"<ChannelData>")
    end = data.index(b"</ChannelData>")
    empty = data[:first] + data[end:]
    assert len(broken) > len(data)
    with pytest.raises(UnreadableScan, match="spectra in the document"):
        read("n42", empty)


def test_a_calibration_that_falls_is_refused() -> None:
    data = SAMPLES["n42 of 2006"]().replace(b"0 40 0</Co", b"4000 -40 0</Co")
    with pytest.raises(UnreadableScan):
        read("n42 of 2006", data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_elements_nested_without_end_are_refused_before_they_exhaust_the_stack(
    encoding: str,
) -> None:
    head = '<?xml version="1.0"?><RadInstrumentData xmlns="http://physics.nist.gov/N42/2011/N42">'
    nested = "<RadMeasurement>" * 100_000 + "</RadMeasurement>" * 100_000
    with pytest.raises(UnreadableScan, match="nested more than"):
        read("n42", f"{head}{nested}</RadInstrumentData>".encode(encoding))


def test_a_document_in_utf_16_is_the_same_document() -> None:
    data = SAMPLES["n42"]()
    other = data.decode().replace("utf-8", "utf-16").encode("utf-16")
    assert np.array_equal(read("n42", other).series.gamma, read("n42", data).series.gamma)


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One to four random accidents: bytes changed, lost, doubled, swapped, or digits replaced."""
    work = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        if len(work) < 8:
            break
        kind = int(rng.integers(6))
        place = int(rng.integers(len(work) - 4))
        length = int(rng.integers(1, min(64, len(work) - place)))
        if kind == 0:
            work[place] = int(rng.integers(256))
        elif kind == 1:
            del work[place : place + length]
        elif kind == 2:
            work[place:place] = work[place : place + length]
        elif kind == 3:
            work[place : place + length] = rng.integers(0, 256, length, dtype=np.uint8).tobytes()
        elif kind == 4:
            digits = [i for i in range(place, place + length) if 48 <= work[i] <= 57]
            for i in digits:
                work[i] = int(rng.choice(list(b"0123456789-.e")))
        else:
            other = int(rng.integers(len(work) - length))
            work[place : place + length] = work[other : other + length]
    return bytes(work)


def accidents(name: str, count: int) -> Iterator[tuple[int, bytes]]:
    data = SAMPLES[name]()
    for seed in range(count):
        yield seed, mutated(data, np.random.default_rng([seed, len(name)]))


def check(name: str, seed: int, data: bytes) -> None:
    began = time.perf_counter()
    try:
        scan = read(name, data)
    except UnreadableScan as refused:
        assert refused.reason
        return
    finally:
        assert time.perf_counter() - began < LONGEST_S, f"{name}, accident {seed}"
    for spectrum in scan.spectra:
        assert np.all(np.isfinite(spectrum.counts))
        assert np.all(np.diff(spectrum.edges_kev) > 0)
    if scan.series is not None:
        assert np.all(scan.series.duration_s > 0)
        assert np.all(scan.series.gamma >= 0)


@pytest.mark.parametrize("name", SAMPLES)
def test_twenty_accidents_do_no_harm(name: str) -> None:
    for seed, data in accidents(name, 20):
        check(name, seed, data)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_a_thousand_accidents_do_no_harm(name: str) -> None:
    for seed, data in accidents(name, 1000):
        check(name, seed, data)
