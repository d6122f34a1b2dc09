"""The evaluation of readings counts as its contract says."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from vision.evaluation.reading import evaluate
from vision.findings import Provenance, Subject
from vision.geometry import Quad
from vision.reading.engines import TextLine

HEADER = "file,text,x1,y1,x2,y2,country_or_type,orientation,readable,source,split\n"


class Scripted:
    """An engine that reads what it was told, whatever the picture shows."""

    provenance = Provenance(model="scripted", version="1", sha256="s")

    def __init__(self, *lines: tuple[str, float, float]) -> None:
        self._lines = lines

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        del pixels
        return tuple(
            TextLine(
                text=text,
                score=0.99,
                quad=Quad(corners=((x, y), (x + 150, y), (x + 150, y + 20), (x, y + 20))),
            )
            for text, x, y in self._lines
        )

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        del crop
        return "", 0.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in ("a", "b", "c"):
        Image.new("RGB", (400, 200), (90, 90, 90)).save(tmp_path / "images" / f"{name}.png")
    rows = [
        "images/a.png,CSQU3054383,0,0,150,20,22G1,horizontal,yes,x,val",
        "images/b.png,TGHU7584937,0,100,150,120,,vertical,yes,x,val",
        "images/b.png,MSCU6639870,0,0,10,10,,vertical,partial,x,val",
        "images/c.png,HLXU3167842,0,0,150,20,,horizontal,yes,x,train",
    ]
    (tmp_path / "labels.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return tmp_path


def test_rows_are_exact_or_abstained_and_add_up(folder: Path) -> None:
    engine = Scripted(("CSQU3054383", 0, 0))
    figures = evaluate(folder, subject=Subject.CONTAINER_CODE, split="val", engine=engine)
    counts = {key: figures[key] for key in ("n", "exact", "wrong", "abstained")}
    assert counts == {"n": 2, "exact": 1, "wrong": 0, "abstained": 1}
    assert figures["groups"]["vertical"] == {"n": 1, "exact": 0, "wrong": 0, "abstained": 1}
    assert figures["misses"] == [{"file": "images/b.png", "expected": "TGHU7584937", "read": None}]


def test_another_reading_at_the_place_of_a_row_is_wrong(folder: Path) -> None:
    engine = Scripted(("HLXU3167842", 0, 100))
    figures = evaluate(folder, subject=Subject.CONTAINER_CODE, split="val", engine=engine)
    assert (figures["wrong"], figures["abstained"]) == (1, 1)
    # The same answer in the other picture lies at no row's place.
    assert figures["extra"] == 1


def test_a_partial_row_is_not_scored_and_its_reading_is_no_extra(folder: Path) -> None:
    engine = Scripted(("MSCU6639870", 200, 50))
    figures = evaluate(folder, subject=Subject.CONTAINER_CODE, split="val", engine=engine)
    assert figures["n"] == 2
    assert figures["extra"] == 1  # in a.png alone


def test_without_a_split_everything_is_scored(folder: Path) -> None:
    figures = evaluate(folder, subject=Subject.CONTAINER_CODE, split=None, engine=Scripted())
    assert (figures["n"], figures["abstained"]) == (3, 3)


def test_crops_are_one_row_each(folder: Path) -> None:
    engine = Scripted(("CSQU3054383", 0, 0))
    figures = evaluate(
        folder, subject=Subject.CONTAINER_CODE, split="val", engine=engine, crops=True
    )
    assert (figures["exact"], figures["wrong"], figures["extra"]) == (1, 1, 0)


def test_the_engine_alone_is_counted_the_same_way(folder: Path) -> None:
    engine = Scripted(("CSQU", 0, 0), ("3054383", 160, 0))
    figures = evaluate(
        folder, subject=Subject.CONTAINER_CODE, split="val", engine=engine, peer=engine
    )
    assert figures["exact"] == 1
    assert figures["baseline"]["exact"] == 0
    assert figures["baseline"]["n"] == figures["n"]
