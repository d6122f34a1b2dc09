"""Recipes and sources: the TOML that says what a model is trained on, and how."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Source(BaseModel):
    """One data set that exists outside the project, with its origin and licence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    folder: str
    kind: Literal["xray", "photo", "radiation"]
    origin: str
    licence: str
    usable_for_weights: bool
    label_map: dict[str, str]
    splits: dict[str, str]
    notes: str = ""


class InputSpec(BaseModel):
    """The picture that the network sees, in pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    layout: Literal["stretch", "letterbox"]


class NetworkSpec(BaseModel):
    """Which Ultralytics architecture is built; always from random weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str


class GeneratorSpec(BaseModel):
    """Training pictures that are drawn rather than collected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scans: int = Field(gt=0)
    clean_share: float = Field(ge=0, le=1)


class Recipe(BaseModel):
    """Everything that decides a training run, so that it can be run again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    task: Literal["detect"]
    sources: tuple[str, ...]
    split_rule: str
    labels: tuple[str, ...]
    seed: int
    input: InputSpec
    network: NetworkSpec
    generator: GeneratorSpec | None = None
    training: dict[str, float | int | bool | str]


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; pydantic names the offending field if it is malformed."""
    return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def read_source(path: Path) -> Source:
    """Read a source; pydantic names the offending field if it is malformed."""
    return Source.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
