"""Loads that were seen before, with the heading that proved right, to compare a new one with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vision.errors import ModelUnavailable
from vision.findings import GroupScore

FORMAT = "tallyman-cargo/1"
MOST_REFERENCES = 20_000
Vectors = npt.NDArray[np.float32]


class Reference(BaseModel):
    """A decided single-heading load. `version` is that of the model whose vector it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    inspection_id: str
    site: str
    scanner: str
    heading: str = Field(pattern=r"^\d{4}$")
    version: str
    vector: tuple[float, ...]
    container: str = ""
    consignee: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: str
    references: list[Reference] = Field(max_length=MOST_REFERENCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A reference and its cosine to what was asked."""

    reference: Reference
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoLibrary:
    """References in no order; those of another scanner or version are never compared."""

    references: tuple[Reference, ...] = ()

    def nearest(
        self, vector: tuple[float, ...], *, scanner: str, version: str, most: int
    ) -> tuple[Near, ...]:
        """The most alike first."""
        known = self._of(scanner, version, len(vector))
        if not known:
            return ()
        cosines = _stacked(known) @ np.asarray(vector, dtype=np.float32)
        order = np.argsort(-cosines, kind="stable")[:most]
        return tuple(Near(reference=known[i], cosine=float(cosines[i])) for i in order)

    def groups(
        self,
        vector: tuple[float, ...],
        *,
        scanner: str,
        version: str,
        limits: Mapping[str, float],
    ) -> tuple[tuple[GroupScore, ...], bool] | None:
        """Headings by probability, and whether that may be believed; None with too few references.

        The probability of a heading is the share of its weighted votes among the nearest. It is not
        believed where the load is farther from its own heading than 95 % of the references are.
        """
        known = self._of(scanner, version, len(vector))
        if len(known) < limits["references"]:
            return None
        near = self.nearest(vector, scanner=scanner, version=version, most=int(limits["nearest"]))
        votes: dict[str, float] = {}
        for entry in near:
            weight = float(np.exp((entry.cosine - near[0].cosine) / limits["softness"]))
            heading = entry.reference.heading
            votes[heading] = votes.get(heading, 0.0) + weight
        total = sum(votes.values())
        ranked = sorted(votes.items(), key=lambda vote: -vote[1])
        groups = tuple(GroupScore(group=name, probability=v / total) for name, v in ranked)
        p = self.p_value(vector, heading=groups[0].group, scanner=scanner, version=version)
        return groups, p is not None and p >= limits["strange_p"]

    def p_value(
        self, vector: tuple[float, ...], *, heading: str, scanner: str, version: str
    ) -> float | None:
        """How usual it would be for a load of that heading to look like this; conformal.

        The share of its references whose nearest other of the heading is as far or farther. None
        where the heading has fewer than two.
        """
        own = [r for r in self._of(scanner, version, len(vector)) if r.heading == heading]
        if len(own) < 2:
            return None
        stacked = _stacked(own)
        between = stacked @ stacked.T
        np.fill_diagonal(between, -np.inf)
        usual = between.max(axis=1)
        mine = float((stacked @ np.asarray(vector, dtype=np.float32)).max())
        return float((np.count_nonzero(usual <= mine) + 1) / (usual.size + 1))

    def _of(self, scanner: str, version: str, length: int) -> list[Reference]:
        return [
            r
            for r in self.references
            if (r.scanner, r.version, len(r.vector)) == (scanner, version, length)
        ]


NO_LIBRARY = CargoLibrary()


def read_library(path: Path) -> CargoLibrary:
    """The library of a site; empty if there is no such file.

    Raises:
        ModelUnavailable: malformed; says where.
    """
    if not path.exists():
        return NO_LIBRARY
    try:
        stored = _File.model_validate_json(path.read_bytes())
    except OSError as problem:
        raise ModelUnavailable(f"{path}: {problem.strerror}") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        raise ModelUnavailable(f"{path}: {first['loc']}: {first['msg']}") from problem
    if stored.format != FORMAT:
        raise ModelUnavailable(f"{path}: expected format {FORMAT}, got {stored.format}")
    return CargoLibrary(references=tuple(stored.references))


def write_library(path: Path, library: CargoLibrary) -> None:
    """Whole or not at all."""
    text = _File(format=FORMAT, references=list(library.references)).model_dump_json()
    made = path.with_suffix(".new")
    made.write_text(text, encoding="utf-8")
    made.replace(path)


def _stacked(references: list[Reference]) -> Vectors:
    return np.array([r.vector for r in references], dtype=np.float32)
