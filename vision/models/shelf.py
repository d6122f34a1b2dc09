"""The shelf: models by name, verified against their manifests, opened once, warmed up."""

from __future__ import annotations

import hashlib
import json
import threading
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from vision.errors import ModelUnavailable, TamperedWeights
from vision.findings import Provenance
from vision.models.manifest import Manifest, read_manifest

WARM_UP_SIZE = 64


class Shelf:
    """Models that `lineup.toml` names, below `weights_dir`.

    Args:
        weights_dir: holds `lineup.toml` and `NAME/VERSION/model.toml`.
        threads: ONNX Runtime threads per model; 0 lets it decide.
    """

    def __init__(self, weights_dir: Path, *, threads: int = 1) -> None:
        self._dir = weights_dir
        self._threads = threads
        self._lock = threading.Lock()
        self._sessions: dict[str, Any] = {}
        self._manifests: dict[str, Manifest] = {}
        self._parameters: dict[str, dict[str, float]] = {}
        try:
            text = (weights_dir / "lineup.toml").read_text(encoding="utf-8")
            self.lineup: dict[str, str] = dict(tomllib.loads(text)["serving"])
        except (OSError, tomllib.TOMLDecodeError, KeyError) as problem:
            raise ModelUnavailable(f"{weights_dir / 'lineup.toml'}: {problem}") from problem

    def manifest(self, name: str) -> Manifest:
        """Raises: ModelUnavailable: not in the line-up, or its manifest is wrong."""
        if name not in self.lineup:
            raise ModelUnavailable(f"{name} is not in the line-up")
        if name not in self._manifests:
            self._manifests[name] = read_manifest(self.folder(name) / "model.toml")
        return self._manifests[name]

    def provenance(self, name: str, *, label: str) -> Provenance:
        """Model, version, sha256 and threshold, for a finding."""
        manifest = self.manifest(name)
        return Provenance(
            model=manifest.name,
            version=manifest.version,
            sha256=manifest.sha256,
            threshold=manifest.thresholds[label].value,
        )

    def read(self, name: str) -> bytes:
        """The weight file's bytes, verified.

        Raises:
            ModelUnavailable: the file is missing.
            TamperedWeights: its sha256 is not the manifest's.
        """
        manifest = self.manifest(name)
        try:
            data = (self.folder(name) / manifest.file).read_bytes()
        except OSError as problem:
            raise ModelUnavailable(f"{name}: {problem.strerror}") from problem
        found = hashlib.sha256(data).hexdigest()
        if found != manifest.sha256:
            raise TamperedWeights(f"{name}: sha256 {found}, its manifest says {manifest.sha256}")
        return data

    def parameters(self, name: str) -> dict[str, float]:
        """The numbers of a method that has no network, by name; the file is verified.

        Raises:
            ModelUnavailable: missing, tampered with, or no table of numbers.
        """
        with self._lock:
            if name not in self._parameters:
                try:
                    stored = json.loads(self.read(name))
                    self._parameters[name] = {key: float(stored[key]) for key in stored}
                except (ValueError, TypeError) as problem:
                    raise ModelUnavailable(f"{name}: no table of numbers: {problem}") from problem
            return self._parameters[name]

    def run(self, name: str, tensor: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """First output of the ONNX model for `tensor`; opens and warms it up on first use."""
        session = self._session(name)
        output: npt.NDArray[np.float32] = session.run(None, {session.get_inputs()[0].name: tensor})[
            0
        ]
        return output

    def open(self, name: str) -> None:
        """Open an ONNX model and warm it up: one that cannot be opened is noticed even where there
        is nothing for it to do.

        Raises:
            ModelUnavailable: it cannot be opened.
        """
        self._session(name)

    def _session(self, name: str) -> Any:
        with self._lock:
            if name not in self._sessions:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.log_severity_level = 3
                data = self.read(name)
                try:
                    session = onnxruntime.InferenceSession(
                        data, options, providers=["CPUExecutionProvider"]
                    )
                except Exception as problem:
                    raise ModelUnavailable(f"{name}: {problem}") from problem
                first = session.get_inputs()[0]
                # Dimensions that are open have a name instead of a number.
                shape = [n if isinstance(n, int) else WARM_UP_SIZE for n in first.shape]
                session.run(None, {first.name: np.zeros(shape, np.float32)})
                self._sessions[name] = session
            return self._sessions[name]

    def folder(self, name: str) -> Path:
        """Where the version that serves lies."""
        return self._dir / name / self.lineup[name]
