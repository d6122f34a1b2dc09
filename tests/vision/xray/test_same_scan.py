import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from vision.findings import ScanCompared, ScanFingerprint
from vision.inspection import Inspector
from vision.models.shelf import Shelf
from vision.scan import RawScan, ScanKind
from vision.synthesis import xray
from vision.xray import same_scan

WEIGHTS = Path(__file__).parents[3] / "weights"
LIMITS = Shelf(WEIGHTS).parameters(same_scan.COMPARE_MODEL)


def view(seed: int) -> np.ndarray:
    made = xray.side_view([False], seed=seed)
    return np.asarray(Image.open(io.BytesIO(made.png))).astype(np.float32) / 255


def bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def stored_again(scan: np.ndarray, quality: int) -> np.ndarray:
    out = io.BytesIO()
    Image.fromarray(np.rint(scan * 255).astype(np.uint8)).save(out, "JPEG", quality=quality)
    return np.asarray(Image.open(out)).astype(np.float32) / 255


@pytest.mark.parametrize(
    "again",
    [
        lambda v: stored_again(v, 92),
        lambda v: v**0.8,
        lambda v: cv2.resize(v, None, fx=0.9, fy=0.9, interpolation=cv2.INTER_AREA),
    ],
    ids=["jpeg", "gamma", "smaller"],
)
def test_the_same_acquisition_keeps_its_noise_and_its_look(again) -> None:  # noqa: ANN001
    scan = view(1)
    other = np.asarray(again(scan), dtype=np.float32)
    assert bits(same_scan.noise_of(scan), same_scan.noise_of(other)) <= 64
    assert bits(same_scan.look_of(scan), same_scan.look_of(other)) <= 8


def test_two_clean_containers_share_their_look_and_not_their_noise() -> None:
    one, other = view(1), view(2)
    assert bits(same_scan.look_of(one), same_scan.look_of(other)) <= 8
    assert bits(same_scan.noise_of(one), same_scan.noise_of(other)) > 90


def test_a_picture_without_noise_has_no_hash_of_it() -> None:
    assert same_scan.noise_of(np.full((300, 500), 0.7, np.float32)) == ""


def test_hashes_have_the_lengths_that_the_history_keeps() -> None:
    scan = view(1)
    assert len(same_scan.look_of(scan)) == 16
    assert len(same_scan.noise_of(scan)) == 64


def inside(seed: int) -> np.ndarray:
    """A load of some blocks, as -ln(T)."""
    rng = np.random.default_rng(seed)
    path = np.full((300, 900), 0.2, np.float32)
    for x in range(60, 800, 90):
        path[int(rng.integers(80, 200)) :, x : x + 70] += float(rng.uniform(0.4, 1.2))
    return path + rng.normal(0, 0.01, path.shape).astype(np.float32)


def test_a_second_scan_of_the_same_load_has_not_changed() -> None:
    before = inside(1)
    places = np.arange(900, dtype=np.float32)
    places = places + 5 * np.sin(places / 150).astype(np.float32)
    rows = np.tile(np.arange(300, dtype=np.float32)[:, None], (1, 900))
    wobbled = cv2.remap(
        before, np.tile(places, (300, 1)), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    for after in (wobbled * 1.2, np.ascontiguousarray(wobbled[:, ::-1])):
        found = same_scan.compare(before, after.astype(np.float32), limits=LIMITS)
        assert found.aligned
        assert found.changed_share_doors < 0.05


def test_what_was_put_behind_the_doors_shows_there() -> None:
    before = inside(1)
    after = before.copy()
    after[200:, 820:890] += 1.0
    found = same_scan.compare(before, after, limits=LIMITS)
    assert found.aligned
    assert found.changed_share_doors > 0.1
    assert found.changed_share < 0.1


def test_another_load_does_not_align_or_has_changed() -> None:
    found = same_scan.compare(inside(1), inside(9)[::-1], limits=LIMITS)
    assert not found.aligned or found.changed_share > 0.2


def png(loaded: list[bool], seed: int) -> RawScan:
    return RawScan(name="a.png", data=xray.side_view(loaded, seed=seed).png, kind=ScanKind.XRAY)


def test_the_inspector_compares_scans_of_one_container_each() -> None:
    inspector = Inspector(WEIGHTS)
    (found,) = inspector.compare(png([False], 1), png([False], 2))
    assert isinstance(found, ScanCompared)
    assert found.aligned
    assert found.changed_share_doors < 0.05
    assert inspector.compare(png([False], 1), png([True, True], 2)) == ()
    junk = RawScan(name="a", data=b"no scan", kind=ScanKind.XRAY)
    assert inspector.compare(junk, png([False], 1)) == ()


def test_every_view_has_a_fingerprint() -> None:
    analysis = Inspector(WEIGHTS).inspect([png([False], 1)])
    prints = [f for f in analysis.findings if isinstance(f, ScanFingerprint)]
    assert len(prints) == 1
