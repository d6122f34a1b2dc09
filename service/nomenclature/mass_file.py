"""What a site learnt of masses and densities, as a JSON file, and the units that papers write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from service.errors import InvalidInput
from service.nomenclature.unit_mass import GoodsMass, MassPriors, starting_values

FILE_NAME = "unit_mass.json"
# UNECE Recommendation 20, and the supplementary units of the Combined Nomenclature.
_UNITS = {
    "C62": "piece", "H87": "piece", "EA": "piece", "PCE": "piece", "NAR": "piece", "P/ST": "piece",
    "PIECE": "piece", "PIECES": "piece", "PCS": "piece",
    "NPR": "pair", "PR": "pair", "PA": "pair", "PAIR": "pair", "PAIRS": "pair",
    "MTK": "m2", "M2": "m2", "HEA": "head", "HEAD": "head",
}  # fmt: skip
_FILE: TypeAdapter[dict[str, GoodsMass]] = TypeAdapter(dict[str, GoodsMass])


def unit_of(written: str) -> str:
    """One word for one unit, whichever code the paper uses; others as they are, in lower case."""
    bare = written.strip()
    return _UNITS.get(bare.upper(), bare.lower())


def write_learnt(path: Path, learnt: Mapping[str, GoodsMass]) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    document = {heading: asdict(goods) for heading, goods in learnt.items()}
    beside.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def read_priors(folder: Path) -> MassPriors:
    """What was learnt where the folder has a file of it, over the starting values.

    Raises:
        InvalidInput: the file is not one that `write_learnt` wrote.
    """
    path = folder / FILE_NAME
    try:
        changed_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        return MassPriors(starting_values())
    return _read(path, changed_ns)


@lru_cache(maxsize=4)
def _read(path: Path, changed_ns: int) -> MassPriors:
    del changed_ns  # part of the key: a file that was learnt anew is read anew
    try:
        learnt = _FILE.validate_json(path.read_bytes())
    except ValidationError as problem:
        raise InvalidInput(
            f"{path}: {problem.errors()[0]['msg']}; learn it anew or delete it"
        ) from problem
    return MassPriors(starting_values(), learnt)
