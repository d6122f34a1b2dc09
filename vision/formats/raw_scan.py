"""A raw scan with its sidecar, in one ZIP: what a scanner's computer can always write.

The ZIP holds the pixels and one `*.toml` or `*.json` with these fields:

    format = "tallyman-raw/1"
    scanner = "gantry-1"        # the name under which the site calibrated it
    unit = "counts"             # counts, transmission, or display: windowed for eyes
    width_px = 2745             # along the vehicle; the next four only for pixels without a header
    height_px = 799
    dtype = "uint16le"          # uint16le, uint16be, uint8
    channels = 1                # 2: two energies, low first
    layout = "planar"           # planar: one energy after the other; interleaved: pixel by pixel
    lines = "rows"              # columns: the file holds one column of the picture after another
    pitch_x_mm = 4.0            # in the plane through the middle of the vehicle
    pitch_y_mm = 4.0
    air_level = 52000           # pixel value of air, and with the source off
    dark_level = 410
    energy_mev = [3.0, 6.0]
    note = ""

All but `format` and `unit` may be left out where they are not known. Pixels may also be a PNG or
TIFF, which know their own size. All fields are checked before a pixel is read, and a field that
does not exist is refused: a mistyped air level must not pass for none.
"""

from __future__ import annotations

import io
import json
import struct
import tomllib
import zipfile
import zlib
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vision.errors import ScanTooLarge, UnreadableScan
from vision.formats import picture
from vision.formats.limits import Limits
from vision.scan import Acquisition, PixelUnit, ScanKind, XrayImage

FORMAT = "raw"
MARK = b"PK\x03\x04"
MOST_MEMBERS, MOST_SIDECAR_BYTES = 8, 65_536
_DTYPES = {"uint16le": "<u2", "uint16be": ">u2", "uint8": "u1"}
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, IndexError,
    NotImplementedError, RuntimeError, OverflowError, struct.error,
)  # fmt: skip


class Sidecar(BaseModel):
    """The fields above."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    format: Literal["tallyman-raw/1"]
    unit: PixelUnit
    scanner: str = Field("", max_length=100)
    width_px: int | None = Field(None, gt=0)
    height_px: int | None = Field(None, gt=0)
    dtype: Literal["uint16le", "uint16be", "uint8"] = "uint16le"
    channels: Literal[1, 2] = 1
    layout: Literal["planar", "interleaved"] = "planar"
    lines: Literal["rows", "columns"] = "rows"
    pitch_x_mm: float | None = Field(None, gt=0, le=100)
    pitch_y_mm: float | None = Field(None, gt=0, le=100)
    air_level: float | None = Field(None, gt=0, le=65_535)
    dark_level: float | None = Field(None, ge=0, lt=65_535)
    energy_mev: tuple[float, ...] = Field((), max_length=2)
    note: str = Field("", max_length=2000)

    def acquisition(self) -> Acquisition:
        return Acquisition(
            scanner=self.scanner,
            pitch_x_mm=self.pitch_x_mm,
            pitch_y_mm=self.pitch_y_mm,
            air_level=self.air_level,
            dark_level=self.dark_level,
            energy_mev=self.energy_mev,
        )


def looks_like(data: bytes) -> bool:
    """Whether the content begins as a ZIP does."""
    return data.startswith(MARK)


def read(data: bytes, *, sha256: str, limits: Limits) -> XrayImage:
    """Unpack and decode one scan.

    Raises:
        ScanTooLarge: it states more pixels than `limits` allows, or unpacks to more than stated.
        UnreadableScan: no ZIP, no or two sidecars, a sidecar that is wrong, or pixels cut short.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            named, pixels = _members(archive)
            sidecar = _sidecar(named.filename, _unpack(archive, named, MOST_SIDECAR_BYTES))
            return _image(archive, pixels, sidecar, sha256=sha256, limits=limits)
    except UnreadableScan:
        raise
    except _DAMAGED as problem:
        reason = f"damaged or cut short: {str(problem)[:120]}"
        raise UnreadableScan(FORMAT, reason) from problem
    except MemoryError as problem:
        raise ScanTooLarge(FORMAT, "does not fit into memory") from problem


