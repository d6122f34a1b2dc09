"""What every text engine owes the rest of `vision.reading`, whichever is behind the protocol."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.reading.engines import LineEngine, OcrEngine
from vision.reading.engines.easyocr import EasyOcrEngine
from vision.reading.engines.line_reader import LineReaderEngine
from vision.reading.engines.rapidocr import RapidOcrEngine
from vision.scan import Photo, RawScan, ScanKind
from vision.synthesis.photo import container_side

WEIGHTS = Path(__file__).parents[2] / "weights"
ENGINES: list[Callable[[], OcrEngine]] = [
    pytest.param(lambda: LineReaderEngine(Shelf(WEIGHTS)), id="ours"),
    pytest.param(lambda: RapidOcrEngine(threads=1), id="rapidocr"),
    pytest.param(lambda: EasyOcrEngine(Shelf(WEIGHTS)), id="easyocr", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def photo() -> Photo:
    data = container_side("CSQU3054383", "22G1", seed=3)
    scan = read_scan(RawScan(name="a.jpg", data=data, kind=ScanKind.PHOTO))
    assert isinstance(scan, Photo)
    return scan


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> OcrEngine:
    return request.param()


def test_lines_lie_in_the_picture_and_scores_between_0_and_1(
    engine: OcrEngine, photo: Photo
) -> None:
    lines = engine.read(photo.pixels)
    height, width = photo.pixels.shape[:2]
    assert "22G1" in "".join(line.text for line in lines)
    for line in lines:
        assert 0 <= line.score <= 1
        assert all(0 <= x <= width and 0 <= y <= height for x, y in line.quad.corners)


def test_the_picture_is_left_as_it_was(engine: OcrEngine, photo: Photo) -> None:
    before = photo.pixels.copy()
    engine.read(photo.pixels)
    assert np.array_equal(before, photo.pixels)


def test_where_there_is_no_text_there_are_no_lines(engine: OcrEngine) -> None:
    assert engine.read(np.full((240, 320, 3), 128, np.uint8)) == ()


def test_one_crop_is_read_as_one_line(engine: OcrEngine, photo: Photo) -> None:
    line = next(line for line in engine.read(photo.pixels) if "22G1" in line.text)
    box = line.quad.bounds()
    crop = photo.pixels[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
    text, score = engine.read_line(np.ascontiguousarray(crop))
    assert text == line.text
    assert 0 < score <= 1


def test_it_says_which_weights_it_runs(engine: OcrEngine) -> None:
    assert engine.provenance.model
    assert len(engine.provenance.sha256) == 64


def test_posteriors_are_probabilities_over_steps(photo: Photo) -> None:
    engine = LineReaderEngine(Shelf(WEIGHTS))
    assert isinstance(engine, LineEngine)
    (steps,) = engine.posteriors([photo.pixels[:48, :200, 0]])
    assert steps.shape[1] == 37
    assert np.allclose(steps.sum(axis=1), 1, atol=1e-3)
