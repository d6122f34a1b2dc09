"""EasyOCR with our own weights as its custom network; needs the `train` extra (torch).

EasyOCR unpickles its weight files, so they are verified against their manifest first, and nothing
is ever downloaded. Its own text detector has no weights here; RapidOCR's finds the lines.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import ModelUnavailable, TamperedWeights
from vision.findings import Provenance
from vision.models.shelf import Shelf
from vision.reading.engines import TextLine
from vision.reading.engines.line_reader import MODEL
from vision.reading.engines.rapidocr import RapidOcrEngine
from vision.reading.line import cut_line

NETWORK = "line_reader"


class EasyOcrEngine:
    """Opened on first use; one call at a time, as EasyOCR keeps state.

    Args:
        shelf: its `line-reader` lists the three files of the custom network under `extra_files`.
        threads: ONNX Runtime threads of the detector.
    """

    def __init__(self, shelf: Shelf, *, threads: int = 1) -> None:
        self._shelf = shelf
        self._detector = RapidOcrEngine(threads=threads)
        self._lock = threading.Lock()
        self._reader: Any = None

    @property
    def provenance(self) -> Provenance:
        manifest = self._shelf.manifest(MODEL)
        return Provenance(
            model="easyocr",
            version=manifest.version,
            sha256=manifest.extra_files[f"{NETWORK}.pth"],
        )

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        found = []
        for quad in self._detector.find(pixels):
            text, score = self.read_line(cut_line(pixels, quad))
            if text:
                found.append(TextLine(text=text, score=score, quad=quad))
        return tuple(found)

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        height, width = grey.shape
        with self._lock:
            result = self._open().recognize(
                grey,
                horizontal_list=[[0, width, 0, height]],
                free_list=[],
                decoder="greedy",
                contrast_ths=0.0,
            )
        return (str(result[0][1]), float(result[0][2])) if result else ("", 0.0)

    def _open(self) -> Any:
        if self._reader is None:
            folder = self._verified_folder()
            try:
                import easyocr  # noqa: PLC0415 - the one importer, of the train extra
            except ImportError as problem:
                hint = "pip install 'tallyman[train]'"
                raise ModelUnavailable(f"easyocr is not installed: {hint}") from problem
            self._reader = easyocr.Reader(
                ["en"],
                gpu=False,
                recog_network=NETWORK,
                model_storage_directory=str(folder),
                user_network_directory=str(folder),
                download_enabled=False,
                detector=False,
                verbose=False,
                quantize=False,
            )
        return self._reader

    def _verified_folder(self) -> Path:
        folder = self._shelf.folder(MODEL)
        for name, expected in self._shelf.manifest(MODEL).extra_files.items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if found != expected:
                raise TamperedWeights(f"{name}: sha256 {found}, its manifest says {expected}")
        return folder
