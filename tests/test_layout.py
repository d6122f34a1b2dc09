"""What the project promises about its own files: one cv2, data folders, locks, manifests."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from vision.models.shelf import Shelf

ROOT = Path(__file__).parents[1]


def installed_names() -> list[str]:
    return [dist.metadata["Name"].lower() for dist in metadata.distributions()]


def test_exactly_one_package_installs_cv2() -> None:
    found = [name for name in installed_names() if name.startswith("opencv-")]
    assert found == ["opencv-python"]


@pytest.mark.parametrize("lock", ["serve.lock", "test.lock"])
def test_the_locks_pin_every_package_with_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    assert len(pins) > 20
    assert text.count("--hash=sha256:") >= len(pins)
    assert [name for name, _ in pins if name.startswith("opencv-")] == ["opencv-python"]


def test_serving_needs_no_training_package() -> None:
    text = (ROOT / "serve.lock").read_text(encoding="utf-8")
    for name in ("torch", "ultralytics", "easyocr"):
        assert not re.search(rf"^{name}==", text, re.MULTILINE)


def test_what_both_locks_name_has_one_version() -> None:
    def pins(lock: str) -> dict[str, str]:
        text = (ROOT / lock).read_text(encoding="utf-8")
        return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))

    serve, test = pins("serve.lock"), pins("test.lock")
    assert {name: test.get(name) for name in serve} == serve


@pytest.mark.parametrize("folder", ["datasets", "weights"])
def test_data_folders_are_no_packages(folder: str) -> None:
    assert not list((ROOT / folder).rglob("*.py"))


def test_serving_code_does_not_import_training_packages() -> None:
    code = (
        "import sys, service.cli; "
        "print([m for m in ('torch', 'ultralytics', 'easyocr') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_manifest_fits_its_graph_and_states_what_it_was_measured_on() -> None:
    shelf = Shelf(ROOT / "weights")
    for name in shelf.lineup:
        manifest = shelf.manifest(name)
        folder = ROOT / "weights" / name / manifest.version
        assert len((folder / "card.md").read_text(encoding="utf-8")) > 500
        assert manifest.metrics, name
        assert all(m.total > 0 and m.command and m.data for m in manifest.metrics)
        if manifest.input is None:
            continue
        session = onnxruntime.InferenceSession(shelf.read(name), providers=["CPUExecutionProvider"])
        shape = session.get_inputs()[0].shape
        if shape[1] == 1:
            assert shape[2] == manifest.input.height_px
            assert isinstance(shape[3], str), "a line is as wide as it is"
            continue
        wanted = [1, 3, manifest.input.height_px, manifest.input.width_px]
        # Dimensions that are open have a name instead of a number; an open width is None.
        numbers = [n if isinstance(n, int) else None for n in shape]
        assert numbers in (wanted, [None, 3, None, None])
        tile = [96 if n is None else n for n in wanted]
        picture = np.zeros(tile, dtype=np.float32)
        (rows,) = session.run(None, {session.get_inputs()[0].name: picture})
        assert rows.shape[1] == 4 + len(manifest.labels)
