"""A whole photograph through our own engine: rows, columns, and nothing where nothing is."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from vision.findings import CheckDigit, Ran, Reading, Subject
from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines.line_reader import LineReaderEngine
from vision.scan import Photo, RawScan, ScanKind
from vision.synthesis.photo import container_side

WEIGHTS = Path(__file__).parents[3] / "weights"


@pytest.fixture(scope="module")
def analyser() -> PhotoAnalyser:
    shelf = Shelf(WEIGHTS)
    return PhotoAnalyser(LineReaderEngine(shelf), shelf=shelf)


def photo(code: str, *, seed: int = 3) -> Photo:
    data = container_side(code, "22G1", seed=seed)
    scan = read_scan(RawScan(name="a.jpg", data=data, kind=ScanKind.PHOTO))
    assert isinstance(scan, Photo)
    return scan


def codes(analyser: PhotoAnalyser, scan: Photo) -> list[Reading]:
    findings, _ = analyser.analyse(scan, name="a")
    return [f for f in findings if isinstance(f, Reading) and f.subject is Subject.CONTAINER_CODE]


def test_a_row_is_read_with_its_check_digit(analyser: PhotoAnalyser) -> None:
    (code, *_) = codes(analyser, photo("CSQU3054383"))
    assert (code.text, code.accepted) == ("CSQU3054383", True)
    assert code.check_digit is CheckDigit.CORRECT
    assert code.supplied == ()


def test_a_number_whose_check_digit_is_wrong_is_not_accepted(analyser: PhotoAnalyser) -> None:
    assert not any(code.accepted for code in codes(analyser, photo("CSQU3054387")))


def test_an_empty_wall_has_no_code(analyser: PhotoAnalyser) -> None:
    wall = np.full((480, 800, 3), 120, np.uint8)
    assert codes(analyser, Photo(sha256="w", scan_format="png", pixels=wall)) == []


def test_a_reader_that_was_tampered_with_never_looks_like_an_empty_wall(tmp_path: Path) -> None:
    weights = shutil.copytree(WEIGHTS, tmp_path / "weights")
    target = weights / "line-reader" / "1" / "model.onnx"
    target.write_bytes(target.read_bytes() + b"x")
    shelf = Shelf(weights)
    wall = Photo(sha256="w", scan_format="png", pixels=np.full((480, 800, 3), 120, np.uint8))
    findings, coverage = PhotoAnalyser(LineReaderEngine(shelf), shelf=shelf).analyse(wall, name="w")
    assert findings == ()
    assert {entry.ran for entry in coverage} == {Ran.FAILED}
    assert {entry.analysis for entry in coverage} == {"container_code", "plate"}
