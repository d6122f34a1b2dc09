"""EasyOCR with our own weights as its custom network; needs the `train` extra (torch, onnx).

EasyOCR unpickles its weight files, so they are never shipped: they are made from the verified ONNX
file when the engine opens, in a folder of its own, and nothing is ever downloaded. EasyOCR's own
text detector has no weights here; ours finds the lines.
"""

from __future__ import annotations

import importlib
import tempfile
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import ModelUnavailable
from vision.findings import Provenance
from vision.models.shelf import Shelf
from vision.reading.ctc import CHARACTERS
from vision.reading.engines import TextLine
from vision.reading.engines.line_reader import MODEL, SHORT_PX
from vision.reading.engines.text_finder import TextFinder
from vision.reading.line import HEIGHT_PX, cut_line

NETWORK = "line_reader"


class EasyOcrEngine:
    """Opened on first use; one call at a time, as EasyOCR keeps state.

    Args:
        shelf: holds `line-reader`.
        threads: ONNX Runtime threads of the detector.
    """

    def __init__(self, shelf: Shelf, *, threads: int = 1) -> None:
        self._shelf = shelf
        self._finder = TextFinder(threads=threads)
        self._lock = threading.Lock()
        self._reader: Any = None

    @property
    def provenance(self) -> Provenance:
        manifest = self._shelf.manifest(MODEL)
        return Provenance(model="easyocr", version=manifest.version, sha256=manifest.sha256)

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        found = []
        for quad in self._finder.find(pixels, short_px=SHORT_PX):
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
            try:
                import easyocr  # noqa: PLC0415 - the one importer, of the train extra
            except ImportError as problem:
                hint = "pip install 'tallyman[train]'"
                raise ModelUnavailable(f"easyocr is not installed: {hint}") from problem
            with tempfile.TemporaryDirectory() as folder:
                self._write_network(Path(folder))
                self._reader = easyocr.Reader(
                    ["en"],
                    gpu=False,
                    recog_network=NETWORK,
                    model_storage_directory=folder,
                    user_network_directory=folder,
                    download_enabled=False,
                    detector=False,
                    verbose=False,
                    quantize=False,
                )
        return self._reader

    def _write_network(self, folder: Path) -> None:
        """The three files of a custom network: settings, code and weights.

        The network is built in this process from the graph beside them; the weights are its own.
        """
        import torch  # noqa: PLC0415 - of the train extra

        graph = folder / "model.onnx"
        graph.write_bytes(self._shelf.read(MODEL))
        code = "from vision.training.line_network import Model\n"
        (folder / f"{NETWORK}.py").write_text(code, encoding="utf-8")
        settings = (
            f"imgH: {HEIGHT_PX}\nnetwork_params:\n  graph: '{graph}'\n"
            f"lang_list: ['en']\ncharacter_list: '{CHARACTERS}'\n"
        )
        (folder / f"{NETWORK}.yaml").write_text(settings, encoding="utf-8")
        network = importlib.import_module("vision.training.line_network").Model(str(graph))
        # EasyOCR was written for a network inside DataParallel.
        state = {f"module.{name}": value for name, value in network.state_dict().items()}
        torch.save(state, folder / f"{NETWORK}.pth")
