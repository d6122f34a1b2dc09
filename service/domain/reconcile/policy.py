"""A policy: how much each mismatch weighs and what a release needs; versioned data."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from service.domain.reconcile.norm_goods import headings_of, norm_goods
from service.domain.register_statement import REGISTERS
from service.domain.verdict import Severity
from service.errors import NotConfigured
from vision.findings import Channel
from vision.scan import ScanKind

DEFAULT = "policies/default.toml"
HEADING = 4
SHIPPED_NORM = "shipped"
RULES = frozenset(
    {
        "number_valid",
        "number_declared",
        "views_agree",
        "size_type_declared",
        "load_declared",
        "container_count",
        "plate_registered",
        "plate_declared",
        "plate_sought",
        "owner_registered",
        "registers_answered",
        "radiation_neutron",
        "radiation_explained",
        "radiation_residual",
        "radiation_spread",
        "radiation_intensity",
        "radiation_missing",
        "radiation_class7",
        "radiation_background",
        "scan_quality",
        "evidence_complete",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiationPolicy:
    """Limits of the radiation rules; the shipped policy says what each is for.

    Rates are compared as multiples of the background, activities as multiples of ordinary
    ground, so that no rule needs to know the detector.
    """

    weak_z: float = 21.0
    short_vehicle_m: float = 8.0
    geometry_low: float = 0.08
    geometry_high: float = 2.5
    full_load_kg: float = 5000.0
    window_s: float = 2.0
    missing_z: float = 3.0
    missing_least: float = 0.1
    background_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`label` names it in verdicts: name, version and the first digits of its sha256.

    `norm` lists for each natural nuclide the headings, of four digits, of goods that are known
    to contain it. Each of `required_registers` must have answered, or there is no release.
    """

    label: str
    required_sensors: tuple[ScanKind, ...]
    required_channels: tuple[Channel, ...]
    release_needs: frozenset[str]
    severities: Mapping[str, Severity]
    norm: Mapping[str, frozenset[str]]
    required_registers: tuple[str, ...] = ()
    radiation: RadiationPolicy = RadiationPolicy()

    def severity(self, rule: str) -> Severity:
        return self.severities[rule]

    def explains(self, nuclide: str, hs_code: str) -> bool | None:
        """Whether goods of that heading are known to contain the nuclide.

        None: the code stops before the heading, and some headings of its chapter would.
        """
        headings = self.norm.get(nuclide, frozenset())
        if len(hs_code) < HEADING and any(heading.startswith(hs_code) for heading in headings):
            return None
        return hs_code[:HEADING] in headings


def read_policy(path: Path | None = None) -> Policy:
    """The policy in `path`, or the one shipped. Severities that it leaves out are as shipped.

    Raises:
        NotConfigured: missing, malformed, or it names a rule or sensor that does not exist.
    """
    try:
        shipped_data = (resources.files("service.domain.reconcile") / DEFAULT).read_bytes()
        data = path.read_bytes() if path is not None else shipped_data
        stored, shipped = (tomllib.loads(each.decode()) for each in (data, shipped_data))
        digest = hashlib.sha256(data).hexdigest()[:12]
        channels = stored.get("required_channels", shipped["required_channels"])
        return Policy(
            label=f"{stored['name']}@{stored['version']}#{digest}",
            required_sensors=tuple(ScanKind(name) for name in stored["required_sensors"]),
            required_channels=tuple(Channel(name) for name in channels),
            release_needs=_known(frozenset(stored["release_needs"]), RULES),
            severities=_severities(shipped) | _severities(stored, known=_severities(shipped)),
            norm=_norm(stored.get("norm", {})),
            required_registers=_registers(stored.get("required_registers", ())),
            radiation=RadiationPolicy(
                **{name: float(value) for name, value in stored.get("radiation", {}).items()}
            ),
        )
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as problem:
        raise NotConfigured(f"policy {path or DEFAULT}: {problem}") from problem


def _known(names: frozenset[str], known: Iterable[str]) -> frozenset[str]:
    unknown = ", ".join(sorted(names - set(known)))
    if unknown:
        raise ValueError(f"no such rule: {unknown}")
    return names


def _registers(names: Iterable[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise TypeError(f"required_registers: expected a list, got {names!r}")
    found = tuple(dict.fromkeys(names))
    unknown = ", ".join(sorted(set(found) - set(REGISTERS)))
    if unknown:
        raise ValueError(f"no such register: {unknown}; there are {', '.join(REGISTERS)}")
    return found


def _severities(
    stored: Mapping[str, Mapping[str, int]], *, known: Iterable[str] | None = None
) -> dict[str, Severity]:
    own = stored.get("severity", {})
    if known is not None:
        _known(frozenset(own), known)
    return {rule: Severity(value) for rule, value in own.items()}


def _norm(stored: Mapping[str, list[str]] | str) -> dict[str, frozenset[str]]:
    """Headings by natural nuclide: the policy's own, or those of the shipped table."""
    if stored == SHIPPED_NORM:
        return {series: headings_of(series) for series in {goods.series for goods in norm_goods()}}
    if isinstance(stored, str):
        raise TypeError(f"norm: expected a table or {SHIPPED_NORM!r}, got {stored!r}")
    for nuclide, headings in stored.items():
        for heading in headings:
            if not (len(heading) == HEADING and heading.isdecimal()):
                raise ValueError(f"norm.{nuclide}: expected headings of 4 digits, got {heading!r}")
    return {nuclide: frozenset(headings) for nuclide, headings in stored.items()}
