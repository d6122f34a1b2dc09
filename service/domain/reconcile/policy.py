"""A policy: how much each mismatch weighs and what a release needs; versioned data."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from service.domain.reconcile.norm_goods import headings_of, norm_goods
from service.domain.verdict import Severity
from service.errors import NotConfigured
from vision.scan import ScanKind

DEFAULT = "policies/default.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiationPolicy:
    """Limits of the radiation rules; the shipped policy says what each is for.

    Rates are compared as multiples of the background, activities as multiples of ordinary
    ground, so that no rule needs to know the detector.
    """

    weak_z: float = 12.0
    short_vehicle_m: float = 8.0
    geometry_low: float = 0.08
    geometry_high: float = 2.5
    full_load_kg: float = 5000.0
    window_s: float = 2.0
    missing_z: float = 3.0
    background_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`label` names it in verdicts: name, version and the first digits of its sha256."""

    label: str
    required_sensors: tuple[ScanKind, ...]
    release_needs: frozenset[str]
    severities: Mapping[str, Severity]
    norm: Mapping[str, frozenset[str]]
    radiation: RadiationPolicy = RadiationPolicy()

    def severity(self, rule: str) -> Severity:
        return self.severities[rule]

    def explains(self, nuclide: str, hs_code: str) -> bool:
        """Whether goods of that heading are known to contain the nuclide."""
        return hs_code[:4] in self.norm.get(nuclide, frozenset())


def read_policy(path: Path | None = None) -> Policy:
    """The policy in `path`, or the one shipped.

    Raises:
        NotConfigured: missing or malformed.
    """
    try:
        data = (
            path.read_bytes()
            if path is not None
            else (resources.files("service.domain.reconcile") / DEFAULT).read_bytes()
        )
        stored = tomllib.loads(data.decode())
        shipped = _severities(
            tomllib.loads(
                (resources.files("service.domain.reconcile") / DEFAULT).read_bytes().decode()
            )
        )
        digest = hashlib.sha256(data).hexdigest()[:12]
        return Policy(
            label=f"{stored['name']}@{stored['version']}#{digest}",
            required_sensors=tuple(ScanKind(name) for name in stored["required_sensors"]),
            release_needs=frozenset(stored["release_needs"]),
            severities={**shipped, **_severities(stored)},
            norm=_norm(stored.get("norm")),
            radiation=RadiationPolicy(
                **{name: float(value) for name, value in stored.get("radiation", {}).items()}
            ),
        )
    except (OSError, KeyError, ValueError, TypeError) as problem:
        raise NotConfigured(f"policy {path or DEFAULT}: {problem}") from problem


def _severities(stored: Mapping[str, Mapping[str, int]]) -> dict[str, Severity]:
    return {rule: Severity(value) for rule, value in stored.get("severity", {}).items()}


def _norm(stored: Mapping[str, Sequence[str]] | None) -> dict[str, frozenset[str]]:
    """Headings by natural nuclide: the policy's own, or those of the shipped table."""
    if stored is not None:
        return {key: frozenset(values) for key, values in stored.items()}
    return {series: headings_of(series) for series in {goods.series for goods in norm_goods()}}
