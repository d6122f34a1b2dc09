"""`model.toml`: what a shipped model is, was trained on, and reached."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vision.errors import ModelUnavailable


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelInput(_Strict):
    """The picture that the network sees, in pixels. `width_px` None: any width."""

    width_px: int | None = Field(None, gt=0)
    height_px: int = Field(gt=0)
    layout: str


class Threshold(_Strict):
    """A score at or above which the class is reported, and how it was chosen."""

    value: float
    operating_point: str


class Training(_Strict):
    """What the weights were made from."""

    recipe: str
    data: str
    data_sha256: str
    data_licence: str
    real: bool


class Metric(_Strict):
    """One figure: `count` of `total`, or a value over `total` items; 95 % interval."""

    name: str
    value: float
    total: int
    interval_95: tuple[float, float] | None = None
    data: str
    command: str


class Manifest(_Strict):
    """A shipped model. `file` lies beside the manifest; `extra_files` are other forms of the same
    weights, by name with their sha256.
    """

    name: str
    version: str
    file: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    licence: str
    labels: tuple[str, ...]
    input: ModelInput | None = None
    thresholds: dict[str, Threshold]
    extra_files: dict[str, str] = {}
    training: Training
    metrics: tuple[Metric, ...]


def read_manifest(path: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        ModelUnavailable: missing or malformed; says where.
    """
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise ModelUnavailable(f"{path}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as problem:
        raise ModelUnavailable(f"{path}: {problem}") from problem
