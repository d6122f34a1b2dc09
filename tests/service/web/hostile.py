"""Files that claim to be scans and are not, or would cost more than they are worth."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from tests.service.web.scans import a_16_bit_png, a_grey_png, a_photo_jpeg, a_tiff, encoded

Tag = tuple[int, int, int, int]
"""(tag, type, count, value or offset) of a TIFF directory."""
SHORT, LONG = 3, 4


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header announces that size, and whose data stops after a few rows."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def tiff(tags: Sequence[Tag], *, data: bytes = b"", next_directory: int = 0) -> bytes:
    """A little-endian TIFF with one directory at byte 8, and `data` behind it."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    directory = struct.pack("<H", len(tags)) + entries + struct.pack("<I", next_directory)
    return b"II*\0" + struct.pack("<I", 8) + directory + data


def grey_tags(
    *, width: int = 64, height: int = 64, offset: int = 200, count: int = 4096
) -> list[Tag]:
    """An 8-bit grey picture in one strip."""
    return [
        (256, LONG, 1, width),
        (257, LONG, 1, height),
        (258, SHORT, 1, 8),
        (259, SHORT, 1, 1),
        (262, SHORT, 1, 1),
        (273, LONG, 1, offset),
        (277, SHORT, 1, 1),
        (278, LONG, 1, height),
        (279, LONG, 1, count),
    ]


def many_pages(count: int) -> bytes:
    """A TIFF with that many directories, each of a tiny picture."""
    size = 2 + 12 * 9 + 4
    parts = [b"II*\0", struct.pack("<I", 8)]
    for number in range(count):
        following = 8 + size * (number + 1) if number < count - 1 else 0
        entries = b"".join(
            struct.pack("<HHII", *tag)
            for tag in sorted(grey_tags(width=1, height=1, offset=4, count=1))
        )
        parts.append(struct.pack("<H", 9) + entries + struct.pack("<I", following))
    return b"".join(parts)


def animated(file_format: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, file_format, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


N42 = (
    '<?xml version="1.0"?>\n{doctype}'
    '<RadInstrumentData xmlns="http://physics.nist.gov/N42/2011/N42">{inside}</RadInstrumentData>'
)
MEASUREMENT = (
    '<EnergyCalibration id="c"><CoefficientValues>0 12 0</CoefficientValues></EnergyCalibration>'
    '<RadMeasurement id="m"><MeasurementClassCode>Foreground</MeasurementClassCode>'
    "<RealTimeDuration>PT1S</RealTimeDuration>"
    '<Spectrum id="s" energyCalibrationReference="c"><LiveTimeDuration>PT1S</LiveTimeDuration>'
    "<ChannelData>{channels}</ChannelData></Spectrum></RadMeasurement>"
)


def n42(channels: str = "1 " * 256, *, doctype: str = "", inside: str = "") -> bytes:
    body = MEASUREMENT.format(channels=channels) + inside
    return N42.format(doctype=doctype, inside=body).encode()


def laughs() -> bytes:
    """Ten entities, each ten times the one before: ten thousand million laughs."""
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 11)
    )
    return n42("&l10;", doctype=f"<!DOCTYPE x [{entities}]>")


PNG, JPEG, TIFF = a_grey_png(), a_photo_jpeg(), a_tiff()
CMYK = encoded(Image.new("CMYK", (64, 64), (10, 20, 30, 40)), "JPEG")
_SPECTRUM = b'{"HIT": [%s], "ENER_FIT": [0, 3], "MEAS_TIM": "10 10"}'

