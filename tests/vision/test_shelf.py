import shutil
from pathlib import Path

import numpy as np
import pytest

from vision.errors import ModelUnavailable, TamperedWeights
from vision.findings import Ran
from vision.models.shelf import Shelf
from vision.scan import PixelUnit, XrayImage
from vision.xray.analyser import XrayAnalyser

WEIGHTS = Path(__file__).parents[2] / "weights"


def view() -> XrayImage:
    pixels = np.full((400, 900, 1), 250, np.uint8)
    pixels[100:330, 200:800] = 120
    return XrayImage(sha256="0", scan_format="png", pixels=pixels, unit=PixelUnit.DISPLAY)


def test_every_model_of_the_lineup_is_what_its_manifest_says() -> None:
    shelf = Shelf(WEIGHTS)
    for name in shelf.lineup:
        assert shelf.read(name)
        assert (WEIGHTS / name / shelf.lineup[name] / "card.md").exists()


def test_tampered_weights_are_refused_and_nothing_is_clear(tmp_path: Path) -> None:
    weights = shutil.copytree(WEIGHTS, tmp_path / "weights")
    target = weights / "container-finder" / "1" / "model.onnx"
    target.write_bytes(target.read_bytes() + b"x")
    shelf = Shelf(weights)
    with pytest.raises(TamperedWeights):
        shelf.read("container-finder")
    _, coverage = XrayAnalyser(shelf).analyse(view(), name="a")
    failed = {entry.analysis for entry in coverage if entry.ran is Ran.FAILED}
    assert failed == {"containers", "load_state", "measurements", "objects"}


def test_a_missing_lineup_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="lineup"):
        Shelf(tmp_path)