def write(pixels: bytes, sidecar: Sidecar) -> bytes:
    """The ZIP of such a scan; the same input gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        text = sidecar.model_dump_json(exclude_defaults=False, indent=1)
        archive.writestr(zipfile.ZipInfo("scan.json"), text)
        archive.writestr(zipfile.ZipInfo("scan.raw"), pixels, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


def _members(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, zipfile.ZipInfo]:
    members = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise UnreadableScan(FORMAT, f"expected pixels and a sidecar, got {len(members)} files")
    named = [m for m in members if m.filename.lower().endswith((".toml", ".json"))]
    others = [m for m in members if m not in named]
    if len(named) != 1 or len(others) != 1:
        raise UnreadableScan(
            FORMAT,
            "expected a ZIP of one sidecar (.toml or .json) and one file of pixels, "
            f"got {len(named)} and {len(others)}",
        )
    return named[0], others[0]


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    if member.flag_bits & 1 or member.compress_type not in _COMPRESSIONS:
        raise UnreadableScan(FORMAT, "expected files stored or deflated, without a password")
    if member.file_size > most:
        raise ScanTooLarge(FORMAT, f"unpacks to {member.file_size} bytes, at most {most} are read")
    with archive.open(member) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ScanTooLarge(FORMAT, f"unpacks to more than the {most} bytes that it states")
    return content


def _sidecar(name: str, content: bytes) -> Sidecar:
    try:
        text = content.decode("utf-8")
        stated = json.loads(text) if name.lower().endswith(".json") else tomllib.loads(text)
        return Sidecar.model_validate(stated)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableScan(FORMAT, f"sidecar: {where}: {first['msg']}") from problem
    except (ValueError, RecursionError) as problem:
        raise UnreadableScan(FORMAT, f"sidecar: {str(problem)[:120]}") from problem


def _image(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    sidecar: Sidecar,
    *,
    sha256: str,
    limits: Limits,
) -> XrayImage:
    width, height = sidecar.width_px, sidecar.height_px
    if width is None or height is None:
        return _picture(_unpack(archive, member, limits.max_bytes), sidecar, sha256, limits)
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise ScanTooLarge(
            FORMAT,
            f"{width} x {height} pixels; at most {limits.max_side_px} a side and "
            f"{limits.max_pixels} in all are read",
        )
    kind = np.dtype(_DTYPES[sidecar.dtype])
    expected = width * height * sidecar.channels * kind.itemsize
    content = _unpack(archive, member, expected)
    if len(content) != expected:
        raise UnreadableScan(FORMAT, f"expected {expected} bytes of pixels, got {len(content)}")
    values = np.frombuffer(content, dtype=kind)
    first, second = (height, width) if sidecar.lines == "rows" else (width, height)
    if sidecar.layout == "planar":
        stacked = np.moveaxis(values.reshape(sidecar.channels, first, second), 0, 2)
    else:
        stacked = values.reshape(first, second, sidecar.channels)
    if sidecar.lines == "columns":
        stacked = stacked.transpose(1, 0, 2)
    whole = np.ascontiguousarray(stacked)
    return XrayImage(
        sha256=sha256,
        scan_format=FORMAT,
        pixels=whole.astype(np.uint8) if kind.itemsize == 1 else whole.astype(np.uint16),
        unit=sidecar.unit,
        acquisition=sidecar.acquisition(),
    )


def _picture(content: bytes, sidecar: Sidecar, sha256: str, limits: Limits) -> XrayImage:
    if not picture.looks_like(content):
        raise UnreadableScan(FORMAT, "pixels without a header need width_px and height_px")
    image = picture.read(content, sha256=sha256, kind=ScanKind.XRAY, limits=limits)
    if not isinstance(image, XrayImage):
        raise UnreadableScan(FORMAT, "expected an X-ray view")
    return replace(image, scan_format=FORMAT, unit=sidecar.unit, acquisition=sidecar.acquisition())
