"""A scenario as it stands in `pack/`, and the reading of those files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from service.domain.verdict import Advice

VISITS, DOUBTS = "visits.toml", "doubts.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is seen and what the papers say, in the short form of `pack/README.md`."""

    seen: tuple[str, ...]
    papers: Mapping[str, Any]

    def changed(self, seen: Iterable[str], papers: Mapping[str, Any]) -> Picture:
        """Lines that begin with the same word take the place of the old ones; a line that begins
        with "no" takes them away. Papers are replaced by name.
        """
        lines = tuple(seen)
        said = {_about(line) for line in lines}
        kept = (line for line in self.seen if _about(line) not in said)
        return Picture(
            seen=(*kept, *(line for line in lines if not line.startswith("no "))),
            papers={**self.papers, **papers},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`fires` are the rules that must say mismatch, and no other may. `twin` is a clean visit that
    differs in what `twin_says`; no rule may say mismatch of it.
    """

    title: str
    risk: str
    file: str
    bad: Picture
    fires: frozenset[str]
    advice: Advice
    twin: Picture
    twin_says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A visit in which rules must say that they cannot tell, and none may say mismatch.

    `needs` are registers that the policy asks for.
    """

    title: str
    picture: Picture
    rules: frozenset[str]
    needs: tuple[str, ...] = ()


def doubts() -> tuple[Doubt, ...]:
    """Raises: ValueError: one lacks a part or names a visit that does not exist."""
    clean = visits()
    try:
        return tuple(
            Doubt(
                title=stored["title"],
                picture=clean[stored["visit"]].changed(
                    stored.get("seen", ()), stored.get("papers", {})
                ),
                rules=frozenset(stored["cannot_tell"]),
                needs=tuple(stored.get("required_registers", ())),
            )
            for stored in _read(DOUBTS)["doubt"]
        )
    except KeyError as problem:
        raise ValueError(f"{DOUBTS}: {problem}") from problem


def visits() -> dict[str, Picture]:
    """The clean visits that scenarios change, by name."""
    return {
        name: Picture(seen=tuple(visit["seen"]), papers=visit.get("papers", {}))
        for name, visit in _read(VISITS)["visit"].items()
    }


def scenarios() -> tuple[Scenario, ...]:
    """The whole pack, file by file.

    Raises:
        ValueError: a scenario lacks a part or names a visit that does not exist.
    """
    clean = visits()
    files = sorted(
        entry.name
        for entry in (resources.files(__package__ or "") / "pack").iterdir()
        if entry.name.endswith(".toml") and entry.name not in {VISITS, DOUBTS}
    )
    return tuple(
        _scenario(stored, file, clean) for file in files for stored in _read(file)["scenario"]
    )


def _scenario(stored: Mapping[str, Any], file: str, clean: Mapping[str, Picture]) -> Scenario:
    try:
        base = clean[stored["visit"]]
        return Scenario(
            title=stored["title"],
            risk=stored["risk"],
            file=file,
            bad=base.changed(stored.get("seen", ()), stored.get("papers", {})),
            fires=frozenset(stored["fires"]),
            advice=Advice(stored["advice"]),
            twin=base.changed(stored.get("twin_seen", ()), stored.get("twin_papers", {})),
            twin_says=stored["twin"],
        )
    except (KeyError, ValueError) as problem:
        raise ValueError(f"{file}: {stored.get('title', 'no title')}: {problem}") from problem


def _about(line: str) -> str:
    words = line.split()
    return words[1] if words[0] == "no" else words[0]


def _read(name: str) -> dict[str, Any]:
    file = resources.files(__package__ or "") / "pack" / name
    return tomllib.loads(file.read_text(encoding="utf-8"))