FILES: dict[str, tuple[str, bytes]] = {
    "empty file": ("scan.png", b""),
    "one byte": ("scan.png", b"\x89"),
    "text renamed .png": ("scan.png", b"These are not the pixels you are looking for.\n" * 40),
    "only a PNG signature": ("scan.png", b"\x89PNG\r\n\x1a\n"),
    "truncated PNG": ("scan.png", _cut(PNG, 0.5)),
    "truncated 16-bit PNG": ("scan.png", _cut(a_16_bit_png(), 0.4)),
    "PNG with a wrong checksum": ("scan.png", PNG[:40] + b"\0\0\0\0" + PNG[44:]),
    "truncated JPEG": ("photo.jpg", _cut(JPEG, 0.6)),
    "JPEG header alone": ("photo.jpg", JPEG[:20]),
    "truncated TIFF": ("scan.tif", _cut(TIFF, 0.5)),
    "60,000 x 60,000 PNG": ("scan.png", png_of_size(60_000, 60_000)),
    "PNG of 2^31 - 1 pixels a side": ("scan.png", png_of_size(2**31 - 1, 2**31 - 1)),
    "PNG without pixels": ("scan.png", png_of_size(0, 10)),
    "TIFF whose directory is beyond the end": ("scan.tif", b"II*\0" + struct.pack("<I", 2**31)),
    "TIFF whose directory is its header": ("scan.tif", b"II*\0" + struct.pack("<I", 0) + bytes(64)),
    "TIFF whose strip is beyond the end": ("scan.tif", tiff(grey_tags(offset=10**9))),
    "TIFF whose strip is huge": ("scan.tif", tiff(grey_tags(count=2**32 - 1), data=bytes(500))),
    "TIFF larger than its data": (
        "scan.tif",
        tiff(grey_tags(width=9000, height=9000), data=bytes(5000)),
    ),
    "TIFF of 60,000 x 60,000": ("scan.tif", tiff(grey_tags(width=60_000, height=60_000))),
    "TIFF without a width": ("scan.tif", tiff(grey_tags()[1:], data=bytes(5000))),
    "TIFF of 5,000 pages": ("scan.tif", many_pages(5_000)),
    "animated PNG": ("scan.png", animated("PNG")),
    "animated WebP": ("scan.webp", animated("WEBP")),
    "animated GIF": ("scan.gif", animated("GIF")),
    "CMYK JPEG": ("photo.jpg", CMYK),
    "truncated N42": ("portal.n42", _cut(n42(), 0.7)),
    "N42 that expands entities": ("portal.n42", laughs()),
    "N42 that reads a file": (
        "portal.n42",
        n42("&x;", doctype='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'),
    ),
    "N42 without a spectrum": ("portal.n42", N42.format(doctype="", inside="").encode()),
    "N42 nested 100,000 deep": ("portal.n42", n42(inside="<a>" * 10**5 + "</a>" * 10**5)),
    "N42 with negative counts": ("portal.n42", n42("-5 " * 256)),
    "N42 in an encoding that is none": (
        "portal.n42",
        n42().replace(b'version="1.0"', b'version="1.0" encoding="klingon"'),
    ),
    "HTML": ("page.n42", b"<!doctype html><html><body>no</body></html>"),
    "count table with text": ("portal.csv", b"start_s,gamma\n0,1\n1,many\n2,3\n"),
    "count table with NaN": ("portal.csv", b"start_s,gamma\n0,1\n1,nan\n2,3\n"),
    "count table with infinity": ("portal.csv", b"start_s,gamma\n0,1\n1,1e999\n2,3\n"),
    "count table that goes back in time": ("portal.csv", b"start_s,gamma\n0,1\n5,1\n2,3\n"),
    "count table in UTF-16": (
        "portal.csv",
        "start_s,gamma\n0,1\n1,2\n2,3\n".encode("utf-16"),
    ),
    "count table with a null byte": ("portal.csv", b"start_s,gamma\n0,1\n1,2\0\n2,3\n"),
    "spectrum with NaN": ("a.json", _SPECTRUM % b", ".join([b"NaN"] * 64)),
    "spectrum with text": ("a.json", _SPECTRUM % b", ".join([b'"x"'] * 64)),
    "spectrum nested 100,000 deep": ("a.json", _SPECTRUM % (b"[" * 10**5 + b"]" * 10**5)),
    "zip": ("scan.zip", b"PK\x03\x04" + bytes(200)),
    "noise": ("scan.bin", np.random.default_rng(5).bytes(20_000)),
    "null bytes": ("scan.dat", bytes(10_000)),
}

# Odd, but the picture in them is whole: these are read, and must not take for ever.
READABLE: dict[str, tuple[str, bytes]] = {
    "TIFF with a count of 2^32 - 1": (
        "scan.tif",
        tiff([*grey_tags(), (700, 1, 2**32 - 1, 8)], data=bytes(5000)),
    ),
    "TIFF that goes round in a circle": (
        "scan.tif",
        tiff(grey_tags(), data=bytes(5000), next_directory=8),
    ),
}
