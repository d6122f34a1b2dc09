import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from vision.errors import ScanTooLarge, UnreadableScan
from vision.formats import Limits, read_scan
from vision.scan import Photo, RadiationScan, RawScan, ScanKind, XrayImage


def picture(image: Image.Image, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


GREY_16 = Image.fromarray((np.arange(64 * 80, dtype=np.uint16) * 12).reshape(64, 80))
COLOUR = Image.fromarray(
    np.random.default_rng(1).integers(0, 255, (64, 80, 3), dtype=np.uint8), "RGB"
)


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bits_survive(name: str) -> None:
    scan = read_scan(RawScan(name="a", data=picture(GREY_16, name)))
    assert isinstance(scan, XrayImage)
    assert scan.bit_depth == 16
    assert np.array_equal(scan.pixels[:, :, 0], np.asarray(GREY_16))


@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF"])
def test_colour_is_a_photograph_unless_told(name: str) -> None:
    data = picture(COLOUR, name)
    assert isinstance(read_scan(RawScan(name="a", data=data)), Photo)
    xray = read_scan(RawScan(name="a", data=data, kind=ScanKind.XRAY))
    assert isinstance(xray, XrayImage)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(name: str, keep: float) -> None:
    data = picture(COLOUR, name)
    with pytest.raises(UnreadableScan):
        read_scan(RawScan(name="a", data=data[: int(len(data) * keep)]))


def test_a_bomb_is_refused_by_its_header() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        tail = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + tail

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))
    with pytest.raises(ScanTooLarge, match="60000 x 60000"):
        read_scan(RawScan(name="bomb.png", data=data + chunk(b"IEND", b"")))


def test_animated_and_cmyk_are_refused() -> None:
    moving = picture(COLOUR, "PNG", save_all=True, append_images=[COLOUR.rotate(90)])
    with pytest.raises(UnreadableScan, match="still picture"):
        read_scan(RawScan(name="a.png", data=moving))
    with pytest.raises(UnreadableScan, match="CMYK"):
        read_scan(RawScan(name="a.jpg", data=picture(COLOUR.convert("CMYK"), "JPEG")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"this is not a picture",
        b"\x89PNG\r\n\x1a\n",
        b"<RadInstrumentData><RadMeasurement>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"time_s,gamma\n0,1\n1,x\n2,3\n",
        b"time_s,gamma\n0,1\n0,2\n2,3\n",
        b"time_s,gamma,colour\n0,1,2\n",
        b"time_s,gamma\n0,\xff\n",
    ],
)
def test_junk_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(UnreadableScan) as refused:
        read_scan(RawScan(name="a.png", data=data))
    assert refused.value.reason


def test_two_grey_pages_are_two_energies() -> None:
    data = picture(GREY_16, "TIFF", save_all=True, append_images=[GREY_16])
    scan = read_scan(RawScan(name="a.tif", data=data))
    assert isinstance(scan, XrayImage)
    assert scan.pixels.shape == (64, 80, 2)


def test_a_count_table() -> None:
    rows = "\n".join(f"{i * 0.5},{100 + i},{i % 2},{int(i > 4)}" for i in range(10))
    data = f"time_s,gamma,neutron,occupied\n{rows}\n".encode()
    scan = read_scan(RawScan(name="a.csv", data=data))
    assert isinstance(scan, RadiationScan)
    assert scan.series is not None
    assert scan.series.gamma.sum() == sum(100 + i for i in range(10))
    assert scan.series.occupied is not None
    assert scan.series.occupied.sum() == 5


def test_limits_come_before_reading() -> None:
    with pytest.raises(ScanTooLarge):
        read_scan(RawScan(name="a", data=picture(COLOUR, "PNG")), limits=Limits(max_bytes=10))
