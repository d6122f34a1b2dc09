"""RapidOCR as an engine: the calls do not disturb each other."""

import numpy as np

from vision.formats import read_scan
from vision.reading.engines.rapidocr import RapidOcrEngine
from vision.scan import Photo, RawScan, ScanKind
from vision.synthesis.photo import container_side


def test_finding_reading_and_reading_a_line_leave_each_other_alone() -> None:
    data = container_side("CSQU3054383", "22G1", seed=3)
    photo = read_scan(RawScan(name="a.jpg", data=data, kind=ScanKind.PHOTO))
    assert isinstance(photo, Photo)
    engine = RapidOcrEngine(threads=1)
    before = engine.read(photo.pixels)
    assert any("CSQU" in line.text for line in before)
    assert len(engine.find(photo.pixels)) >= len(before)
    box = next(line.quad.bounds() for line in before if "22G1" in line.text)
    crop = photo.pixels[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
    assert engine.read_line(np.ascontiguousarray(crop))[0] == "22G1"
    assert engine.read(photo.pixels) == before
