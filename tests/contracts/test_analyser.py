"""Contract of an analyser: files in, analysis out; a bad file or model is coverage, not a crash."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from service.compute.local import LocalAnalyser
from service.usecases.ports import Analyser
from tests.builders import METHOD
from vision.findings import Channel, ContainerFound, GrossCount, Load, LoadState, Provenance, Ran
from vision.inspection import Inspector
from vision.reading.engines import TextLine
from vision.scan import RawScan, ScanKind
from vision.synthesis import radiation, xray

WEIGHTS = Path(__file__).parents[2] / "weights"
Build = Callable[[Path], Analyser]


class NoText:
    """An OCR engine that sees nothing; the contract is not about reading."""

    @property
    def provenance(self) -> Provenance:
        return METHOD

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        del pixels
        return ()

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        del crop
        return "", 0.0


def local(weights: Path) -> Analyser:
    return LocalAnalyser(Inspector(weights, threads=1, engine=NoText()))


@pytest.fixture(scope="module", params=[local])
def build(request: pytest.FixtureRequest) -> Build:
    """Each way to compute; one that is added runs the same contract."""
    made: Build = request.param
    return made


@pytest.fixture(scope="module")
def analyser(build: Build) -> Analyser:
    return build(WEIGHTS)


@pytest.fixture(scope="module")
def view() -> RawScan:
    return RawScan(name="side.png", data=xray.side_view([True], seed=3).png)


@pytest.fixture(scope="module")
def passage() -> RawScan:
    return RawScan(name="portal.n42", data=radiation.passage({}, seed=3, neutron_cps=9.0))


def test_every_file_is_analysed_and_covered(
    analyser: Analyser, view: RawScan, passage: RawScan
) -> None:
    analysis = analyser.analyse([view, passage])
    assert analysis.complete_for(ScanKind.XRAY)
    assert analysis.complete_for(ScanKind.RADIATION)
    assert not analysis.complete_for(ScanKind.PHOTO)
    assert len([f for f in analysis.findings if isinstance(f, ContainerFound)]) == 1
    assert [f.load for f in analysis.findings if isinstance(f, LoadState)] == [Load.LOADED]
    alarms = {f.channel: f.alarm for f in analysis.findings if isinstance(f, GrossCount)}
    assert alarms == {Channel.GAMMA: False, Channel.NEUTRON: True}


def test_every_finding_names_its_scan_and_its_method(
    analyser: Analyser, view: RawScan, passage: RawScan
) -> None:
    analysis = analyser.analyse([view, passage])
    sent = {hashlib.sha256(raw.data).hexdigest() for raw in (view, passage)}
    assert {f.evidence.scan_sha256 for f in analysis.findings} == sent
    assert all(f.provenance.model and f.provenance.version for f in analysis.findings)
    assert {c.scan_name for c in analysis.coverage} == {"side.png", "portal.n42"}


def test_the_same_files_give_the_same_analysis_in_any_thread(
    analyser: Analyser, view: RawScan, passage: RawScan
) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(analyser.analyse, [[view, passage]] * 3))
    assert found[0] == found[1] == found[2]


def test_nothing_sent_is_nothing_covered(analyser: Analyser) -> None:
    analysis = analyser.analyse([])
    assert (analysis.findings, analysis.coverage) == ((), ())
    assert not any(analysis.complete_for(kind) for kind in ScanKind)


@pytest.mark.parametrize("data", [b"", b"not a scan", b"\x89PNG\r\n\x1a\ncut"])
@pytest.mark.parametrize("kind", [ScanKind.XRAY, None])
def test_a_file_that_cannot_be_read_is_coverage_failed_and_the_others_are_analysed(
    analyser: Analyser, passage: RawScan, data: bytes, kind: ScanKind | None
) -> None:
    analysis = analyser.analyse([RawScan(name="bad.png", data=data, kind=kind), passage])
    failed = [entry for entry in analysis.coverage if entry.ran is Ran.FAILED]
    assert {entry.sensor for entry in failed} == ({kind} if kind else set(ScanKind))
    assert all(entry.scan_name == "bad.png" and entry.reason for entry in failed)
    assert any(isinstance(f, GrossCount) for f in analysis.findings)
    assert not analysis.complete_for(ScanKind.XRAY)


def test_a_tampered_model_is_coverage_failed_and_not_an_empty_scan(
    build: Build, view: RawScan, tmp_path: Path
) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS, weights)
    model = next(weights.glob("container-finder/*/model.onnx"))
    model.write_bytes(model.read_bytes()[:-1] + b"\0\0")
    analysis = build(weights).analyse([view])
    assert not analysis.complete_for(ScanKind.XRAY)
    failed = {entry.analysis for entry in analysis.coverage if entry.ran is Ran.FAILED}
    assert failed == {"containers", "load_state", "measurements", "objects"}
