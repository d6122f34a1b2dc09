"""DICOM, DICOS, raw with a sidecar, and TIFF of two channels; whole, and damaged."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pytest
import tifffile
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, generate_uid

from vision.errors import ScanTooLarge, UnreadableScan, UnsupportedFormat
from vision.formats import Limits, raw_scan, read_scan
from vision.formats.raw_scan import Sidecar
from vision.scan import PixelUnit, RawScan, ScanKind, XrayImage

PIXELS = (np.arange(40 * 60, dtype=np.uint16) * 20).reshape(40, 60)
DUAL = np.stack([PIXELS, PIXELS // 2], axis=2)
DICOS_DX = "1.2.840.10008.5.1.4.1.1.501.2.2"


def dicom(pixels: np.ndarray = PIXELS, *, sop: str = DICOS_DX, **tags: object) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["a"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.SamplesPerPixel = 1
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelIntensityRelationship = "LIN"
    dataset.PixelIntensityRelationshipSign = 1
    frames = pixels
    if pixels.ndim == 3:
        dataset.NumberOfFrames = pixels.shape[2]
        frames = np.moveaxis(pixels, 2, 0)
    dataset.PixelData = np.ascontiguousarray(frames).tobytes()
    for name, value in tags.items():
        setattr(dataset, name, value)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def raw(pixels: np.ndarray = PIXELS, **fields: object) -> bytes:
    stated = {
        "format": "tallyman-raw/1",
        "unit": "counts",
        "width_px": pixels.shape[1],
        "height_px": pixels.shape[0],
        "scanner": "gantry-1",
    }
    return raw_scan.write(pixels.tobytes(), Sidecar.model_validate({**stated, **fields}))


def tiff(**options: object) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, DUAL, photometric="minisblack", planarconfig="contig", **options)
    return out.getvalue()


def xray(data: bytes) -> XrayImage:
    scan = read_scan(RawScan(name="a", data=data))
    assert isinstance(scan, XrayImage)
    return scan


def test_dicos_keeps_its_counts_and_says_how_it_was_made() -> None:
    scan = xray(
        dicom(
            ImagerPixelSpacing=[6.0, 8.0],
            EstimatedRadiographicMagnificationFactor=2.0,
            DeviceSerialNumber="gantry-1",
            KVP=6000,
        )
    )
    assert scan.scan_format == "dicos"
    assert scan.unit is PixelUnit.COUNTS
    assert np.array_equal(scan.pixels[:, :, 0], PIXELS)
    said = scan.acquisition
    assert (said.scanner, said.pitch_x_mm, said.pitch_y_mm) == ("gantry-1", 4.0, 3.0)
    assert said.energy_mev == (6.0,)


def test_two_frames_are_two_energies() -> None:
    assert np.array_equal(xray(dicom(DUAL)).pixels, DUAL)


@pytest.mark.parametrize("relation", ["DISP", "LOG", ""])
def test_what_is_not_linear_is_for_eyes_only(relation: str) -> None:
    assert xray(dicom(PixelIntensityRelationship=relation)).unit is PixelUnit.DISPLAY


def test_counts_that_fall_with_the_rays_are_turned_round() -> None:
    scan = xray(dicom(PixelIntensityRelationshipSign=-1))
    assert np.array_equal(scan.pixels[:, :, 0], 65_535 - PIXELS)


def test_a_threat_report_and_a_compression_are_named() -> None:
    with pytest.raises(UnsupportedFormat, match="threat detection report"):
        xray(dicom(sop="1.2.840.10008.5.1.4.1.1.501.3"))
    data = dicom().replace(
        str(ExplicitVRLittleEndian).encode(), str(JPEG2000Lossless).encode()[:19]
    )
    with pytest.raises(UnreadableScan):
        xray(data)


def test_dicom_pixels_beyond_the_limit_are_not_decoded() -> None:
    with pytest.raises(ScanTooLarge, match="60 x 40"):
        read_scan(RawScan(name="a", data=dicom()), limits=Limits(max_pixels=2000))


def test_a_raw_scan_says_how_it_was_made() -> None:
    scan = xray(raw(air_level=40_000, dark_level=300, pitch_x_mm=4, pitch_y_mm=5))
    assert scan.scan_format == "raw"
    assert np.array_equal(scan.pixels[:, :, 0], PIXELS)
    assert scan.acquisition.air_level == 40_000
    assert scan.acquisition.scanner == "gantry-1"
    assert scan.unit is PixelUnit.COUNTS


def test_layouts_of_raw_pixels_give_one_scan() -> None:
    planar = raw(np.moveaxis(DUAL, 2, 0), channels=2, width_px=60, height_px=40)
    mixed = raw(DUAL, channels=2, layout="interleaved")
    lines = raw(
        DUAL.transpose(1, 0, 2), channels=2, layout="interleaved", lines="columns",
        width_px=60, height_px=40,
    )  # fmt: skip
    swapped = raw(np.moveaxis(DUAL, 2, 0).astype(">u2"), channels=2, dtype="uint16be", width_px=60,
                  height_px=40)  # fmt: skip
    for data in (planar, mixed, lines, swapped):
        assert np.array_equal(xray(data).pixels, DUAL)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


def test_a_sidecar_may_stand_beside_a_picture() -> None:
    scan = xray(
        zipped(
            scan_toml=b'format = "tallyman-raw/1"\nunit = "transmission"\nair_level = 60000',
            scan_tif=tiff(),
        )
    )
    assert scan.unit is PixelUnit.TRANSMISSION
    assert scan.acquisition.air_level == 60_000
    assert np.array_equal(scan.pixels, DUAL)


SIDE = b'{"format": "tallyman-raw/1", "unit": "counts", "width_px": 2, "height_px": 2%s}'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(scan_json=SIDE % b"", scan_raw=b"1234567"), "expected 8 bytes"),
        (zipped(scan_json=SIDE % b', "air_lvl": 1', scan_raw=b"12345678"), "air_lvl"),
        (zipped(scan_json=SIDE % b', "air_level": -1', scan_raw=b"12345678"), "air_level"),
        (zipped(scan_json=b"{", scan_raw=b"12345678"), "sidecar"),
        (zipped(scan_json=b"[" * 60_000, scan_raw=b"12345678"), "sidecar"),
        (zipped(scan_raw=b"12345678"), "one sidecar"),
        (zipped(a_json=SIDE, b_json=SIDE, scan_raw=b"12345678"), "one sidecar"),
        (zipped(scan_json=b"x" * 70_000, scan_raw=b"12345678"), "at most 65536"),
        (
            zipped(scan_toml=b'format = "tallyman-raw/1"\nunit = "counts"', scan_raw=b"1"),
            "width_px",
        ),
    ],
)
def test_a_wrong_zip_is_refused_with_its_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableScan, match=words):
        read_scan(RawScan(name="a.zip", data=data))


def test_a_bomb_in_a_zip_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("scan.json", SIDE % b"")
        archive.writestr("scan.raw", bytes(50_000_000))
    with pytest.raises(ScanTooLarge, match="50000000"):
        read_scan(RawScan(name="a.zip", data=out.getvalue()))
    wide = raw(width_px=30_000, height_px=30_000)
    with pytest.raises(ScanTooLarge, match="30000 x 30000"):
        read_scan(RawScan(name="a.zip", data=wide))


def test_a_scan_is_no_photograph() -> None:
    for data in (dicom(), raw()):
        with pytest.raises(UnsupportedFormat):
            read_scan(RawScan(name="a", data=data, kind=ScanKind.PHOTO))


def test_two_channels_of_a_tiff_are_two_energies() -> None:
    scan = xray(tiff())
    assert np.array_equal(scan.pixels, DUAL)
    assert scan.unit is PixelUnit.COUNTS


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 12))):
        at = int(rng.integers(len(changed)) if rng.random() < 0.4 else rng.integers(600))
        changed[min(at, len(changed) - 1)] = int(rng.integers(256))
    if rng.random() < 0.3:
        del changed[int(rng.integers(len(changed))) :]
    return bytes(changed)


def survives(whole: bytes, *, tries: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(tries):
        try:
            read_scan(
                RawScan(name="a", data=mutated(whole, rng), kind=ScanKind.XRAY),
                limits=Limits(max_pixels=1_000_000),
            )
        except UnreadableScan as problem:
            assert problem.reason


MADE: list[Callable[[], bytes]] = [dicom, raw, tiff]


@pytest.mark.parametrize("make", MADE, ids=["dicom", "raw", "tiff"])
def test_damage_is_refused_or_harmless(make: Callable[[], bytes]) -> None:
    survives(make(), tries=60, seed=5)


@pytest.mark.slow
@pytest.mark.parametrize("make", MADE, ids=["dicom", "raw", "tiff"])
def test_a_thousand_damages_are_refused_or_harmless(make: Callable[[], bytes]) -> None:
    survives(make(), tries=1000, seed=6)
