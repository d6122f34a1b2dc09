"""DICOM and DICOS (NEMA IIC 1) projection images through pydicom.

Read are DX objects of one view: one frame, or two of dual energy with the low one first. Whether
pixels may be measured is for PixelIntensityRelationship to say: LIN is proportional to the X-rays,
anything else is grey levels for eyes.
"""

from __future__ import annotations

import io
import logging
import struct
import warnings
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import dcmread
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from vision.errors import ScanTooLarge, UnreadableScan, UnsupportedFormat
from vision.formats.limits import Limits
from vision.scan import Acquisition, PixelUnit, XrayImage

# It logs every value that breaks the standard; what an upload holds is no affair of our log.
logging.getLogger("pydicom").setLevel(logging.CRITICAL)
MARK, MARK_AT = b"DICM", 128
# SOP classes of DICOS that hold no projection: computed tomography and threat reports.
_DICOS = "1.2.840.10008.5.1.4.1.1.501."
_NO_PROJECTION = {"1": "a tomography volume", "3": "a threat detection report"}
_READ = frozenset(
    {ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless}
)
_DAMAGED = (
    InvalidDicomError, BytesLengthException, OSError, EOFError, ValueError, KeyError, IndexError,
    TypeError, AttributeError, NotImplementedError, RuntimeError, ArithmeticError, struct.error,
    zlib.error,
)  # fmt: skip
_KILO = 1000.0


def looks_like(data: bytes) -> bool:
    """Whether the preamble is followed by DICOM's mark."""
    return data[MARK_AT : MARK_AT + len(MARK)] == MARK


def read(data: bytes, *, sha256: str, limits: Limits) -> XrayImage:
    """Decode one view.

    Raises:
        UnsupportedFormat: no projection, or a compression that is not read.
        ScanTooLarge: its header announces more pixels than `limits` allows.
        UnreadableScan: damaged, coloured or signed.
    """
    try:
        # pydicom warns of values that break the standard; what harms the pixels it raises.
        with warnings.catch_warnings(action="ignore"):
            dataset = dcmread(io.BytesIO(data), stop_before_pixels=True)
            scan_format = _check(dataset, limits=limits)
            pixels = _pixels(dcmread(io.BytesIO(data)), scan_format)
            acquisition = _acquisition(dataset)
            unit, inverted = _unit(dataset, pixels)
    except _DAMAGED as problem:
        reason = f"damaged or cut short: {str(problem)[:120]}"
        raise UnreadableScan("dicom", reason) from problem
    except MemoryError as problem:
        raise ScanTooLarge("dicom", "does not fit into memory") from problem
    if inverted:
        pixels = _turned(pixels, bits=int(dataset.get("BitsStored", pixels.dtype.itemsize * 8)))
    return XrayImage(
        sha256=sha256,
        scan_format=scan_format,
        pixels=pixels,
        unit=unit,
        acquisition=acquisition,
    )


def _check(dataset: Any, *, limits: Limits) -> str:
    sop = str(dataset.get("SOPClassUID", ""))
    scan_format = "dicos" if sop.startswith(_DICOS) else "dicom"
    what = _NO_PROJECTION.get(sop[len(_DICOS) : len(_DICOS) + 1])
    if scan_format == "dicos" and what:
        raise UnsupportedFormat(scan_format, f"expected a projection image, got {what}")
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in _READ:
        raise UnsupportedFormat(scan_format, f"compression {syntax.name} is not read")
    width, height = int(dataset.Columns), int(dataset.Rows)
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise ScanTooLarge(
            scan_format,
            f"{width} x {height} pixels; at most {limits.max_side_px} a side and "
            f"{limits.max_pixels} in all are read",
        )
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if min(width, height) < 1 or frames not in (1, 2):
        raise UnreadableScan(scan_format, f"expected one view or two energies, got {frames} frames")
    grey = int(dataset.SamplesPerPixel) == 1 and int(dataset.get("PixelRepresentation", 0)) == 0
    if not grey or int(dataset.BitsAllocated) not in (8, 16):
        raise UnreadableScan(scan_format, "expected unsigned grey pixels of 8 or 16 bits")
    return scan_format


def _pixels(dataset: Any, scan_format: str) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    frames = dataset.pixel_array
    if frames.dtype not in (np.uint8, np.uint16) or frames.ndim not in (2, 3):
        raise UnreadableScan(scan_format, f"expected grey pixels, got {frames.dtype}")
    stacked = frames[:, :, None] if frames.ndim == 2 else np.moveaxis(frames, 0, 2)
    return np.ascontiguousarray(stacked)


def _turned(
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], *, bits: int
) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    most = (1 << min(max(bits, 1), pixels.dtype.itemsize * 8)) - 1
    turned = most - np.minimum(pixels, most)
    return turned.astype(np.uint8) if pixels.dtype == np.uint8 else turned.astype(np.uint16)


def _unit(dataset: Any, pixels: npt.NDArray[np.generic]) -> tuple[PixelUnit, bool]:
    """What the pixels mean, and whether they must be turned round first."""
    relation = str(dataset.get("PixelIntensityRelationship", "")).upper()
    inverted = str(dataset.get("PhotometricInterpretation", "")).upper() == "MONOCHROME1"
    if relation != "LIN" or pixels.dtype == np.uint8:
        return PixelUnit.DISPLAY, inverted
    return PixelUnit.COUNTS, int(dataset.get("PixelIntensityRelationshipSign", 1) or 1) < 0


def _acquisition(dataset: Any) -> Acquisition:
    spacing = dataset.get("ImagerPixelSpacing") or dataset.get("PixelSpacing")
    enlarged = _positive(dataset.get("EstimatedRadiographicMagnificationFactor")) or 1.0
    rows, columns = (list(spacing) if spacing else [None, None])[:2]
    upwards, along = _positive(rows), _positive(columns)
    kilovolt = _positive(dataset.get("KVP"))
    name = dataset.get("DeviceSerialNumber") or dataset.get("StationName") or ""
    return Acquisition(
        scanner=str(name)[:100],
        pitch_x_mm=along / enlarged if along else None,
        pitch_y_mm=upwards / enlarged if upwards else None,
        energy_mev=(kilovolt / _KILO,) if kilovolt else (),
    )


def _positive(value: Any) -> float | None:
    number = float(value) if value is not None and str(value) else 0.0
    return number if 0 < number < float("inf") else None
